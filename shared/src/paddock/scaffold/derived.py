"""The files of a project that are made from its others: the record, and the hashed requirements of its image."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.scaffold.closure import FILE as REQUIREMENTS
from paddock.scaffold.closure import load_lock, requirements_of
from paddock.scaffold.decision import Action, Change
from paddock.scaffold.entry import Entry
from paddock.scaffold.following import Following
from paddock.scaffold.ownership import digest, managed
from paddock.scaffold.record import FILE as RECORD
from paddock.scaffold.record import Record, text_of

_MANIFEST = "pyproject.toml"


def changes(
    workspace: Workspace, folder: Path, changes: Sequence[Change], following: Following, after: Mapping[str, Entry]
) -> Iterator[Change]:
    """What becomes of these files where the others become `changes`, and the template renders the files `after`."""
    manifest = next((change.entry for change in changes if change.path == _MANIFEST and change.entry), None)
    has_marks = any(change.path == _MANIFEST and change.action is Action.MARKED for change in changes)
    if manifest and not has_marks:
        yield from _requirements(workspace, folder, manifest.content)
    digests = {path: digest(after[path].content) for path in managed(after, following.new.owners)}
    record = Record(following.new.name, following.tree, following.answers, digests)
    text = text_of(record).encode()
    if (folder / RECORD).read_bytes() != text:
        yield Change(RECORD, Action.UPDATED, Entry(text))


def _requirements(workspace: Workspace, folder: Path, manifest: bytes) -> Iterator[Change]:
    """The requirements, where the project comes to need other packages; it may do without the file."""
    file, lock = folder / REQUIREMENTS, load_lock(workspace)
    if lock is None or not file.is_file() or _needs(manifest) == _needs((folder / _MANIFEST).read_bytes()):
        return
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / _MANIFEST).write_bytes(manifest)
        try:
            text = requirements_of(Path(scratch), lock).encode()
        except ConfigurationError as error:
            raise ConfigurationError(
                error.message.replace(scratch, f"projects/{folder.name}"), f"{error.remedy} Nothing was written."
            ) from error
    if file.read_bytes() != text:
        yield Change(REQUIREMENTS, Action.UPDATED, Entry(text), "made from the lock again")


def _needs(manifest: bytes) -> Any:
    try:
        return tomllib.loads(manifest.decode()).get("project", {}).get("dependencies", [])
    except ValueError:
        # What was merged line by line may be no TOML any more; the checks of forms say so.
        return []
