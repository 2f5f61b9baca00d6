"""The fate of a version that is no more than a candidate: how the run that wrote it ended."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.data.versions import Version
from paddock.errors import PaddockError
from paddock.project import Workspace, load_project
from paddock.runs.record import verified_record


@dataclass(frozen=True)
class Fate:
    """The run that wrote a version first, its status (empty where its record is not here), and the gates it failed."""

    run: str
    status: str
    gates: tuple[str, ...]
    reason: str

    @property
    def words(self) -> str:
        """All of it, in words."""
        if self.gates:
            return f"run {self.run} refused it ({_plural('gate', self.gates)})"
        if self.status:
            return f"run {self.run} {self.status}: {self.reason}"
        return f"run {self.run} wrote it, whose record is not here"


def fate(workspace: Workspace, version: Version) -> Fate:
    """What became of the run that wrote `version`, as its record says."""
    try:
        record = verified_record(load_project(workspace, version.dataset.partition(".")[0]), version.run)
    except PaddockError:
        return Fate(version.run, "", (), "")
    failed = tuple(gate.name for gate in record.gates if not gate.held) if record.status == "failed" else ()
    return Fate(version.run, record.status, failed, record.reason)


def _plural(noun: str, names: tuple[str, ...]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {'; '.join(names)}"
