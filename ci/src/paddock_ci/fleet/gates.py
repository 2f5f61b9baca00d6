"""The gates of projects in both copies: each changed project is run after the change, and before it where it failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paddock.project import Workspace

from paddock_ci.cache.store import Store
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.execution import execute
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import Job, Kind, Outcome
from paddock_ci.engine.plan import plan
from paddock_ci.engine.runner import Execute, Listener, Options, run
from paddock_ci.finding import Finding
from paddock_ci.policy import counted


@dataclass(frozen=True)
class Gates:
    """How the run of a project ended after the change, and what it found that it does not find before it."""

    status: str
    failed: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Running:
    """How runs are done: how many at once, by whom, and who hears of each; `store` has what passed before."""

    workers: int
    listener: Listener
    store: Store | None = None
    execute: Execute = execute


def gates_of(
    before: tuple[Workspace, Collection[str]], after: Workspace, names: Sequence[str], today: date, running: Running
) -> dict[str, Gates]:
    """The gates of these projects, some of which are there `before`; what the team bears with counts for nothing."""
    now = _runs(after, names, running)
    found = {name: counted(after.root, outcome.findings, [name], today) for name, outcome in now.items()}
    doubtful = [name for name, outcome in now.items() if not outcome.status.is_good and found[name]]
    then = _runs(before[0], [name for name in doubtful if name in before[1]], running) if doubtful else {}
    gates = {name: Gates(*_judged(now[name], found[name], then.get(name))) for name in now}
    return gates | {name: Gates("not run: it reads what is made of its own datasets") for name in set(names) - set(now)}


def _judged(now: Outcome, found: Sequence[Finding], then: Outcome | None) -> tuple[str, tuple[Finding, ...]]:
    if now.status.is_good or not found:
        return now.status, ()
    if then is not None and not then.status.is_good:
        return f"{now.status}, as before the change", ()
    return now.status, tuple(found)


def _runs(workspace: Workspace, names: Sequence[str], running: Running) -> Mapping[str, Outcome]:
    """How the runs of these projects end; of one whose datasets are made of its own, nothing."""
    repo = repo_of(workspace.root)
    options = Options(running.workers, 0, running.store, running.execute)
    outcomes = run(plan(repo, names, (Kind.RUN,)), Inputs(workspace.root, repo), options, running.listener)
    jobs = {name: Job(name, Kind.RUN) for name in names}
    return {name: outcomes[job] for name, job in jobs.items() if job in outcomes}
