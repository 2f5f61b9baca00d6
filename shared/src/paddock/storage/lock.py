"""A lock between processes that the operating system releases when its holder dies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import filelock

from paddock.errors import ToolError


@contextlib.contextmanager
def held(path: Path, what: str, wait_seconds: float) -> Iterator[None]:
    """Hold the lock at `path` for `what`, waiting at most `wait_seconds` for another holder.

    Raises ToolError that names the holder when the wait is over. The file stays; only the
    operating system's lock on it counts, so a killed holder never blocks anyone.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path, timeout=wait_seconds)
        lock.acquire()
    except filelock.Timeout as error:
        raise ToolError(
            f"{what}: still busy after {wait_seconds:g} s; held by {holder(path)}",
            "Wait for it to end, or stop that process, and run again.",
        ) from error
    except OSError as error:
        raise ToolError(
            f"{path}: cannot lock: {error.strerror or error}", f"Make {path.parent} writable for this user."
        ) from error
    try:
        _name_holder(path, what)
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at `path` now."""
    if not path.exists():
        return False
    lock = filelock.FileLock(path, timeout=0)
    try:
        with lock:
            return False
    except filelock.Timeout:
        return True


def holder(path: Path) -> str:
    """Who holds the lock at `path`, in words; the holder wrote it when it got the lock."""
    try:
        facts = json.loads(_holder_path(path).read_text())
        return f"process {facts['pid']} on {facts['host']} since {facts['since']} ({facts['what']})"
    except (OSError, ValueError, KeyError):
        return "an unknown process"


def _name_holder(path: Path, what: str) -> None:
    facts = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "what": what,
    }
    # A courtesy for messages alone, so not durable; a torn or missing one reads as "an unknown process".
    with contextlib.suppress(OSError):
        _holder_path(path).write_text(json.dumps(facts))


def _holder_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder.json")
