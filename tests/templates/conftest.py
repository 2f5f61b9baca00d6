"""A workspace in which every variant of the template was baked once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock.scaffold.answers import PROBLEMS
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project a problem, called by it and by an awkward name: long, and first or last among imports."""
    workspace = scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("baked") / "workspace")
    for problem, name in NAMES.items():
        new_project(workspace, ANSWERS | {"problem": problem, "project_name": name, "owner": 'O\'Brien "Ada" \\ 😀'})
    return workspace


NAMES = {"classification": "Aa", "regression": "Zz of a name with thirty chars"}
assert set(NAMES) == set(PROBLEMS)


@pytest.fixture
def bake(baked: Workspace) -> Callable[[str], Path]:
    """The folder of the project that was baked for a problem."""
    from paddock.scaffold.answers import slug_of

    return lambda problem: baked.root / "projects" / slug_of(NAMES[problem])
