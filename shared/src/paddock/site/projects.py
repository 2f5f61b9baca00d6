"""The projects of a workspace as the site shows them, gone and broken ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from paddock.data.catalogue import load_contracts
from paddock.data.contract import Contract
from paddock.errors import PaddockError
from paddock.project import Project, Workspace, load_project, project_names
from paddock.runs import confirmation, timeliness
from paddock.runs.confirmation import Confirmation
from paddock.site.history import Run
from paddock.site.mentions import Mentions, read_mentions
from paddock.site.scores import Score


@dataclass(frozen=True)
class Portrait:
    """A project: what its files declare, its runs (oldest first), and whether it is on time.

    `project` is None where its files are gone or broken; `faults` say so in words. `good` is the last good run,
    `standing` what an unchanged run found that no run followed.
    """

    name: str
    project: Project | None = None
    runs: tuple[Run, ...] = ()
    contracts: tuple[Contract, ...] = ()
    mentions: Mentions = field(default_factory=lambda: Mentions({}, {}))
    faults: tuple[str, ...] = ()
    success: datetime | None = None
    due: datetime | None = None
    is_late: bool = False
    good: str = ""
    standing: Confirmation | None = None
    score: Score | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.project.title if self.project else self.name

    @property
    def owner(self) -> str:
        """Whom to ask."""
        return self.project.owner if self.project else ""

    @property
    def said(self) -> tuple[Run, ...]:
        """The runs by what they said, oldest first: an unchanged one said again what the run said that still stands."""
        last = self.last
        return (*self.runs, last) if last and self.standing and last is not self.runs[-1] else self.runs

    @property
    def last(self) -> Run | None:
        """The newest run that ended, or the one that an unchanged run since found still to stand."""
        if self.standing:
            return next(run for run in self.runs if run.name == self.standing.run)
        ended = [run for run in self.runs if run.record]
        return ended[-1] if ended else self.runs[-1] if self.runs else None


def read_projects(
    workspace: Workspace, history: Mapping[str, tuple[Run, ...]], scores: Mapping[str, Score], now: datetime
) -> tuple[Portrait, ...]:
    """A portrait of each project that has files or runs, by name."""
    names, faults = _names(workspace)
    found = []
    for name in sorted({*names, *history}):
        portrait = Portrait(name, runs=history.get(name, ()), score=scores.get(name))
        if name in names:
            portrait = _with_files(workspace, portrait, now)
        else:
            gone = f"projects/{name} is gone; what its runs left is still here"
            portrait = replace(portrait, faults=(*faults, gone))
        found.append(portrait)
    return tuple(found)


def said(workspace: Workspace, error: PaddockError) -> str:
    """What an error says, without the folder in which this clone lies."""
    return error.message.replace(f"{workspace.root}/", "").replace(str(workspace.root), ".")


def _names(workspace: Workspace) -> tuple[set[str], tuple[str, ...]]:
    """The names of the projects that have files; where one cannot even be listed, all folders that look like one."""
    try:
        return set(project_names(workspace)), ()
    except PaddockError as error:
        manifests = (workspace.root / "projects").glob("*/pyproject.toml")
        return {path.parent.name for path in manifests if path.parent.name[0] != "."}, (said(workspace, error),)


def _with_files(workspace: Workspace, portrait: Portrait, now: datetime) -> Portrait:
    try:
        project = load_project(workspace, portrait.name)
    except PaddockError as error:
        return replace(portrait, faults=(said(workspace, error),))
    portrait = replace(portrait, project=project, mentions=read_mentions(project))
    try:
        portrait = replace(portrait, contracts=load_contracts(project))
    except PaddockError as error:
        portrait = replace(portrait, faults=(said(workspace, error),))
    try:
        good = _good(project, portrait.runs)
        success = _success(project, good)
        due = timeliness.due_by(project, success) if success else None
        facts = replace(portrait, good=good.name if good else "", standing=_standing(project, portrait.runs))
        return replace(facts, success=success, due=due, is_late=due is not None and now > due)
    except PaddockError as error:
        return replace(portrait, faults=(*portrait.faults, said(workspace, error)))


def _standing(project: Project, runs: tuple[Run, ...]) -> Confirmation | None:
    """As `paddock.runs.record.standing` says it, where that run can be shown."""
    found, ended = confirmation.read(project), [run for run in runs if run.trust != "unfinished"]
    if found is None or not ended or ended[-1].name != found.after:
        return None
    return found if any(run.name == found.run and run.is_verified for run in ended) else None


def _good(project: Project, runs: tuple[Run, ...]) -> Run | None:
    """As `paddock.runs.record.last_good` says it, from records that are read and verified already."""
    done = "published" if project.pipeline else "audited"
    return next((run for run in reversed(runs) if run.is_verified and run.status == done), None)


def _success(project: Project, good: Run | None) -> datetime | None:
    """As `timeliness.last_success` says it."""
    moments = [_end(good) if good else None, timeliness.confirmed(project)]
    return max((moment for moment in moments if moment and moment.tzinfo), default=None)


def _end(run: Run) -> datetime | None:
    try:
        return run.started + timedelta(seconds=run.record.seconds) if run.started and run.record else None
    except (OverflowError, ValueError):
        return None
