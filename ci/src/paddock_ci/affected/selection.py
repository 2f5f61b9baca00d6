"""Which projects a change can influence, and by which way."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from paddock_ci.repo.graph import Facts, Tree
from paddock_ci.repo.objects import Entry
from paddock_ci.repo.snapshot import LOCKS, PROJECTS, Snapshot


class Change(NamedTuple):
    """What differs between two states: projects, other paths at the top or below `projects`, locks; each by name."""

    projects: tuple[str, ...]
    others: tuple[str, ...]
    locks: tuple[str, ...]


class Users(NamedTuple):
    """The projects that need a package whose lock changed; or why that concerns all of them."""

    projects: tuple[str, ...]
    everything: str = ""


class Selection(NamedTuple):
    """The selected projects, each with the projects by which the change reaches it, from one that changed to itself.

    `everything` says why all are selected, where something changed that no project alone depends on, or where what
    depends on what is not known.
    """

    ways: Mapping[str, tuple[str, ...]]
    everything: str = ""


def difference(base: Snapshot, head: Snapshot, facts: Mapping[Tree, Facts]) -> Change:
    """What was added, edited or removed from one state to another."""
    below = _differing(base.projects, head.projects)
    top = _differing(base.others, head.others)
    projects = {name for name, _ in facts}
    return Change(
        projects=tuple(sorted(below & projects)),
        others=tuple(sorted({f"{PROJECTS}/{name}" for name in below - projects} | top - set(LOCKS))),
        locks=tuple(sorted(top & set(LOCKS))),
    )


def _differing(before: Mapping[str, Entry], after: Mapping[str, Entry]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def select(
    change: Change, head: Snapshot, facts: Mapping[Tree, Facts], users: Users, reason_for_everything: str
) -> Selection:
    """Everything that the change reaches over mentions, of the projects at `head`; shortest ways first."""
    projects = projects_of(head, facts)
    if reason := reason_for_everything or users.everything:
        return Selection({name: (name,) for name in sorted(projects)}, reason)
    mentioning = _mentioning(facts)
    ways: dict[str, tuple[str, ...]] = {name: (name,) for name in sorted({*change.projects, *users.projects})}
    queue = deque(ways)
    while queue:
        name = queue.popleft()
        for user in mentioning.get(name, ()):
            if user not in ways:
                ways[user] = (*ways[name], user)
                queue.append(user)
    return Selection({name: ways[name] for name in sorted(ways) if name in projects})


def projects_of(state: Snapshot, facts: Mapping[Tree, Facts]) -> set[str]:
    """The names of the projects of a state, without folders that are none."""
    trees = ((name, entry.id) for name, entry in state.projects.items())
    return {tree[0] for tree in trees if tree in facts and facts[tree].declared.is_project}


def outside(change: Change, facts: Mapping[Tree, Facts]) -> str:
    """Why a change concerns every project: it lies outside all of them, or one says nothing about itself."""
    if change.others:
        return f"{change.others[0]} changed, which lies outside every project"
    return next((found.declared.fault for _, found in sorted(facts.items()) if found.declared.fault), "")


def _mentioning(facts: Mapping[Tree, Facts]) -> dict[str, list[str]]:
    """By project, those that mention it in any state."""
    users: dict[str, set[str]] = {}
    projects = {name for name, _ in facts}
    for (name, _), found in facts.items():
        for mentioned in projects if found.wide else found.mentions:
            users.setdefault(mentioned, set()).add(name)
    return {name: sorted(found - {name}) for name, found in users.items()}
