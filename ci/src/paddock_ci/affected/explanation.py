"""Why each selected project is selected: the way from what changed to where it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from paddock_ci.affected.selection import Selection
from paddock_ci.repo import references
from paddock_ci.repo.graph import Facts, Tree
from paddock_ci.repo.objects import Entry, read
from paddock_ci.repo.snapshot import LOCKS, Snapshot

# Which files tell most: what runs before what declares, what declares before prose.
_TELLING = (".ipynb", ".py", ".toml")


class _Hop(NamedTuple):
    """One mention: the project that is mentioned, the tree and the file that mention it."""

    mentioned: str
    tree: Tree
    path: str


def explain(
    root: Path,
    selection: Selection,
    states: tuple[Snapshot, Snapshot],
    facts: Mapping[Tree, Facts],
    changed: Mapping[str, Mapping[str, Entry]],
) -> dict[str, tuple[str, ...]]:
    """The steps of the way to each selected project: a changed file, what is referred to, where, and so on."""
    if selection.everything:
        return dict.fromkeys(selection.ways, (selection.everything,))
    pairs = {pair for way in selection.ways.values() for pair in pairwise(way)}
    hops = {pair: hop for pair in sorted(pairs) if (hop := _hop(*pair, states, facts)) and "\n" not in hop.path}
    found = _references(root, hops, facts)
    return {
        name: (
            _changed(way[0], changed.get(way[0])),
            *(step for pair in pairwise(way) for step in found.get(pair, ("its name", pair[1]))),
        )
        for name, way in selection.ways.items()
    }


def _hop(mentioned: str, user: str, states: tuple[Snapshot, Snapshot], facts: Mapping[Tree, Facts]) -> _Hop | None:
    """The file of `user` that tells most about its use of `mentioned`, now or before the change."""
    for state in reversed(states):
        tree = (user, state.projects[user].id if user in state.projects else "")
        if tree in facts and mentioned in facts[tree].mentions:
            _, paths = facts[tree].mentions[mentioned]
            return _Hop(mentioned, tree, min(paths, key=_rank))
    return None


def _rank(path: str) -> tuple[int, str]:
    return next((rank for rank, end in enumerate(_TELLING) if path.endswith(end)), len(_TELLING)), path


def _changed(name: str, files: Iterable[str] | None) -> str:
    """The first file that the change added, edited or removed in a project, and how many more there are."""
    if files is None:
        return LOCKS[0]
    paths = sorted(files)
    if not paths:
        return name
    return f"{name}/{paths[0]}{f' and {len(paths) - 1} more' if len(paths) > 1 else ''}"


def _references(
    root: Path,
    hops: Mapping[tuple[str, str], _Hop],
    facts: Mapping[Tree, Facts],
) -> dict[tuple[str, str], tuple[str, str]]:
    names: dict[str, set[str]] = {}
    datasets: dict[str, set[str]] = {}
    for (project, _), found in facts.items():
        names.setdefault(project, set()).update(found.declared.names)
        datasets.setdefault(project, set()).update(found.declared.datasets)
    steps = {}
    names_of = [f"{hop.tree[1]}:{hop.path}" for hop in hops.values()]
    for (pair, hop), (_, _, content) in zip(hops.items(), read(root, names_of), strict=True):
        reference = references.find(hop.path, content, names[hop.mentioned], datasets[hop.mentioned])
        steps[pair] = (reference.what, f"{hop.tree[0]}/{reference.place}")
    return steps
