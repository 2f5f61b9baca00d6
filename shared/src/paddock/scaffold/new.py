"""A new project, baked from a template: all of it or nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from paddock import git
from paddock.errors import ConfigurationError, ToolError
from paddock.project import Workspace
from paddock.scaffold.answers import problem_at, slug_of
from paddock.scaffold.baking import bake
from paddock.scaffold.questions import Template, load_template
from paddock.storage import durable, lock


def new_project(workspace: Workspace, answers: Mapping[str, object], template: str = "pipeline") -> Path:
    """Bake `template` with `answers` into `projects/`; give the new project's folder.

    The project is made in a hidden folder beside its place and moved in one step, so it is there
    whole or not at all. Raises ConfigurationError for illegal answers and for a name that exists.
    """
    chosen = load_template(workspace.root / "templates", template)
    if problem := problem_at(workspace, chosen.questions, answers):
        raise ConfigurationError(problem, "Nothing was written.")
    target = workspace.root / "projects" / slug_of(str(answers["project_name"]))
    with lock.held(workspace.state / "new.lock", "making a project", wait_seconds=60):
        _refuse_existing(target)
        try:
            target.parent.mkdir(exist_ok=True)
            _remove_leftovers(target.parent)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as scratch:
                durable.commit_folder(bake(chosen, answers, Path(scratch)), target)
        except OSError as error:
            raise ToolError(
                f"{target}: cannot write: {error.strerror or error}",
                f"Make {target.parent} writable for this user and its disk roomy. Nothing was left behind.",
            ) from error
    return target


def has_uncommitted_edits(template: Template) -> bool:
    """Whether files of the template differ from the commit, so that no commit says what a project was baked from."""
    return git.is_dirty(template.folder)


def _refuse_existing(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise ConfigurationError(f"projects/{target.name}: already exists", "Choose another name. Nothing was written.")


def _remove_leftovers(folder: Path) -> None:
    """Remove what a killed `new` left; the lock is held, so nobody works there."""
    for leftover in folder.glob(".new-*"):
        shutil.rmtree(leftover)
