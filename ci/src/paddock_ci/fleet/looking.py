"""What the static checks find in two copies of a workspace, and what of it is new or gone."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from paddock.project import Workspace

from paddock_ci.checks import looks_of, looks_of_workspace
from paddock_ci.engine.check import scope_of
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Finding, findings
from paddock_ci.places import parsed
from paddock_ci.policy import judged

Findings = Mapping[str, Sequence[Finding]]
_ERROR = "error"


@dataclass(frozen=True)
class Look:
    """A copy of the workspace that is being looked at: the work of each project, and of the workspace itself."""

    root: Path
    works: Mapping[str, Future[list[Finding]]]

    def findings(self, today: date, on_done: Callable[[], None]) -> Findings:
        """The errors by project, those of none under the empty name, as the team's policy judges them."""
        found: list[Finding] = []
        for work in self.works.values():
            found += work.result()
            on_done()
        projects = [name for name in self.works if name]
        by_project: dict[str, list[Finding]] = {}
        for finding in judged(self.root, found, scope_of(projects, is_whole=True), today):
            if finding.severity == _ERROR:
                by_project.setdefault(parsed(finding.place, self.root).project, []).append(finding)
        return by_project


def looking(pool: ProcessPoolExecutor | None, root: Path, projects: Iterable[str]) -> Look:
    """Begin to look at the copy at `root` and at these projects of it; without a pool, do it here and now."""
    return Look(
        root, {name: pool.submit(_apart, root, name) if pool else _here(root, name) for name in ("", *projects)}
    )


def _apart(root: Path, project: str) -> list[Finding]:
    # Syntax trees have no cycles, and the process lives for seconds.
    gc.disable()
    return _look(root, project)


def _here(root: Path, project: str) -> Future[list[Finding]]:
    done: Future[list[Finding]] = Future()
    done.set_result(_look(root, project))
    return done


def _look(root: Path, project: str) -> list[Finding]:
    looks = (
        looks_of(ProjectFiles(root, root / "projects" / project)) if project else looks_of_workspace(Workspace(root))
    )
    return [_local(finding, f"{root}/") for finding in findings(looks)]


def _local(finding: Finding, prefix: str) -> Finding:
    said = {name: getattr(finding, name).replace(prefix, "") for name in ("place", "message", "remedy")}
    return replace(finding, **said)


def only_in(first: Sequence[Finding], second: Sequence[Finding], roots: tuple[Path, Path]) -> tuple[Finding, ...]:
    """Those of `first` that `second` has not, wherever in their files; of several alike, those that are too many."""
    left = Counter(_key(finding, roots[1]) for finding in second)
    return tuple(_without(first, left, roots[0]))


def _without(found: Iterable[Finding], left: Counter[tuple[str, str, str]], root: Path) -> Iterator[Finding]:
    for finding in found:
        key = _key(finding, root)
        if left[key]:
            left[key] -= 1
        else:
            yield finding


def _key(finding: Finding, root: Path) -> tuple[str, str, str]:
    """What makes it the same finding: a line moves when lines are added above it."""
    return finding.code, parsed(finding.place, root).path, finding.message
