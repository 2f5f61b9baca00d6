"""The check of a workspace: choose what a change can influence, look at it, run it, say what is found."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from paddock import git
from paddock.errors import ConfigurationError, nearest
from paddock.project import Workspace

from paddock_ci.affected.answer import Answer, affected, all_projects
from paddock_ci.cache.store import Store
from paddock_ci.checks import ALL_CHECKS, looks_of, looks_of_workspace
from paddock_ci.engine import shard, trust
from paddock_ci.engine.execution import execute
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import CODES, Job, Kind, Outcome, Status
from paddock_ci.engine.plan import CYCLE, Plan, Repo, plan
from paddock_ci.engine.runner import Execute, Listener, Options, run
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Finding, Look, findings
from paddock_ci.policy import Scope, judged
from paddock_ci.repo import graph
from paddock_ci.repo.snapshot import PROJECTS, committed, present


@dataclass(frozen=True)
class Wish:
    """What is asked: these projects, or everything, or what changed since `base`; and how jobs are run.

    Without `kinds` nothing is run, only looked at. `shard` is a part of the jobs, its number from 1 and how many there
    are; `audit` the share of skipped jobs that run all the same.
    """

    projects: Sequence[str] = ()
    base: str = ""
    everything: bool = False
    kinds: Sequence[Kind] = tuple(Kind)
    shard: tuple[int, int] = (1, 1)
    audit: float = 0.0
    workers: int = 2
    retries: int = 0
    store: Store | None = None
    execute: Execute = execute


@dataclass(frozen=True)
class Report:
    """What was chosen and why, how many things were looked at, what was found, and how each job ended.

    `alarm` says why skipping is no longer trusted.
    """

    chosen: Answer
    looked: int = 0
    findings: tuple[Finding, ...] = ()
    outcomes: Mapping[Job, Outcome] = field(default_factory=dict)
    audited: Mapping[Job, Outcome] = field(default_factory=dict)
    alarm: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that has to be mended: warnings only tell."""
        return not (self.alarm or any(finding.severity == "error" for finding in self.findings))


def check(workspace: Workspace, wish: Wish, listener: Listener) -> Report:
    """Do what is asked, and tell `listener` of each job as it ends.

    Raises ConfigurationError for a project or a base that does not exist, and where git knows nothing of the
    workspace though something is to be run.
    """
    distrust = trust.distrust(workspace.root)
    chosen = _chosen(workspace.root, wish, distrust)
    if not (wish.kinds and chosen.projects):
        looks = list(_looks(workspace, sorted(chosen.ways), wish))
        return Report(chosen, len(looks), _judged(workspace.root, chosen, wish, findings(looks)))
    repo = repo_of(workspace.root)
    planned = _planned(workspace.root, repo, sorted(chosen.ways), wish)
    looks = list(_looks(workspace, sorted({job.project for job in planned.wanted}), wish))
    store = None if distrust else wish.store
    options = Options(wish.workers, wish.retries, store, wish.execute)
    inputs = Inputs(workspace.root, repo)
    outcomes = run(planned, inputs, options, listener)
    told = [finding for job in sorted(planned.wanted) for finding in outcomes[job].findings]
    audited = _audited(inputs, outcomes, wish, options, listener) if store and wish.audit else {}
    alarm = trust.judge(workspace.root, audited.values())
    found = _judged(workspace.root, chosen, wish, (*findings(looks), *planned.findings, *told))
    return Report(chosen, len(looks), found, outcomes, audited, alarm)


def _judged(root: Path, chosen: Answer, wish: Wish, found: Iterable[Finding]) -> tuple[Finding, ...]:
    is_whole = len(chosen.ways) == chosen.projects and wish.shard == (1, 1)
    # Whoever reads a report sits at another machine.
    found = (_local(finding, f"{root}/") for finding in found)
    return tuple(judged(root, found, scope_of(sorted(chosen.ways), is_whole), datetime.now(UTC).date()))


def _local(finding: Finding, prefix: str) -> Finding:
    said = {name: getattr(finding, name).replace(prefix, "") for name in ("message", "remedy")}
    return replace(finding, **said)


def scope_of(projects: Iterable[str], is_whole: bool) -> Scope:
    """What is looked at when these projects are, or the whole workspace."""
    of_jobs = {code for codes in CODES.values() for code in codes}
    return Scope(tuple(projects), is_whole, {*ALL_CHECKS, *of_jobs, CYCLE}, ALL_CHECKS)


def _chosen(root: Path, wish: Wish, distrust: str) -> Answer:
    """The projects that were named, all of them, or those that the change can influence."""
    everyone = all_projects(root, "", distrust or "all projects were asked for")
    if unknown := sorted(set(wish.projects) - everyone.ways.keys()):
        raise ConfigurationError(f"{unknown[0]}: no such project", nearest(unknown[0], everyone.ways))
    if wish.projects:
        return Answer("", dict.fromkeys(wish.projects, ("named",)), "", everyone.projects)
    return everyone if wish.everything or distrust else affected(root, wish.base)


def _looks(workspace: Workspace, projects: Sequence[str], wish: Wish) -> Iterator[tuple[str, Look]]:
    """What the checks say that only read; those of the whole workspace in the first shard."""
    if wish.shard[0] == 1:
        yield from looks_of_workspace(workspace, wish.base)
    for name in projects:
        yield from looks_of(ProjectFiles(workspace.root, workspace.root / PROJECTS / name))


def repo_of(root: Path) -> Repo:
    """The state of the files as they lie here, and the facts of its projects."""
    if git.ask(root, "rev-parse", "--is-inside-work-tree") is None:
        raise ConfigurationError(
            f"{root}: git knows nothing of it, and jobs run on what git holds",
            "Run: git init && git add -A && git commit -m 'Begin'; or only look: paddock check --static",
        )
    [head] = committed(root, "HEAD")
    state = present(root, head)
    found = graph.load(root, state).items()
    return Repo(state, {name: facts for (name, _), facts in found if facts.declared.is_project})


def _planned(root: Path, repo: Repo, projects: Sequence[str], wish: Wish) -> Plan:
    whole = plan(repo, projects, wish.kinds)
    if wish.shard == (1, 1):
        return whole
    mine = shard.part(whole.wanted, *wish.shard, shard.load_durations(root))
    return replace(whole.only(mine), findings=whole.findings if wish.shard[0] == 1 else ())


def _audited(
    inputs: Inputs, done: Mapping[Job, Outcome], wish: Wish, options: Options, listener: Listener
) -> dict[Job, Outcome]:
    """Run a share of the jobs that were skipped, whether since they passed before or since nothing reaches them."""
    everything = plan(inputs.repo, sorted(inputs.repo.facts), wish.kinds)
    skipped = [job for job in everything.wanted if job not in done or done[job].status is Status.CACHED]
    chosen = trust.sample(skipped, wish.audit, seed=secrets.token_hex())
    again = everything.only(chosen)
    outcomes = run(again, inputs, replace(options, again=chosen), listener)
    return {job: outcomes[job] for job in chosen}
