"""The demo: a real project, scaffolded and run in a scratch copy of the workspace."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from paddock.project import Project, Workspace, load_project
from paddock.runs.progress import Listener
from paddock.runs.record import Record
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.scaffold.new import new_project

ANSWERS = {
    "project_name": "Triage",
    "owner": "ML team",
    "problem": "classification",
    "description": "Finds the malignant among breast masses, where thresholds on size and texture decided before.",
}
_Result = TypeVar("_Result")
_COPIED = (
    "pyproject.toml", "poetry.lock", "requirements.txt", "shared/pyproject.toml", "ci/pyproject.toml", "templates",
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """What the demo made; times in seconds of wall clock."""

    project: Project
    first: Record
    second: Record
    scaffold_seconds: float
    first_seconds: float
    second_seconds: float


def demonstrate(workspace: Workspace, listener: Listener) -> Demo:
    """Scaffold, run and run again in `.paddock/demo` of `workspace`, made afresh; nothing else is touched."""
    root = workspace.state / "demo"
    shutil.rmtree(root, ignore_errors=True)
    scratch = scratch_copy(workspace, root)
    folder, scaffolding = _timed(lambda: new_project(scratch, ANSWERS))
    project = load_project(scratch, folder.name)
    first, first_seconds = _timed(lambda: run(project, Request(), listener))
    second, second_seconds = _timed(lambda: run(project, Request(), listener))
    return Demo(project, first, second, scaffolding, first_seconds, second_seconds)


def scratch_copy(workspace: Workspace, root: Path) -> Workspace:
    """A copy at `root` of what a project needs of the workspace; the installed packages serve it as they are."""
    (root / "projects").mkdir(parents=True)
    for name in _COPIED:
        source = workspace.root / name
        (root / name).parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / name)
    return Workspace(root)


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun
