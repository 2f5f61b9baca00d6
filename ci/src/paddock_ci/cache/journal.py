"""The journal of keys that failed: one that passes later on the same inputs is flaky."""

from __future__ import annotations

from pathlib import Path

from paddock.storage import durable


def marker(key: str) -> str:
    """The path, relative to a store, whose existence says that the job of `key` failed once."""
    return f"failed/{key[:2]}/{key}"


def has(folder: Path, key: str) -> bool:
    """Whether the job of `key` failed before; False where the journal cannot be read."""
    try:
        return (folder / marker(key)).is_file()
    except OSError:
        return False


def note(folder: Path, key: str) -> None:
    """Remember, for good, that the job of `key` failed; raises ToolError."""
    durable.write_bytes(folder / marker(key), b"")
