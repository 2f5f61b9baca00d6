"""The way back: an edit of a project's file becomes a patch of its template, which is proved by baking again."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.backport_change import Ground, change_of, paths_of
from paddock.scaffold.backport_patch import SourceChange, patch_of
from paddock.scaffold.backport_proof import Effect, effects, patched, require_same
from paddock.scaffold.backport_source import sources_of
from paddock.scaffold.following import follow
from paddock.scaffold.rendering import Templates


@dataclass(frozen=True)
class Backport:
    """The changes of a template that make a project's files as they are, as a patch, and whom else they concern.

    `same` are the files that the template makes as they are already.
    """

    project: str
    template: str
    changes: tuple[SourceChange, ...]
    same: tuple[str, ...] = ()
    patch: bytes = b""
    effects: tuple[Effect, ...] = ()


def backport(workspace: Workspace, name: str, files: Sequence[str], is_common: bool = False) -> Backport:
    """What the template of the project `name` becomes so that it makes these files as they are; nothing is written.

    A file that is new comes into the project's variant of the template, or where it `is_common`, into all of them.
    Raises ConfigurationError for a file that cannot be carried back, and CodeError where baking proves it wrong.
    """
    folder = workspace.root / "projects" / name
    with tempfile.TemporaryDirectory(prefix="paddock-backport-", ignore_cleanup_errors=True) as place:
        templates = Templates(workspace, Path(place))
        following = follow(folder, templates, is_forced=True, takes_uncommitted=True)
        # What is forced is never nothing.
        assert following
        (old, old_answers), (now, answers) = following.sides
        before, sources = templates.render(old, old_answers), sources_of(now, answers, Path(place))
        ground = Ground(workspace.root, folder, now.name, before, sources, now.owners, is_common)
        paths = paths_of(ground, files)
        changes = tuple(change for path in paths if (change := change_of(ground, path)))
        carried = [change.file for change in changes]
        same = tuple(path for path in paths if path not in carried)
        if not changes:
            return Backport(name, now.name, (), same)
        then = patched(now, changes, Path(place) / "patched")
        require_same(templates, then, answers, folder, carried)
        concerned = tuple(effects(templates, now, then, answers, carried))
        return Backport(name, now.name, changes, same, patch_of(changes), concerned)
