"""The plan: which jobs are to be done, and which has to end before which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from paddock_ci.engine.job import Job, Kind
from paddock_ci.finding import Finding
from paddock_ci.repo import names
from paddock_ci.repo.graph import Facts
from paddock_ci.repo.objects import Entry
from paddock_ci.repo.snapshot import Snapshot

# The code under which a cycle of datasets is told.
CYCLE = "PL102"


@dataclass(frozen=True)
class Repo:
    """A state of the workspace, and the facts of each of its projects."""

    state: Snapshot
    facts: Mapping[str, Facts]

    def entry(self, project: str) -> Entry:
        """The entry of a project."""
        return self.state.projects[project]

    def upstream(self, project: str) -> tuple[str, ...]:
        """The projects whose datasets a project declares to read; those that are none are left out."""
        owners = {name.partition(".")[0] for name in self.facts[project].declared.reads}
        return tuple(sorted((owners - {project}) & self.facts.keys()))

    def code(self, project: str) -> tuple[str, ...]:
        """The projects whose files a project's code names, and those whose files they name."""
        found: set[str] = set()
        ahead = [project]
        while ahead:
            mentions = self.facts[ahead.pop()].mentions
            new = {name for name, (way, _) in mentions.items() if way == names.CODE and name in self.facts} - found
            found |= new
            ahead += new
        return tuple(sorted(found - {project}))


@dataclass(frozen=True)
class Plan:
    """Jobs with those that each requires; and what is wrong with the projects that could not be planned.

    `wanted` are the jobs that were asked for, the others are there because one of them needs their results.
    """

    requires: Mapping[Job, tuple[Job, ...]]
    wanted: frozenset[Job]
    findings: tuple[Finding, ...] = ()

    def only(self, wanted: frozenset[Job]) -> Plan:
        """The same for these jobs alone, and what they need."""
        return Plan(_reached(wanted, self.requires.__getitem__), wanted)


def plan(repo: Repo, projects: Iterable[str], kinds: Sequence[Kind] = tuple(Kind)) -> Plan:
    """The jobs of `projects`, each with the runs of those whose datasets it reads."""
    cycles = _cycles(repo)
    stuck = {name for cycle in cycles for name in cycle}
    chosen = [name for name in projects if name in repo.facts]
    wanted = {Job(name, kind) for name in chosen for kind in kinds if kind is Kind.TESTS or name not in stuck}

    def needs(job: Job) -> tuple[Job, ...]:
        read = [name for name in repo.upstream(job.project) if name not in stuck] if job.kind is Kind.RUN else []
        return tuple(Job(name, Kind.RUN) for name in read)

    findings = tuple(_cycle_finding(cycle) for cycle in cycles)
    return Plan(_reached(wanted, needs), frozenset(wanted), findings)


def _reached(wanted: Iterable[Job], needs: Callable[[Job], tuple[Job, ...]]) -> dict[Job, tuple[Job, ...]]:
    """What each wanted job needs, and what that needs, and so on."""
    requires: dict[Job, tuple[Job, ...]] = {}
    ahead = sorted(wanted)
    while ahead:
        job = ahead.pop()
        if job not in requires:
            requires[job] = needs(job)
            ahead += requires[job]
    return requires


def _cycles(repo: Repo) -> list[tuple[str, ...]]:
    """Each cycle of projects that read each other's datasets; one after another is cut to find the next."""
    graph = {name: set(repo.upstream(name)) for name in repo.facts}
    cycles = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle = tuple(error.args[1])
            cycles.append(cycle)
            for name in cycle:
                graph[name] = set()
            continue
        return cycles


def _cycle_finding(cycle: tuple[str, ...]) -> Finding:
    return Finding(
        CYCLE,
        f"projects/{cycle[0]}/pyproject.toml",
        f"reads what is made of its own datasets: {' → '.join(reversed(cycle))}",
        "Take one dataset out of a `reads`: no order of runs can serve such a cycle.",
    )
