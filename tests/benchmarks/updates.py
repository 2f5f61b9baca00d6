"""What it takes to let forty projects follow a change of their template, and to check that they follow it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.checks.template import deviates_for_a_time, follows_its_template
from paddock_ci.demo import scratch_copy
from paddock_ci.files import ProjectFiles

from tests.benchmarks.templates import PROBLEMS, line
from tests.ci.repository import Repository

_COUNT = 40
_EDITED = "compose.yaml", "Dockerfile", "README.md"
_PADDOCK = Path(sys.executable).with_name("paddock")


def figures(workspace: Workspace, folder: Path) -> Iterator[str]:
    """A line for each figure, with its bound."""
    team = _team(workspace, folder)
    yield line(f"{_COUNT} projects, without a change of the template", _update(team.root), 2)
    _edit_template(team)
    yield line(f"{_COUNT} projects, each edited, follow a change of their template", _update(team.root), 12)
    yield line("check that a project follows its template", _check(team.root), 0.1)


def _team(workspace: Workspace, folder: Path) -> Repository:
    """A clone with forty projects of all kinds, each of which edited its README and its model."""
    scratch = scratch_copy(workspace, folder)
    team = Repository(scratch.root)
    team.write({".gitignore": ".paddock/\n__pycache__/\n"})
    team.git("init", "-q", "-b", "main")
    team.commit()
    for number in range(_COUNT):
        answers = {"owner": "ML team", "description": "One line.", "problem": PROBLEMS[number % len(PROBLEMS)]}
        made = new_project(scratch, {**answers, "project_name": f"Project {number}"})
        for path in ("README.md", f"src/{made.name.replace('-', '_')}/model.py"):
            (made / path).write_text(f"{(made / path).read_text()}\n# Ours: {number}\n")
    team.commit()
    return team


def _edit_template(team: Repository) -> None:
    """A new first line of three files: two that no project edited, and the README, which each did."""
    for file in (team.root / "templates/pipeline").rglob("*"):
        if file.name in _EDITED:
            file.write_text(f"# Ours: all\n{file.read_text()}")
    team.commit()


def _update(root: Path) -> float:
    begun = time.perf_counter()
    answer = subprocess.run([str(_PADDOCK), "update", "--all"], cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"paddock update\n{answer.stdout}{answer.stderr}")
    return time.perf_counter() - begun


def _check(root: Path) -> float:
    """Seconds for one project."""
    begun = time.perf_counter()
    for folder in (root / "projects").iterdir():
        files = ProjectFiles(root, folder)
        faults = [look for check in (follows_its_template, deviates_for_a_time) for look in check(files) if look.fault]
        if faults:
            raise RuntimeError(str(faults))
    return (time.perf_counter() - begun) / _COUNT
