"""The ledger of a site: what the build before made, and which files it knows by their hash.

A courtesy beside the site: without it, or where it does not fit what lies there, everything is made anew.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.storage import artifact, durable

# What tells that a file was touched: inode, size, times of change of its bytes and of anything about it.
Stat = tuple[int, int, int, int]
_SCHEMA = 1
_MANIFEST = artifact.manifest_path(Path("x")).name.removeprefix("x")
# A file touched so recently might be touched again within the same tick of the file system's clock.
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True)
class Made:
    """What an entry made: its key, and how each of its files lay there when it was written (inode, size, time)."""

    key: str
    files: Mapping[str, tuple[int, int, int]]


@dataclass
class Ledger:
    """Entries by name, and what is known of files outside the site by their path, each with the stat it answers to."""

    entries: dict[str, Made] = field(default_factory=dict)
    known: dict[str, tuple[Stat, str]] = field(default_factory=dict)
    used: dict[str, tuple[Stat, str]] = field(default_factory=dict)

    def sha256(self, path: str) -> str:
        """The hash of a file, which is read only when it was touched since; raises OSError."""
        return self._remembered(path, lambda: artifact.file_sha256(Path(path)))

    def vouched(self, path: str) -> str:
        """The hash for which the manifest of the artifact at `path` vouches; nothing where there is none."""

        def read() -> str:
            manifest = artifact.read_manifest(Path(path))
            return manifest.sha256 if manifest else ""

        try:
            return self._remembered(f"{path}{_MANIFEST}", read)
        except OSError:
            return ""

    def is_whole(self, path: str) -> bool:
        """Whether a file is there, and is what its manifest vouches for."""
        try:
            vouched = self.vouched(path)
            return bool(vouched) and self.sha256(path) == vouched
        except OSError:
            return False

    def is_kept(self, name: str, key: str, site: str) -> bool:
        """Whether an entry would come out the same, and its files lie in the site as they were written."""
        made = self.entries.get(name)
        return (
            made is not None and made.key == key and all(_facts(f"{site}/{p}") == was for p, was in made.files.items())
        )

    def _remembered(self, path: str, read: Callable[[], str]) -> str:
        if (ready := self.used.get(path)) is not None:
            return ready[1]
        found = os.stat(path)  # noqa: PTH116
        stat = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        before = self.known.get(path)
        said = before[1] if before and before[0] == stat else read()
        if max(stat[2:]) < time.time_ns() - _SETTLED_NS:
            self.used[path] = (stat, said)
        return said


def written(key: str, site: Path, paths: Mapping[str, object]) -> Made:
    """What an entry made, as it lies in the folder `site`."""
    return Made(key, {path: _facts(f"{site}/{path}") or (0, 0, 0) for path in paths})


def load(path: Path) -> Ledger:
    """The ledger at `path`; an empty one where there is none, or it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["schema"] != _SCHEMA:
            return Ledger()
        entries = {name: Made(str(key), _files(files)) for name, (key, files) in found["entries"].items()}
        known = {str(name): (_stat(stat), str(said)) for name, (stat, said) in found["known"].items()}
        return Ledger(entries, known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Ledger()


def store(path: Path, entries: Mapping[str, Made], ledger: Ledger) -> None:
    """Write down what this build made, for the next one."""
    content: dict[str, Any] = {
        "schema": _SCHEMA,
        "entries": {name: [made.key, made.files] for name, made in entries.items()},
        "known": ledger.used,
    }
    durable.write_text(path, json.dumps(content, separators=(",", ":")))


def _facts(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _files(values: Mapping[str, list[int]]) -> dict[str, tuple[int, int, int]]:
    return {str(path): (int(inode), int(size), int(moment)) for path, (inode, size, moment) in values.items()}


def _stat(values: list[int]) -> Stat:
    inode, size, changed, touched = map(int, values)
    return inode, size, changed, touched
