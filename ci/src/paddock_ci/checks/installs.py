"""Checks of what is installed in a project's image, by whom and from where."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paddock_ci.dockerfile import Instruction
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.image import URL, Image, image_of, look, placed_in
from paddock_ci.installers import installs, options_of, program
from paddock_ci.shell import Command

_VERIFIED = re.compile(r"sha(256|512)sum\b.*(-c|--check)|shasum\b.*-c|gpg\b.*--verify")
_OPEN_MODE = re.compile(r"[0-7]?777|[ugo]*[ao][ugo]*\+\w*w\w*|[0-7]?[0-7]{2}[2367]")
_INDEXES = re.compile(r"--(?:(?:extra-|default-)?index(?:-url)?|find-links)|-[if]")
_INDEX_VARIABLE = re.compile(r"(PIP|UV)_(\w*INDEX\w*|FIND_LINKS|TRUSTED_HOST|INSECURE_HOST)")


def runs_unprivileged(files: ProjectFiles) -> Iterator[Look]:
    """The image runs as a user by number who is not root, nothing is installed in it, and nothing is open to all."""
    if not (image := image_of(files)):
        return
    user = image.last.last("USER")
    name = user.expanded.strip().partition(":")[0] if user else ""
    fault = "" if name.isdigit() and int(name) else f"expected a numeric USER other than 0, got {name or 'none'}"
    yield look(user.line if user else image.last.line, fault, "End the last stage's set-up with, say: USER 10001")
    for instruction in image.instructions:
        in_last = instruction in image.last.instructions
        faults = [fault for command in _run_commands(instruction) for fault in _privileges(command, in_last)]
        if instruction.keyword == "ADD" and any(map(URL.match, instruction.words)):
            faults.append(("ADD takes a file from an address", "Install it by its hash in the lock."))
        if _OPEN_MODE.fullmatch(instruction.flag("chmod")):
            faults.append(("makes files writable for all", "Give them to the user who writes: --chown."))
        if faults or instruction.keyword in ("RUN", "ADD"):
            yield from _looks(instruction.line, faults)


def installs_by_hash(files: ProjectFiles) -> Iterator[Look]:
    """Whatever is installed or downloaded is what the lock says: by hash, from no address of its own."""
    if not (image := image_of(files)):
        return
    placed = placed_in(image)
    for instruction in image.instructions:
        faults = []
        for command in _run_commands(instruction):
            if installs(command):
                there = _Folder(image, instruction, [target for _, target in placed[instruction.stage]])
                faults += [(fault, "Install hashed requirements.") for fault in _unhashed(command, there)]
        if instruction.keyword in ("ENV", "ARG"):
            literal = [n for n, value in instruction.pairs if _INDEX_VARIABLE.fullmatch(n) and not _is_variable(value)]
            faults += [(f"{name} names an index", "Let each machine's own settings say it.") for name in literal]
        if faults or any(map(installs, _run_commands(instruction))):
            yield from _looks(instruction.line, faults)


@dataclass(frozen=True)
class _Folder:
    """The files that a RUN instruction finds: those copied so far, and those that a command of the stage wrote."""

    image: Image
    instruction: Instruction
    copied: Sequence[str]

    def has(self, path: str) -> bool:
        """Whether a file is there."""
        stage = self.image.stages[self.instruction.stage]
        full = posixpath.normpath(posixpath.join(stage.folder(self.instruction.line), path))
        runs = [i for i in stage.all("RUN") if i.line <= self.instruction.line]
        written = {target for run in runs for command in run.commands for target in command.targets}
        return path in written or full in written or any(full == c or full.startswith(f"{c}/") for c in self.copied)


def _looks(line: int, faults: Sequence[tuple[str, str]]) -> Iterator[Look]:
    """A look for each fault, or one that found nothing."""
    yield from (look(line, *fault) for fault in faults or [("", "")])


def _run_commands(instruction: Instruction) -> tuple[Command, ...]:
    return instruction.commands if instruction.keyword == "RUN" else ()


def _privileges(command: Command, in_last: bool) -> Iterator[tuple[str, str]]:
    name, arguments = program(command)
    if "sudo" in command.before:
        yield "uses sudo", "A build runs as root until USER; leave it out."
    modes = [word.removeprefix("--mode=") for word in arguments] if name in ("chmod", "install", "mkdir") else []
    if (name == "chmod" and any(map(_OPEN_MODE.fullmatch, modes))) or "777" in modes:
        yield "makes files writable for all", "Give them to the user who writes: chown, or install -o."
    if in_last and installs(command):
        yield f"installs into the last stage: {' '.join(command.words[:3])}", "Install in an earlier stage; copy it."
    if command.is_piped and name in ("sh", "bash", "python"):
        yield f"pipes into {name}", "Install what the lock says instead."


def _unhashed(command: Command, folder: _Folder) -> Iterator[str]:
    """Why a command installs or downloads something that no hash vouches for."""
    name, arguments = program(command)
    if name in ("curl", "wget", "git"):
        if name == "git" or not _VERIFIED.search(folder.instruction.document or folder.instruction.value):
            yield f"{name} downloads without a checksum"
    elif name == "pip" or (name == "uv" and "pip" in arguments):
        yield from _unhashed_packages(arguments[2 if name == "uv" else 1 :], folder)
    elif name == "uv" and arguments[0] == "sync":
        if not {"--locked", "--frozen"} & {*arguments}:
            yield "uv sync may change the lock: expected --locked"
    elif name in ("uv", "uvx", "pipx", "easy_install", "conda", "mamba", "micromamba", "setup.py", "npm", "gem"):
        yield f"{name} installs without hashes"


def _unhashed_packages(arguments: Sequence[str], folder: _Folder) -> Iterator[str]:
    """What is wrong with the arguments of `pip install`."""
    options, names = options_of(arguments)
    given = {name for name, _ in options}
    lists = [value for name, value in options if name in ("-r", "--requirement", "--requirements")]
    builds = [value for name, value in options if name in ("-b", "--build-constraint", "--build-constraints")]
    locals_ = [name for name in names if name.startswith((".", "/"))]
    for path in (path for path in [*lists, *builds, *locals_] if not folder.has(path)):
        yield f"reads '{path}', which this stage has not"
    if "--trusted-host" in given or "--allow-insecure-host" in given:
        yield "trusts a host without its certificate"
    for name, value in options:
        if _INDEXES.fullmatch(name) and not _is_variable(value):
            yield f"names an index: {name} {value}"
    if lists and ("--require-hashes" not in given or names):
        yield f"installs {names[0]} beside requirements" if names else "reads requirements without --require-hashes"
    if not lists and len(locals_) < len(names):
        yield f"installs {next(n for n in names if n not in locals_)} without a hash"
    elif not lists and not ("--no-deps" in given and builds):
        yield "installs a folder without --no-deps and --build-constraint"


def _is_variable(value: str | None) -> bool:
    return not value or value.startswith("$")
