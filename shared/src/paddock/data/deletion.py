"""The notes of deleted versions: a version keeps its line in the history, and its rows are gone.

The note is written before the bytes go, so whatever dies in between, nobody reads the rows again, and the next
deletion or write of the dataset removes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from paddock.errors import DataError, ToolError
from paddock.storage import durable

# Delta's protocol lets readers and cleaners of a table pass over names that begin with an underscore.
_FOLDER = "_deleted"


def note(folder: Path, numbers: Iterable[int]) -> None:
    """Write down, for good, that these versions of the dataset in `folder` are deleted; raises ToolError."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    for number in numbers:
        if not _note(folder, number).exists():
            durable.write_text(_note(folder, number), json.dumps({"deleted_at": moment}))


def deleted_at(folder: Path, number: int) -> datetime | None:
    """When a version was deleted, or None; raises DataError where that cannot be told."""
    path = _note(folder, number)
    try:
        return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["deleted_at"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: the note that version {number} was deleted cannot be read: {error}",
            "Delete the version again once the file is removed; its rows may be there still.",
        ) from error


def remove(folder: Path, hashes: Mapping[int, str]) -> None:
    """Remove the files of deleted versions, but for contents that another version has; raises ToolError."""
    deleted = {number for number in hashes if deleted_at(folder, number)}
    alive = {content for number, content in hashes.items() if number not in deleted}
    files = {file_of(folder, hashes[number]) for number in deleted if hashes[number] not in alive}
    there = sorted(path for path in files if path.exists())
    for path in there:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ToolError(
                f"{path}: the rows of a deleted version cannot be removed: {error.strerror or error}",
                f"Make {folder} writable for this user, then delete the version again.",
            ) from error
    if there:
        durable.sync_folder(folder)


def file_of(folder: Path, content_hash: str) -> Path:
    """A version's file is named by its content, so a writer that was killed leaves what the next one writes anyway."""
    return folder / f"{content_hash}.parquet"


def _note(folder: Path, number: int) -> Path:
    return folder / _FOLDER / f"{number:020}.json"
