"""The demo's project, made once and run once; each test gets a copy of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from paddock.project import Workspace, load_project
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

from tests.end_to_end.place import PADDOCK, Place

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def born(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which the demo's project was made and run once."""
    workspace = scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("born") / "workspace")
    new_project(workspace, ANSWERS)
    answer = subprocess.run(
        [PADDOCK, "run", "triage", "-C", str(workspace.root)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return workspace


@pytest.fixture
def place(born: Workspace, tmp_path: Path) -> Place:
    """A copy of that workspace."""
    root = tmp_path / "workspace"
    shutil.copytree(born.root, root)
    workspace = Workspace(root)
    return Place(workspace, load_project(workspace, "triage"))
