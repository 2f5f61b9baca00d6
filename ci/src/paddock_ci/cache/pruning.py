"""The pruning of a folder: what was not used for longest goes first."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from paddock_ci.cache.entry import Entry, read
from paddock_ci.cache.folder import Folder

_DRAFT_SECONDS = 3600.0


class Pruned(NamedTuple):
    """How many entries and objects went away, and how many bytes stay."""

    entries: int
    objects: int
    bytes_left: int


class _File(NamedTuple):
    used: float
    size: int
    path: Path


def prune(folder: Folder, limit_bytes: int) -> Pruned:
    """Remove the entries that were used least recently until entries and objects take at most `limit_bytes`.

    Entries go before their objects. A reader or writer at work at the same time loses a hit, never gets a wrong one:
    an entry without its object is a miss, and every object is verified when it is fetched.
    """
    sizes = {file.path.name: file.size for file in _files(folder.path / "objects")}
    left, kept_objects, removed = 0, set[str](), 0
    for file in sorted(_files(folder.path / "entries"), reverse=True):
        objects = _objects(file.path) - kept_objects
        size = file.size + sum(sizes.get(name, 0) for name in objects)
        if left + size <= limit_bytes:
            left += size
            kept_objects |= objects
        else:
            removed += _remove(file.path)
    loose = [file.path for file in _files(folder.path / "objects") if file.path.name not in kept_objects]
    objects_removed = sum(_remove(path) for path in loose)
    _remove_left_overs(folder.path)
    return Pruned(removed, objects_removed, left)


def _objects(place: Path) -> set[str]:
    """The objects that an entry needs; of one that cannot be read, none."""
    try:
        found = read(place.read_bytes(), place.name)
    except OSError:
        return set()
    return set(found.outputs.values()) if isinstance(found, Entry) else set()


def _remove_left_overs(root: Path) -> None:
    """Remove drafts of writers that died, and the last key of each job whose entry is gone."""
    now = time.time()
    for draft in root.rglob(".*.tmp"):
        # A writer at work keeps its draft; should a wrong clock cost it that, its result is not cached.
        with contextlib.suppress(OSError):
            if abs(now - draft.stat().st_mtime) > _DRAFT_SECONDS:
                _remove(draft)
    for file in _files(root / "jobs"):
        with contextlib.suppress(OSError):
            key = file.path.read_bytes().decode("ascii", "replace")
            if not (root / "entries" / key[:2] / key).is_file():
                _remove(file.path)


def _files(folder: Path) -> Iterator[_File]:
    """The named files two levels below `folder`; drafts are not among them."""
    for path in folder.glob("*/*"):
        with contextlib.suppress(OSError):
            if not path.name.startswith("."):
                status = path.stat()
                yield _File(status.st_mtime, status.st_size, path)


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
