"""The image of a project, as its Dockerfile describes it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from paddock_ci.dockerfile import Instruction, Stage, parse, stages
from paddock_ci.dockerignore import Context, ignore_patterns
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

DOCKERFILE = "Dockerfile"
DOCKERIGNORE = "Dockerfile.dockerignore"
_DIGEST = re.compile(r"[^@]+@sha256:[0-9a-f]{64}")
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
