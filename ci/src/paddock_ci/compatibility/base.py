"""The workspace as it was where the branch left main, read from git's objects, without a checkout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paddock.errors import ToolError

from paddock_ci.compatibility.declared import CATALOG
from paddock_ci.repo.base import ancestor
from paddock_ci.repo.objects import Entry, files, read, trees
from paddock_ci.repo.snapshot import committed


@dataclass(frozen=True)
class Base:
    """The commit's trees by project, and the texts of the catalogues by project."""

    root: Path
    trees: Mapping[str, str]
    catalogues: Mapping[str, str]

    def texts(self, wanted: Mapping[str, Iterable[str]]) -> dict[tuple[str, str], str]:
        """The texts of the files of each project that are wanted, by project and path; without those that were not."""
        listed = files(self.root, {self.trees[name] for name in wanted if name in self.trees})
        ids = {
            (name, path): listed[self.trees[name]][path].id
            for name, paths in wanted.items()
            for path in paths
            if name in self.trees and path in listed.get(self.trees[name], {})
        }
        return _texts(self.root, ids)


def load(root: Path, main: str = "") -> Base | None:
    """The state at the commit where the branch left `main`; None where git does not know it (a shallow clone)."""
    commit = ancestor(root, main)
    if not commit:
        return None
    try:
        [state] = committed(root, commit)
        ids = {name: entry.id for name, entry in state.projects.items() if entry.is_tree}
        catalogues = _catalogues(trees(root, set(ids.values())), ids)
        return Base(root, ids, {name: text for (name, _), text in _texts(root, catalogues).items()})
    except ToolError:
        return None


def _catalogues(found: Mapping[str, Mapping[str, Entry]], ids: Mapping[str, str]) -> dict[tuple[str, str], str]:
    inside = ((name, found.get(id, {}).get(CATALOG)) for name, id in ids.items())
    return {(name, CATALOG): entry.id for name, entry in inside if entry and not entry.is_tree}


def _texts(root: Path, ids: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """The texts of files, by project and path; what is no text, or missing in a partial clone, is left out."""
    found = {}
    for key, (_, kind, content) in zip(ids, read(root, ids.values()), strict=True):
        if kind == "blob":
            # As Python reads text: a checkout may have other ends of lines than the object.
            found[key] = content.decode(errors="replace").replace("\r\n", "\n")
    return found
