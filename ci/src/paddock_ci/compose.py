"""A compose file, with the services that it declares."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paddock_ci.files import ProjectFiles
from paddock_ci.image import Image
from paddock_ci.yaml_text import Path, lines_of, load

# Where, what is wrong, and the remedy.
Fault = tuple[Path, str, str]


@dataclass(frozen=True)
class Compose:
    """What a compose file says, the line of each key and item, and the keys that stand twice."""

    document: Mapping[str, Any]
    lines: Mapping[Path, int]
    twice: tuple[tuple[int, str], ...]

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """Its services; what is none is left out."""
        found = self.document.get("services")
        return {k: v for k, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or of the nearest above it."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 1)


@dataclass(frozen=True)
class Service:
    """One service, with all that its declaration is compared to."""

    name: str
    facts: Mapping[str, Any]
    compose: Compose
    files: ProjectFiles
    image: Image | None

    @property
    def is_built(self) -> bool:
        """Whether the service runs this project's image."""
        return "build" in self.facts

    def at(self, *keys: object) -> Path:
        """The path of one of its keys."""
        return ("services", self.name, *map(str, keys))


@dataclass(frozen=True)
class Mount:
    """What a service has at `target`: a volume or a path of the machine, an anonymous volume, or (tmpfs) memory."""

    source: str
    target: str
    is_read_only: bool = False
    is_memory: bool = False

    @property
    def is_path(self) -> bool:
        """Whether it is a file or folder of the machine."""
        return self.source.startswith((".", "/", "~", "$"))


def mounts_of(facts: Mapping[str, Any]) -> tuple[Mount, ...]:
    """The mounts of a service, those under `volumes` first, in their order."""
    memory = facts.get("tmpfs") or ()
    found = [_mount(entry) for entry in facts.get("volumes") or ()]
    found += [
        Mount("", str(path).partition(":")[0], False, True)
        for path in ([memory] if isinstance(memory, str) else memory)
    ]
    return tuple(found)


def _mount(entry: object) -> Mount:
    if isinstance(entry, dict):
        source, is_memory = str(entry.get("source", "")), entry.get("type") == "tmpfs"
        return Mount(source, posixpath.normpath(str(entry["target"])), bool(entry.get("read_only")), is_memory)
    parts = re.split(r":(?![-?+])", str(entry))
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    return Mount(source, posixpath.normpath(target), "ro" in ",".join(parts[2:]).split(","))


def variables_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a service's environment, which is a mapping or a list."""
    given = facts.get("environment") or {}
    pairs = given.items() if isinstance(given, dict) else (str(text).partition("=")[::2] for text in given)
    return {str(name): "" if value is None else str(value) for name, value in pairs}


def is_postgres(facts: Mapping[str, Any]) -> bool:
    """Whether a service of these facts is a PostgreSQL server."""
    return str(facts.get("image", "")).rpartition("/")[2].partition(":")[0] == "postgres"


def read(text: str) -> Compose:
    """What the text of a compose file says; raises what YAML raises, and ValueError where it says no mapping."""
    document, twice = load(text)
    if not isinstance(document, dict):
        raise ValueError(f"expected a mapping, got {document!r:.80}")
    return Compose(document, lines_of(text), twice)
