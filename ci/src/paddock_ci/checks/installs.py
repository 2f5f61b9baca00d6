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
from paddock_ci.rights import OPEN_MODE, owner_faults, right_faults, state_fault
from paddock_ci.shell import Command

_VERIFIED = re.compile(r"sha(256|512)sum\b.*(-c|--check)|shasum\b.*-c|gpg\b.*--verify")
_FETCHING = re.compile(r"urllib\.request|urlretrieve|requests\.get|http\.client|urlopen")
_INDEXES = re.compile(r"--(?:(?:extra-|default-)?index(?:-url)?|find-links)|-[if]")
_VARIABLE = re.compile(r"(PIP|UV)_(\w*INDEX\w*|FIND_LINKS|TRUSTED_HOST|INSECURE_HOST|NO_VERIFY_HASHES)")
_UNSOUND = {
    "--no-verify-hashes": "does without hashes",
    "-e": "installs a link to a folder",
    "--editable": "installs a link to a folder",
}


def runs_unprivileged(files: ProjectFiles) -> Iterator[Look]:
    """The image runs as a user by number who is not root, nothing is installed in it, and nothing is open to all."""
    if not (image := image_of(files)):
        return
    user = image.last.last("USER")
    name, _, group = user.expanded.strip().partition(":") if user else ("", "", "")
    fault = "" if name.isdigit() and int(name) else f"expected a numeric USER other than 0, got {name or 'none'}"
    if not fault and group in ("0", "root"):
        fault = "the user's group is root's"
    yield look(user.line if user else image.last.line, fault, "End the last stage's set-up with, say: USER 10001")
    if fault := state_fault(image):
        yield look(image.last.line, fault, "Write: RUN install -d -o USER FOLDER")
    for instruction in image.instructions:
        in_last = instruction in image.last.instructions
        faults = [fault for command in _run_commands(instruction) for fault in _privileges(command, in_last)]
        if instruction.keyword == "ADD" and any(map(URL.match, instruction.words)):
            faults.append(("ADD takes a file from an address", "Install it by its hash in the lock."))
        if OPEN_MODE.fullmatch(instruction.flag("chmod")):
            faults.append(("makes files writable for all", "Leave the mode out: they are only read."))
        faults += owner_faults(image, instruction) if in_last else []
        for flag, value in instruction.flags if instruction.keyword == "RUN" else ():
            if (flag, value) in (("security", "insecure"), ("network", "host")):
                faults.append((f"runs with --{flag}={value}, which gives it rights over the machine", "Leave it out."))
        if faults or instruction.keyword in ("RUN", "ADD"):
            yield from _looks(instruction.line, faults)


def installs_by_hash(files: ProjectFiles) -> Iterator[Look]:
    """Whatever is installed or downloaded is what the project's lock says: by hash, from no address of its own."""
    if not (image := image_of(files)):
        return
    placed = placed_in(image)
    for instruction in image.instructions:
        commands = _run_commands(instruction)
        there = _Folder(image, instruction, placed[instruction.stage], files.name)
        faults = [
            (fault, "Install hashed requirements.") for c in commands if installs(c) for fault in _unhashed(c, there)
        ]
        faults += [(fault, "Let the build stop there.") for fault in _hidden(commands)]
        if any(command.words[1:3] == ("config", "set") and "pip" in command.words[0] for command in commands):
            faults.append(("pip config changes where all installs below come from", "Leave it out."))
        if instruction.keyword == "RUN" and _FETCHING.search(instruction.document or instruction.value):
            faults.append(("a program downloads without a checksum", "Install hashed requirements."))
        if any("--system-site-packages" in command.words for command in commands):
            faults.append(("the environment sees packages of the base", "Leave out --system-site-packages."))
        if instruction.keyword in ("ENV", "ARG"):
            literal = [n for n, value in instruction.pairs if _VARIABLE.fullmatch(n) and not _is_variable(value)]
            faults += [
                (
                    f"{name} {'does without hashes' if 'VERIFY' in name else 'names an index'}",
                    "Let each machine's own settings say it.",
                )
                for name in literal
            ]
        if faults or any(map(installs, commands)):
            yield from _looks(instruction.line, faults)


@dataclass(frozen=True)
class _Folder:
    """The files that a RUN instruction finds: those copied so far, and those that a command of the stage wrote."""

    image: Image
    instruction: Instruction
    copied: Sequence[tuple[str, str]]
    project: str

    def has(self, path: str) -> bool:
        """Whether a file is there."""
        stage = self.image.stages[self.instruction.stage]
        runs = [i for i in stage.all("RUN") if i.line <= self.instruction.line]
        written = {target for run in runs for command in run.commands for target in command.targets}
        return path in written or self._full(path) in written or self.source(path) != ""

    def source(self, path: str) -> str:
        """What a copied file was in the workspace, or nothing."""
        full = self._full(path)
        found = (
            posixpath.normpath(posixpath.join(source, full[len(there) :].lstrip("/")))
            for source, there in self.copied
            if full == there or full.startswith(f"{there}/")
        )
        return next(found, "")

    def _full(self, path: str) -> str:
        stage = self.image.stages[self.instruction.stage]
        return posixpath.normpath(posixpath.join(stage.folder(self.instruction.line), path))


def _looks(line: int, faults: Sequence[tuple[str, str]]) -> Iterator[Look]:
    """A look for each fault, or one that found nothing."""
    yield from (look(line, *fault) for fault in faults or [("", "")])


def _run_commands(instruction: Instruction) -> tuple[Command, ...]:
    return instruction.commands if instruction.keyword == "RUN" else ()


def _privileges(command: Command, in_last: bool) -> Iterator[tuple[str, str]]:
    name, arguments = program(command)
    if "sudo" in command.before:
        yield "uses sudo", "A build runs as root until USER; leave it out."
    yield from right_faults(name, arguments)
    if in_last and installs(command) and not _is_library(name, arguments):
        yield f"installs into the last stage: {' '.join(command.words[:3])}", "Install in an earlier stage; copy it."
    if command.is_piped and name in ("sh", "bash", "python"):
        yield f"pipes into {name}", "Install what the lock says instead."


def _is_library(name: str, arguments: Sequence[str]) -> bool:
    """Whether all that is installed are libraries of the system that packages need, each at one version."""
    packages = [word for word in arguments if not word.startswith("-")][1:]
    is_each = all(re.fullmatch(r"lib[\w.+-]+=\S+", word) and "-dev=" not in word for word in packages)
    return name in ("apt-get", "apt", "apk") and is_each and bool(packages)


def _hidden(commands: Sequence[Command]) -> Iterator[str]:
    """What hides that an install failed: what follows it by `||` or `;`, unless the shell was told to stop."""
    stops = any(command.words[0] == "set" and re.match(r"-\w*e", "".join(command.words[1:2])) for command in commands)
    is_installed = False
    for command in commands:
        is_end = command.words[0] in ("exit", "false") or "{" in command.before
        is_next = command.joint == "||" or (command.joint == ";" and not stops)
        is_hidden = command.is_excuse or (is_next and not is_end)
        if is_installed and is_hidden:
            yield f"'{' '.join(command.words)}' hides whether the install before succeeded"
            return
        is_installed |= installs(command)


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
    for source in map(folder.source, lists):
        if source.endswith("requirements.txt") and source != f"projects/{folder.project}/requirements.txt":
            yield f"installs {source}, which is not this project's"
    for name, value in options:
        if name in _UNSOUND or (name, value) == ("--link-mode", "symlink"):
            yield f"{_UNSOUND.get(name, 'links to a cache that the image has not')}: {name} {value}".rstrip()
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
