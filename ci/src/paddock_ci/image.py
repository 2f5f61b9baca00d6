"""The image of a project, as its Dockerfile describes it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from paddock_ci.dockerfile import Instruction, Stage, parse, stages
from paddock_ci.dockerignore import Context, ignore_patterns
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.installers import program

DOCKERFILE = "Dockerfile"
DOCKERIGNORE = "Dockerfile.dockerignore"
_DIGEST = re.compile(r"[^@]+@sha256:[0-9a-f]{64}")
# An official image of Python, or a mirror's copy: a registry's name holds a dot or a port.
_PYTHON = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+)/(?:[\w.-]+/)*)?"
    r"python(?::(?P<tag>(?P<version>\d+(?:\.\d+)*)?[\w.-]*))?(?:@sha256:[0-9a-f]{64})?"
)
_UNFINISHED = re.compile(r"\d(?:a|b|rc)\d*(?:-|$)|-(?:rc|dev|alpha|beta)", re.IGNORECASE)
URL = re.compile(r"\w+://|git@")


@dataclass(frozen=True)
class Image:
    """What a project's Dockerfile says; it has at least one stage."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    context: Context

    @property
    def last(self) -> Stage:
        """The stage that becomes the image."""
        return self.stages[-1]

    @property
    def workspace(self) -> str:
        """The folder of the image that is the workspace."""
        return self.last.environment().get("PADDOCK_WORKSPACE") or self.last.folder()

    def stage(self, name: str, before: int) -> Stage | None:
        """The stage of that name or number that begins above a line."""
        above = (stage for stage in self.stages if stage.line < before)
        return next((s for s in above if name.lower() in (s.name.lower() or None, str(s.number))), None)

    def origin(self, stage: Stage) -> str:
        """The image that a stage begins from, by way of other stages."""
        while before := self.stage(stage.base, stage.line):
            stage = before
        return stage.base


def image_of(files: ProjectFiles) -> Image | None:
    """The image of a project; nothing where it has no Dockerfile with a stage."""
    instructions = parse(files.text(DOCKERFILE))
    found = stages(instructions)
    ignore = files.text(DOCKERIGNORE) or files.text(posixpath.relpath(files.root / ".dockerignore", files.folder))
    return Image(instructions, found, Context(files.root, ignore_patterns(ignore))) if found else None


def pin_fault(reference: str) -> str:
    """Why an image's name does not say which image it is, or nothing."""
    name, _, tag = reference.rpartition("/")[2].partition("@")[0].partition(":")
    if "@" in reference:
        return "" if _DIGEST.fullmatch(reference) else f"expected a digest @sha256: of 64 digits, got '{reference}'"
    if not name:
        return "expected an image, got none: its variable has no default"
    if not tag or "latest" in tag.lower() or not re.search(r"\d", tag):
        return f"expected an image with a version, got '{reference}'"
    return ""


def python_fault(reference: str, requires: str) -> str:
    """Why an image is no official Python of a version that `requires` (as of pyproject.toml) allows, or nothing."""
    found = _PYTHON.fullmatch(reference)
    if not found:
        return f"expected an official python:X.Y, got '{reference}'"
    version = found["version"] or ""
    if _UNFINISHED.search(found["tag"] or ""):
        return f"expected a released Python, got '{reference}'"
    if "." not in version:
        return "" if "@" in reference else f"expected a version X.Y, got '{reference}'"
    try:
        is_allowed = SpecifierSet(requires).contains(version)
    except InvalidSpecifier:
        return ""  # PD101 says so
    return "" if is_allowed else f"Python {version} is not in requires-python, '{requires}'"


def runs_python(image: Image, stage: Stage) -> bool:
    """Whether a stage makes the environment of the project, or runs it."""
    commands = (program(command) for i in stage.all("RUN") for command in i.commands)
    made = any(name in ("uv", "pip", "venv", "virtualenv") for name, _ in commands)
    return made or stage.number == image.last.number


def look(line: int, fault: str = "", remedy: str = "", file: str = DOCKERFILE) -> Look:
    """A look at a line of the Dockerfile, or of another file of the image."""
    return Look(f"{file}:{line}", fault, remedy if fault else "")


def sources(instruction: Instruction) -> tuple[str, ...]:
    """The sources of a COPY that lie in the build's context."""
    return tuple(word for word in instruction.words[:-1] if not word.startswith("<<") and not URL.match(word))


def placed_in(image: Image) -> list[list[tuple[str, str]]]:
    """For each stage what the workspace's paths become in it, whole folders as one."""
    found: list[list[tuple[str, str]]] = []
    for stage in image.stages:
        here: list[tuple[str, str]] = []
        found.append(here)
        for copy in stage.all("COPY", "ADD"):
            words = copy.words
            target = posixpath.normpath(posixpath.join(stage.folder(copy.line), words[-1] if words else ""))
            if origin := image.stage(copy.flag("from"), copy.line) if copy.flag("from") else None:
                for source, word in ((s, w) for w in words[:-1] for s in found[origin.number]):
                    here += _passed_on(source, posixpath.normpath(posixpath.join("/", word)), target)
            elif not copy.flag("from"):
                matches = [path for source in sources(copy) for path in image.context.sources(source)]
                is_folder = len(matches) > 1 or words[-1].endswith(("/", ".")) or target == stage.folder(copy.line)
                for path in matches:
                    is_file = (image.context.root / path).is_file()
                    here.append((path, f"{target}/{posixpath.basename(path)}" if is_file and is_folder else target))
    return found


def _passed_on(placed: tuple[str, str], source: str, target: str) -> list[tuple[str, str]]:
    """Where a path that one stage has goes when another copies `source` of it to `target`."""
    path, there = placed
    if there == source or there.startswith(f"{source.rstrip('/')}/"):
        return [(path, target + there[len(source.rstrip("/")) :])]
    return [(path + source[len(there) :], target)] if source.startswith(f"{there}/") else []
