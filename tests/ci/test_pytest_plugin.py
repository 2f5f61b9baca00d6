"""What `pytest --paddock` collects and says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.repository import Repository, notebook, project, repository

_HIDDEN = notebook("print(total)", "total = 1")


@pytest.fixture
def team(tmp_path: Path) -> Repository:
    """A project whose notebook uses a name before its definition, and an honest notebook elsewhere."""
    tests = {"tests/test_shop.py": "def test_it() -> None:\n    assert 1 + 1 == 2\n"}
    files = project("shop", **tests) | {"projects/shop/notebooks/a b.ipynb": _HIDDEN, "docs/b.ipynb": notebook("1 + 1")}
    return repository(tmp_path / "team", files)


def _pytest(team: Repository, *arguments: str) -> tuple[int, str]:
    answer = _called(team, "-p", "no:cacheprovider", "--tb=short", "-rN", *arguments)
    return answer.returncode, answer.stdout + answer.stderr


def _called(team: Repository, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Without the options of the pytest that runs this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=team.root, env=environment, capture_output=True, text=True, check=False)


def test_without_the_option_nothing_is_collected(team: Repository) -> None:
    """pytest collects the project's own test and nothing else."""
    code, said = _pytest(team, "--collect-only")
    assert code == 0
    assert said.split()[:4] == ["projects/shop/tests/test_shop.py::test_it", "1", "test", "collected"]


def test_notebooks_and_projects_are_items(team: Repository) -> None:
    """An item for each check of a notebook and of a project, one for each of its jobs; `-k` chooses among them."""
    _, said = _pytest(team, "--paddock", "--collect-only")
    for item in ("a b.ipynb::NB103", "shop/pyproject.toml::PD101", "shop/pyproject.toml::run", "docs/b.ipynb::NB102"):
        assert item in said
    code, said = _pytest(team, "--paddock", "docs", "-k", "NB103 or NB102")
    assert code == 0
    assert "2 passed" in said


def test_a_finding_is_told_without_a_traceback(team: Repository) -> None:
    """The place, the code and the remedy; the other checks pass."""
    code, said = _pytest(team, "--paddock", "projects/shop/notebooks")
    assert code == 1
    assert "a b.ipynb cell 1: NB103" in said
    assert "Traceback" not in said
    assert "pytest_plugin.py" not in said


def test_the_jobs_of_a_project_are_items(team: Repository) -> None:
    """Its tests run on a stage of their own, and a failure says which."""
    code, said = _pytest(team, "--paddock", "projects/shop/pyproject.toml::tests")
    assert code == 0, said
    team.write({"projects/shop/tests/test_shop.py": "def test_it() -> None:\n    assert 1 + 1 == 3\n"})
    code, said = _pytest(team, "--paddock", "projects/shop/pyproject.toml::tests")
    assert code == 1
    assert "test_shop.py:2: PT201 test_it: assert (1 + 1) == 3" in said


def test_what_failed_last_runs_alone_and_workers_agree(team: Repository) -> None:
    """`--lf` and `-n` know the items by their ids."""
    both, last = (_called(team, "--paddock", "projects/shop/notebooks", *more) for more in (["-n", "2"], ["--lf"]))
    assert "1 failed, 11 passed" in both.stdout
    assert "1 failed" in last.stdout
    assert "passed" not in last.stdout
