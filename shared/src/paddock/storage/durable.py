"""The one durable write: temporary file beside the target, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from paddock.errors import ToolError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on a clean exit its content becomes `path` in one step.

    Whatever dies before the end, `path` is as it was. Raises ToolError when the disk is full,
    the folder is not writable, or the file cannot be made durable.
    """
    with draft(path) as temporary:
        yield temporary
        commit(temporary, path)


@contextlib.contextmanager
def draft(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which is gone at the end unless it was committed."""
    with _as_tool_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:80]}.", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def commit(temporary: Path, path: Path) -> None:
    """Make the draft `temporary` the file at `path`, in one step and for good."""
    with _as_tool_error(path):
        sync_file(temporary)
        # mkstemp makes files for the owner alone; artifacts are for the team.
        temporary.chmod(0o644)
        temporary.replace(path)
        sync_folder(path.parent)


def commit_folder(temporary: Path, path: Path) -> None:
    """Make the folder `temporary` the one at `path`, which does not exist, with all that is in it and for good."""
    with _as_tool_error(path):
        for inside in (*temporary.rglob("*"), temporary):
            if not inside.is_symlink():
                sync_file(inside)
        temporary.rename(path)
        sync_folder(path.parent)


def sync(path: Path) -> None:
    """Make durable a file that another library wrote, and its name; raises ToolError."""
    with _as_tool_error(path):
        sync_file(path)
        sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Make `content` the content of `path`, all or nothing."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Make `content` the UTF-8 text of `path`, all or nothing."""
    write_bytes(path, content.encode())


def sync_file(path: Path) -> None:
    """Wait until the bytes of `path` are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    sync_file(folder)


@contextlib.contextmanager
def _as_tool_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError(f"{path}: cannot write: {error.strerror or error}", _remedy(error, path)) from error


def _remedy(error: OSError, path: Path) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return "The disk is full: free some space and run again. What was there before is intact."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"No permission: make {path.parent} writable for this user and run again."
        case _:
            return "What was there before is intact; mend the disk or folder and run again."
