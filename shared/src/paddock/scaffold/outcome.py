"""What an update is asked for, and what became of a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from paddock.errors import PaddockError
from paddock.scaffold.decision import Change, Conflict


class Status(StrEnum):
    """What became of a project; `marked` is one whose files hold conflicts now."""

    CURRENT = "current"
    UPDATED = "updated"
    CONFLICTS = "conflicts"
    MARKED = "marked"
    REFUSED = "refused"


@dataclass(frozen=True)
class Request:
    """How to update: only say what would be done, write conflicts into files, restore managed files.

    By at most so many `processes`; 0 is as many as the machine has.
    """

    today: date
    is_dry: bool = False
    writes_conflicts: bool = False
    restores: bool = False
    processes: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of one project, from which tree to which; `error` says why it was refused."""

    project: str
    status: Status
    template: str = ""
    before: str = ""
    after: str = ""
    changes: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
    error: PaddockError | None = None

    @property
    def is_clean(self) -> bool:
        """Whether the project follows its template, and nobody has to do anything."""
        return self.status in (Status.CURRENT, Status.UPDATED)
