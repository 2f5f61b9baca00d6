"""The history of a workspace: every run that left something, with what vouches for its record."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from paddock.project import Workspace
from paddock.runs.record import GateFact, Record
from paddock.site.ledger import Ledger

Trust = Literal["verified", "unverified", "unreadable", "unfinished"]
_LARGEST_RECORD = 5_000_000


@dataclass(frozen=True)
class Run:
    """One run as its folder tells it; `fault` says in words why the record is not to be trusted.

    Only a verified run has a record whose bytes are the ones that the run wrote; an unverified one was changed
    afterwards, an unreadable one is no record, and an unfinished run is going on or died.
    """

    project: str
    name: str
    folder: str
    trust: Trust
    fault: str = ""
    record: Record | None = None
    digest: str = ""

    @property
    def status(self) -> str:
        """How the run ended, in the words of its record; else what became of it."""
        return self.record.status if self.record else self.trust

    @property
    def is_verified(self) -> bool:
        """Whether the record is the one that the run wrote."""
        return self.trust == "verified"

    @property
    def started(self) -> datetime | None:
        """When the run started, in UTC."""
        if self.record is None:
            return None
        found = self.record.started
        try:
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except OverflowError:
            return None


def read_history(workspace: Workspace, known: Ledger) -> dict[str, tuple[Run, ...]]:
    """The runs of each project that ever ran, oldest first; a damaged one is told as what it is, never raised."""
    found = {}
    for project, folder in _folders(str(workspace.state / "runs")):
        runs = tuple(_run(project, name, inside, known) for name, inside in _folders(folder))
        if runs:
            found[project] = runs
    return found


def gates(run: Run) -> Iterator[tuple[str, GateFact]]:
    """The gates of a run, each with the notebook that evaluated it."""
    for notebook in run.record.notebooks if run.record else ():
        for gate in notebook.gates:
            yield notebook.source, gate


def _folders(folder: str) -> list[tuple[str, str]]:
    """The folders in a folder by name, with their paths; hidden ones are somebody's scratch."""
    try:
        with os.scandir(folder) as found:
            return sorted((inside.name, inside.path) for inside in found if inside.name[0] != "." and inside.is_dir())
    except OSError:
        return []


def _run(project: str, name: str, folder: str, known: Ledger) -> Run:
    path = f"{folder}/record.json"
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            content = file.read(_LARGEST_RECORD + 1)
    except FileNotFoundError:
        return Run(project, name, folder, "unfinished", "it has no record: it is going on, or it was killed")
    except OSError as error:
        return Run(project, name, folder, "unreadable", f"the record cannot be read: {error.strerror or error}")
    if len(content) > _LARGEST_RECORD:
        return Run(project, name, folder, "unreadable", "the record is larger than any record")
    digest = hashlib.sha256(content).hexdigest()
    try:
        record = Record.model_validate_json(content)
    except ValidationError as error:
        return Run(project, name, folder, "unreadable", _first(error), None, digest)
    vouched = known.vouched(path)
    fault = _fault(project, name, record, digest, vouched)
    return Run(project, name, folder, "unverified" if fault else "verified", fault, record, digest)


def _fault(project: str, name: str, record: Record, digest: str, vouched: str) -> str:
    """Why a record that can be read is not to be trusted; nothing where it is."""
    if not vouched:
        return "nothing vouches for the record: its manifest is missing or damaged"
    if vouched != digest:
        return "the record was changed after the run wrote it: its bytes are not those that its manifest vouches for"
    if (record.project, record.run) != (project, name):
        return f"the record is of run {record.run} of {record.project}, and lies in another run's folder"
    return ""


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"not a record of a known schema: {f'{place}: ' if place else ''}{first['msg']}"[:500]
