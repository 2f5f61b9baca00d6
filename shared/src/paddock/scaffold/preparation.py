"""The preparation of updates: what each project becomes, found out by several processes that write nothing of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from paddock.errors import PaddockError, ToolError
from paddock.project import Workspace
from paddock.scaffold import derived
from paddock.scaffold.following import Following, follow
from paddock.scaffold.outcome import Outcome, Request, Status
from paddock.scaffold.plan import Plan, Rules, plan_of
from paddock.scaffold.rendering import Templates
from paddock.scaffold.swap import Snapshot, snapshot
from paddock.scaffold.workers import workers

# To start processes takes as long as to render these.
_FEW = 4
_MOST_PROCESSES = 4


@dataclass(frozen=True)
class Prepared:
    """What becomes of a project; where its changes are to be made, `taken` says how its files lay before."""

    outcome: Outcome
    taken: Snapshot | None = None


@contextlib.contextmanager
def preparing(
    workspace: Workspace, names: Sequence[str], request: Request, scratch: Path
) -> Iterator[Iterator[Prepared]]:
    """Give what becomes of each project, in order, as soon as it is known; `scratch` is an empty folder."""
    work = partial(prepare, workspace, request, scratch)
    count = min(_MOST_PROCESSES, request.processes or os.cpu_count() or 1)
    if len(names) <= _FEW or count == 1:
        yield map(work, names)
        return
    try:
        with workers(count) as pool:
            yield pool.map(work, names)
    except BrokenProcessPool as error:
        raise ToolError(
            "a process that prepares updates died", "Free some memory and run it again. Each project is whole."
        ) from error


def prepare(workspace: Workspace, request: Request, scratch: Path, name: str) -> Prepared:
    """What becomes of one project; a mistake or fault is what it is refused for."""
    try:
        templates = _templates(workspace, scratch)
        folder = workspace.root / "projects" / name
        following = follow(folder, templates, is_forced=request.restores)
        if following is None:
            return Prepared(Outcome(name, Status.CURRENT))
        return _planned(workspace, folder, following, request, templates)
    except PaddockError as error:
        return Prepared(Outcome(name, Status.REFUSED, error=error))
    except OSError as error:
        fault = f"projects/{name}: cannot be updated: {error.strerror or error}"
        remedy = "Nothing of it was written. Make its folder and the one for temporary files roomy and readable."
        return Prepared(Outcome(name, Status.REFUSED, error=ToolError(fault, remedy)))


def _planned(
    workspace: Workspace, folder: Path, following: Following, request: Request, templates: Templates
) -> Prepared:
    taken = snapshot(folder)
    before, after = (templates.render(template, answers) for template, answers in following.sides)
    rules = Rules(following.new.owners, following.deviations, request.today, request.restores)
    plan = plan_of(folder, before, after, rules)
    changes = plan.with_conflicts_written() if request.writes_conflicts else plan.changes
    changes = (*changes, *derived.changes(workspace, folder, changes, following, after))
    outcome = Outcome(
        folder.name,
        _status(plan, request),
        following.new.name,
        following.record.tree,
        following.tree,
        changes,
        plan.conflicts,
        following.notes,
    )
    is_written = not request.is_dry and outcome.status is not Status.CONFLICTS
    return Prepared(outcome, taken if is_written else None)


def _status(plan: Plan, request: Request) -> Status:
    if not plan.conflicts:
        return Status.UPDATED
    return Status.MARKED if request.writes_conflicts else Status.CONFLICTS


@cache
def _templates(workspace: Workspace, scratch: Path) -> Templates:
    """Those of this process, whose folder no other one writes into."""
    own = scratch / str(os.getpid())
    own.mkdir()
    return Templates(workspace, own)
