"""The answer to: what can a change influence?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from paddock.errors import ToolError

from paddock_ci.affected.parsing import fault
from paddock_ci.affected.selection import Change, Selection, Users, difference, outside, projects_of, select
from paddock_ci.repo import graph
from paddock_ci.repo.base import ancestor
from paddock_ci.repo.changes import changes
from paddock_ci.repo.graph import Facts, Tree
from paddock_ci.repo.names import declares_a_project
from paddock_ci.repo.objects import Entry
from paddock_ci.repo.snapshot import PROJECTS, Snapshot, committed, present

_UNKNOWN = "no commit to compare with is known here (no commits yet, or a shallow clone), so nothing can be ruled out"


class Answer(NamedTuple):
    """What is compared with what, the selected projects, and the steps of the way to each of them.

    `base` is a commit, or empty where there is none; `everything` says why all projects are selected, if they are.
    """

    base: str
    ways: Mapping[str, tuple[str, ...]]
    everything: str
    projects: int


def affected(root: Path, base: str = "", head: str = "") -> Answer:
    """Compare the files that lie at `root`, or the commit `head`, with the commit at which it left `base`.

    `base` is by default the team's main branch. What cannot be known selects everything. Raises ConfigurationError
    where `base` or `head` was given and is no commit.
    """
    left = ancestor(root, base, head or "HEAD")
    if not left:
        return all_projects(root, "", _UNKNOWN)
    try:
        then, now = committed(root, left, head or "HEAD")
        return _compared(root, left, then, now if head else present(root, now))
    except ToolError as error:
        return all_projects(root, left, error.message)


def all_projects(root: Path, base: str, reason: str) -> Answer:
    """The answer that rules nothing out, for this reason."""
    manifests = sorted((root / PROJECTS).glob("[!.]*/pyproject.toml"))
    found = [path.parent.name for path in manifests if declares_a_project(path.read_bytes())]
    return Answer(base, dict.fromkeys(found, (reason,)), reason, len(found))


def _compared(root: Path, base: str, then: Snapshot, now: Snapshot) -> Answer:
    facts = graph.load(root, then, now)
    change = difference(then, now, facts)
    ids = {name: (_id(then, name), _id(now, name)) for name in change.projects}
    files = changes(root, ids)
    reason = outside(change, facts) or fault(root, files)
    users = _lock_users(root, change, (then, now), facts)
    selection = select(change, now, facts, users, reason)
    ways = _explained(root, selection, (then, now), facts, files)
    return Answer(base, ways, selection.everything, len(projects_of(now, facts)))


def _id(state: Snapshot, name: str) -> str:
    entry = state.projects.get(name)
    return entry.id if entry and entry.is_tree else ""


def _lock_users(root: Path, change: Change, states: tuple[Snapshot, Snapshot], facts: Mapping[Tree, Facts]) -> Users:
    if not change.locks:
        return Users(())
    # Here, since what parses a lock takes longer to load than an answer without it.
    from paddock_ci.affected import lock

    return lock.users(root, *states, facts)


def _explained(
    root: Path,
    selection: Selection,
    states: tuple[Snapshot, Snapshot],
    facts: Mapping[Tree, Facts],
    files: Mapping[str, Mapping[str, Entry]],
) -> Mapping[str, tuple[str, ...]]:
    if not selection.ways:
        return {}
    from paddock_ci.affected.explanation import explain

    return explain(root, selection, states, facts, files)
