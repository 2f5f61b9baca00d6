"""Checks of the hashed requirements that every machine installs."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.errors import PaddockError
from paddock.project import Workspace, load_project, read_toml
from paddock.scaffold.closure import load_lock

from paddock_ci import requirements
from paddock_ci.finding import Look


def answer_to_the_lock(workspace: Workspace) -> Iterator[Look]:
    """`requirements.txt` is the export of the present `poetry.lock`, which answers to `pyproject.toml`."""
    if (workspace.root / "poetry.lock").exists():
        yield Look("requirements.txt", requirements.fault(workspace.root), "Run: make lock")


def answer_to_each_project(workspace: Workspace) -> Iterator[Look]:
    """The requirements of each project's image are what its dependencies need of the lock, and nothing else."""
    lock = load_lock(workspace)
    if lock is None:
        return
    # Not the list of projects, which one that does not load would cut off.
    for manifest in sorted(workspace.root.glob("projects/[!.]*/pyproject.toml")):
        name = manifest.parent.name
        place = f"projects/{name}/requirements.txt"
        try:
            if "paddock" not in read_toml(manifest).get("tool", {}):
                continue
            project = load_project(workspace, name)
            yield Look(place, requirements.project_fault(project.folder, lock), "Run: make requirements")
        except PaddockError as error:
            yield Look(place, error.message, error.remedy)
