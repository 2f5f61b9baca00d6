"""The file of a source: below the sources' root, whole, fresh, and the one that was declared."""

from __future__ import annotations

import time
from pathlib import Path

from paddock.data.sources.declaration import Source
from paddock.errors import ConfigurationError, DataError, ToolError
from paddock.storage import artifact

_DAY = 24 * 3600.0


def find(source: Source, root: Path) -> Path:
    """The path of the source's file; raises when it is missing or leads outside `root`, also by a symlink."""
    path = root / source.path
    if not path.resolve().is_relative_to(root.resolve()):
        raise ConfigurationError(
            f"{source.where}: {path} leads outside the sources' root {root}",
            "Put the file itself there, or set PADDOCK_SOURCES_ROOT to the folder that holds it.",
        )
    if not path.is_file():
        raise DataError(
            f"{path}: {'is no file' if path.exists() else 'the file is missing'}; {source.name} is read from it",
            "Put it there, or set PADDOCK_SOURCES_ROOT to the folder that holds it.",
        )
    return path


def content(path: Path) -> bytes:
    """The bytes of the file; raises ToolError when the disk does not give them."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def sha256(path: Path) -> str:
    """The SHA-256 of the file's bytes; raises ToolError when the disk does not give them."""
    try:
        return artifact.file_sha256(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def check(source: Source, path: Path, found: str) -> None:
    """Raise DataError when the file, whose SHA-256 is `found`, is not the declared one or too old."""
    if source.sha256 and found != source.sha256:
        raise DataError(
            f"{path}: expected SHA-256 {source.sha256}, got {found}",
            f"Fetch the file again; if it changed on purpose, change the line at {source.where}.",
        )
    age = (time.time() - path.stat().st_mtime) / _DAY
    if source.max_age_days is not None and age > source.max_age_days:
        raise DataError(
            f"{path}: is stale: expected a file of at most {source.max_age_days:g} days, got one of {age:.1f} days",
            f"Fetch it again, or change max_age_days at {source.where}.",
        )


def _unreadable(path: Path, error: OSError) -> ToolError:
    return ToolError(f"{path}: cannot be read: {error.strerror or error}", "Mend the disk or the permissions.")
