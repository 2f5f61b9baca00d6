"""What it takes to show what a change of a template does to forty projects, to let them follow it, and to check that.

`python -m tests.benchmarks.updates` prints these figures alone.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from paddock.project import Workspace, find_workspace
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
    yield _timed(f"{_COUNT} projects, without a change of the template", team.root, 2, "update", "--all")
    _edit_template(team)
    # First what it would do, by the commit before; without a run of any project.
    yield _timed(f"fleet effect of a change on {_COUNT} projects", team.root, 20, "fleet", "--base", "HEAD~1")
    yield _timed(f"{_COUNT} projects, each edited, follow a change", team.root, 12, "update", "--all")
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
    """A new line in three files: two that no project edited, and the README, which each did."""
    for file in (team.root / "templates/pipeline").rglob("*"):
        if file.name in _EDITED:
            first, rest = file.read_text().split("\n", 1)
            # The first line of a README is its title.
            file.write_text(f"{first}\n\nOurs: all.\n{rest}" if file.suffix == ".md" else f"# Ours\n{first}\n{rest}")
    team.commit()


def _timed(name: str, root: Path, bound: float, *arguments: str) -> str:
    """The line of a command that has to end well, with the seconds of processors that it took."""
    begun, before = time.perf_counter(), _processor_seconds()
    answer = subprocess.run([str(_PADDOCK), *arguments], cwd=root, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"paddock {' '.join(arguments)}\n{answer.stdout}{answer.stderr}")
    seconds = time.perf_counter() - begun
    return f"{line(name, seconds, bound)}, {_processor_seconds() - before:.1f} s of processors"


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check(root: Path) -> float:
    """Seconds for one project."""
    begun = time.perf_counter()
    for folder in (root / "projects").iterdir():
        files = ProjectFiles(root, folder)
        faults = [look for check in (follows_its_template, deviates_for_a_time) for look in check(files) if look.fault]
        if faults:
            raise RuntimeError(str(faults))
    return (time.perf_counter() - begun) / _COUNT


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for figure in figures(find_workspace(Path.cwd()), Path(scratch, "updates")):
            print(figure, flush=True)
