"""The effect of a change of templates: what it does to each project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from paddock_ci.finding import Finding


class Verdict(StrEnum):
    """What an update makes of a project, the worst first; `STAYS` is one that nothing is done to."""

    REFUSED = "refused"
    CONFLICTS = "conflicts"
    UPDATED = "updated"
    STAYS = "unchanged"


@dataclass(frozen=True)
class Lines:
    """A file that differs after the update, and the lines that come and go; of a binary file, none."""

    path: str
    come: int = 0
    go: int = 0


@dataclass(frozen=True)
class Hunk:
    """Where an update would conflict (`lines` of the project, empty for a whole file), why, and whether newly so."""

    path: str
    lines: str
    reason: str
    is_new: bool


@dataclass(frozen=True)
class Refusal:
    """Why a project cannot follow its template, what mends it, and whether it could before the change."""

    message: str
    remedy: str
    is_new: bool


@dataclass(frozen=True)
class Effect:
    """What the change does to one project; of checks, what they find only after it (`red`) or only before (`green`).

    `template` is empty where it follows none that changed. `behind` says that it had not followed earlier changes;
    `moved`, that it is updated in the change itself. `failed` are the findings of gates that hold before the change.
    """

    project: str
    verdict: Verdict
    template: str = ""
    behind: bool = False
    moved: bool = False
    files: tuple[Lines, ...] = ()
    hunks: tuple[Hunk, ...] = ()
    refusal: Refusal | None = None
    notes: tuple[str, ...] = ()
    red: tuple[Finding, ...] = ()
    green: tuple[Finding, ...] = ()
    gates: str = ""
    failed: tuple[Finding, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether something is wrong after the change that was not before it."""
        is_refused = self.refusal is not None and self.refusal.is_new
        return is_refused or bool(self.red or self.failed) or any(hunk.is_new for hunk in self.hunks)

    @property
    def come(self) -> int:
        """The lines that come."""
        return sum(file.come for file in self.files)

    @property
    def go(self) -> int:
        """The lines that go."""
        return sum(file.go for file in self.files)


@dataclass(frozen=True)
class Fleet:
    """The effect of the change since the commit `base` on each project that follows a changed template or is checked.

    `head` is the commit that was looked at, empty for the files as they lie here. `templates` are those that changed,
    each with the number of projects that follow it; `projects` counts all of the workspace; `workspace` is what checks
    say that concerns no project alone.
    """

    base: str
    head: str
    templates: Mapping[str, int]
    projects: int
    effects: tuple[Effect, ...] = ()
    workspace: Effect = field(default_factory=lambda: Effect("", Verdict.STAYS))

    @property
    def is_worse(self) -> bool:
        """Whether anything is worse after the change."""
        return self.workspace.is_worse or any(effect.is_worse for effect in self.effects)
