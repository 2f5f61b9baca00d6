"""The change that is looked at: which templates differ between two states, and the trees of both."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock import git
from paddock.errors import ConfigurationError
from paddock.scaffold.record import FILE

from paddock_ci.fleet.copy import Clone, line, told
from paddock_ci.repo.base import ancestor
from paddock_ci.repo.objects import Entry, read, trees

_TEMPLATES, _PROJECTS = "templates", "projects"


@dataclass(frozen=True)
class Change:
    """The commit `base` and what is compared with it: the templates that differ, and the trees of two workspaces.

    `before` has the projects of `after` with the templates of `base`; a project whose record moved in the change, as
    one does that was updated in it, is there as at `base`. `followers` are the projects with a record, each with the
    template that it names, empty where the record cannot be read; those that are `new` are not there at `base`.
    """

    base: str
    before: str
    after: str
    templates: tuple[str, ...]
    followers: Mapping[str, str]
    moved: frozenset[str]
    new: frozenset[str]


def change_of(clone: Clone, left: str, head: str) -> Change:
    """The change from the commit `left` to `head`, or to the files as they lie here.

    Raises ConfigurationError where the workspace is not there at one of them.
    """
    now = _tree(clone.root, head) if head else clone.present()
    store = _Store(clone.store)
    old, new = store.entries(_tree(clone.root, left)), store.entries(now)
    projects = store.inside(old, _PROJECTS), store.inside(new, _PROJECTS)
    then, records = store.records(projects[0]), store.records(projects[1])
    moved = frozenset(name for name, id in then.items() if name in projects[1] and records.get(name) != id)
    # One whose record was removed in the change is told so.
    known = {name: id for name, id in (then | records).items() if name in projects[1]}
    return Change(
        left,
        store.written(_mixed(store, old, new, moved)),
        now,
        _differing(store.inside(old, _TEMPLATES), store.inside(new, _TEMPLATES)),
        store.templates_in(known),
        moved,
        frozenset(projects[1].keys() - projects[0].keys()),
    )


def _mixed(
    store: _Store, old: Mapping[str, Entry], new: Mapping[str, Entry], moved: Collection[str]
) -> dict[str, Entry]:
    """The workspace after the change, but with the templates before it, and with these projects as they were."""
    entries = {name: entry for name, entry in new.items() if name != _TEMPLATES}
    entries |= {name: entry for name, entry in old.items() if name == _TEMPLATES}
    projects = store.inside(new, _PROJECTS)
    if moved:
        before = store.inside(old, _PROJECTS)
        mixed = {name: before[name] if name in moved else entry for name, entry in projects.items()}
        entries[_PROJECTS] = entries[_PROJECTS]._replace(id=store.written(mixed))
    return entries


def _differing(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> tuple[str, ...]:
    """The templates that differ; what is no folder is none."""
    names = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    return tuple(sorted(name for name in names if any(name in side and side[name].is_tree for side in (old, new))))


def left_of(root: Path, base: str, head: str) -> str:
    """The commit at which `head`, or what is checked out, left `base`, by default the main branch.

    Raises ConfigurationError where one of them is no commit, where git has none, and where that point is not known.
    """
    if git.ask(root, "rev-parse", "--is-inside-work-tree") is None:
        raise ConfigurationError(
            f"{root}: git knows nothing of it, and without git nothing says how the templates were before",
            "Run it in a clone; or begin one: git init && git add -A && git commit -m 'Begin'",
        )
    found = ancestor(root, base, head or "HEAD")
    if found:
        return found
    if not line(root, "rev-parse", "--verify", "--quiet", "HEAD"):
        raise ConfigurationError(f"{root}: has no commit yet", "Commit it: git add -A && git commit -m 'Begin'")
    unknown = " and ".join(name for name in (base, head) if name) or "the main branch"
    is_shallow = line(root, "rev-parse", "--is-shallow-repository") == "true"
    raise ConfigurationError(
        f"{root}: no commit is known here that both this change and {unknown} come from",
        "It is a shallow clone. Fetch the rest: git fetch --unshallow" if is_shallow else "Name another: --base REF",
    )


def _tree(root: Path, revision: str) -> str:
    """The tree of the workspace at a revision."""
    prefix = line(root, "rev-parse", "--show-prefix").rstrip("/")
    found = line(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}:{prefix}")
    if not found or line(root, "cat-file", "-t", found) != "tree":
        raise ConfigurationError(
            f"{revision[:12]}: the workspace is not there at this commit", "Name another: --base REF"
        )
    return found


class _Store:
    """The trees of both states, in the repository at `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def entries(self, tree: str) -> Mapping[str, Entry]:
        """The entries of a tree by name."""
        return trees(self._root, [tree]).get(tree, {})

    def inside(self, entries: Mapping[str, Entry], name: str) -> Mapping[str, Entry]:
        """The entries of the folder `name` among `entries`; none where there is none."""
        return self.entries(entries[name].id) if name in entries and entries[name].is_tree else {}

    def records(self, projects: Mapping[str, Entry]) -> dict[str, str]:
        """The id of the record of each project that has one."""
        ids = {name: entry.id for name, entry in projects.items() if entry.is_tree}
        found = trees(self._root, sorted(set(ids.values())))
        return {name: found[id][FILE].id for name, id in ids.items() if FILE in found.get(id, {})}

    def templates_in(self, records: Mapping[str, str]) -> dict[str, str]:
        """The template that each record names."""
        contents = read(self._root, records.values())
        return {name: _named(content) for name, (_, _, content) in zip(records, contents, strict=True)}

    def written(self, entries: Mapping[str, Entry]) -> str:
        """The tree of these entries."""
        return told(self._root, "mktree", "-z", "--missing", given=b"".join(_lines(entries))).strip()


def _lines(entries: Mapping[str, Entry]) -> Iterable[bytes]:
    kinds = {"40000": "tree", "160000": "commit"}
    for name, entry in entries.items():
        kind = kinds.get(entry.mode, "blob")
        yield f"{entry.mode.rjust(6, '0')} {kind} {entry.id}\t{name}\0".encode(errors="surrogateescape")


def _named(content: bytes) -> str:
    """The template that the text of a record names; empty where it is none."""
    try:
        document: dict[str, Any] = tomllib.loads(content.decode())
    except ValueError:
        return ""
    template = document.get("template")
    return template if isinstance(template, str) else ""
