"""The swap of a project's folder for its next state: all of it or nothing, whatever dies meanwhile."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from paddock.errors import ToolError
from paddock.scaffold.decision import Change
from paddock.scaffold.entry import write_entry
from paddock.storage import durable, exchange

_PREFIX = ".update-"

# What tells that a file was touched: its inode, size and time of change, by its path.
Snapshot = Mapping[str, tuple[int, int, int, int]]


def snapshot(folder: Path) -> Snapshot:
    """How every file of the folder lies there now."""
    return {path: _facts(Path(folder) / path) for path in _paths(folder)}


def swap(folder: Path, changes: Iterable[Change], before: Snapshot) -> None:
    """Make `changes` to the project in `folder`, in one step; what they do not name stays the very same file.

    The next state is built beside it, of hard links. Raises ToolError where that cannot be written, or where files
    are no longer as they were when the snapshot `before` was taken; then nothing has changed.
    """
    try:
        with _scratch(folder) as scratch:
            staged = scratch / folder.name
            _build(folder, staged, list(changes))
            if snapshot(folder) != before:
                raise ToolError(
                    f"projects/{folder.name}: its files changed during the update", "Nothing was written. Run it again."
                )
            exchange.exchange(staged, folder)
    except OSError as error:
        raise ToolError(
            f"projects/{folder.name}: cannot be updated: {error.strerror or error}",
            f"Nothing was written. Make {folder.parent} writable for this user and its disk roomy.",
        ) from error


def remove_leftovers(projects: Path) -> None:
    """Remove what killed updates left; the lock is held, so nobody works there."""
    for leftover in projects.glob(f"{_PREFIX}*"):
        exchange.put_back(leftover, projects / leftover.name.removeprefix(_PREFIX).rpartition("-")[0])
        shutil.rmtree(leftover)


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder beside the project, named after it, that is gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{folder.name}-", dir=folder.parent))
    try:
        yield scratch
    finally:
        exchange.put_back(scratch, folder)
        shutil.rmtree(scratch, ignore_errors=True)


def _build(folder: Path, staged: Path, changes: list[Change]) -> None:
    written = [change for change in changes if change.entry]
    gone = {change.path for change in changes if change.is_deletion}
    _link(folder, staged, {change.path for change in written} | gone)
    for path in gone:
        _prune(staged, staged / path)
    for change in written:
        old = folder / change.path
        mode = old.lstat().st_mode if change.entry and old.is_file() and not old.is_symlink() else None
        assert change.entry is not None
        write_entry(staged, change.path, change.entry, mode)
        if not change.entry.is_link:
            durable.sync_file(staged / change.path)
    for inside, _, _ in os.walk(staged):
        durable.sync_folder(Path(inside))


def _link(folder: Path, copy: Path, without: set[str]) -> None:
    """A folder of the same files as `folder`, less those in `without`."""
    for inside, folders, names in os.walk(folder):
        there = copy / Path(inside).relative_to(folder)
        there.mkdir()
        links = [name for name in folders if (Path(inside) / name).is_symlink()]
        for name in (*names, *links):
            source = Path(inside) / name
            if source.relative_to(folder).as_posix() not in without:
                _link_one(source, there / name)
    for inside, _, _ in os.walk(folder):
        shutil.copystat(inside, copy / Path(inside).relative_to(folder))


def _link_one(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        # A file system without links, or another one that is mounted there.
        shutil.copy2(source, target, follow_symlinks=False)


def _prune(root: Path, path: Path) -> None:
    """Remove the folders above a file that went, where nothing else is in them."""
    for above in path.parents:
        if above == root or not above.is_dir() or any(above.iterdir()):
            return
        above.rmdir()


def _paths(folder: Path) -> list[str]:
    found = []
    for inside, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(inside) / name).is_symlink()]
        found += [(Path(inside) / name).relative_to(folder).as_posix() for name in (*names, *links)]
    return sorted(found)


def _facts(path: Path) -> tuple[int, int, int, int]:
    facts = path.lstat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_mode
