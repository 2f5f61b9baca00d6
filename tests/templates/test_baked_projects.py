"""Projects of the templates are green at birth: types, tests, notebooks, run and README, with no edit."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from paddock import testing
from paddock.data.given import publish_given
from paddock.project import Project, Workspace, load_project
from paddock.scaffold.new import new_project
from paddock.scaffold.questions import load_template, template_names
from paddock_ci.bake.baking import NEIGHBOUR, scratch_workspace
from paddock_ci.bake.combinations import cover, legal_combinations
from paddock_ci.files import ProjectFiles
from paddock_ci.score.score import score as scored
from paddock_ci.verify import findings_of

from tests.templates.verdict import BIN, call

pytestmark = pytest.mark.usefixtures("shared_kernels")

ROOT = Path(__file__).parents[2]
Row = tuple[str, Mapping[str, str]]


def rows(strength: int) -> list[Row]:
    """Template and answers of a few projects that show each answer (1), or each pair (2), of each template."""
    return [
        (name, answers)
        for name in template_names(ROOT / "templates")
        for answers in cover(legal_combinations(load_template(ROOT / "templates", name), (NEIGHBOUR,)), strength)
    ]


def shown(row: Row) -> str:
    """A row's identity in reports of tests."""
    template, answers = row
    return f"{template}-{answers.get('problem', answers.get('dataset'))}-{answers['project_name'][:2]}"


@pytest.mark.parametrize("row", rows(1), ids=shown)
def test_each_answer_makes_a_project_that_works(row: Row, tmp_path: Path) -> None:
    """Its README's commands run as written: run, report, tests and checks pass; a pipeline's ML Test Score is 4."""
    works(row, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("row", rows(2), ids=shown)
def test_each_pair_of_answers_makes_a_project_that_works(row: Row, tmp_path: Path) -> None:
    """The same, for a cover of all pairs of answers; types hold, and each notebook can be opened by hand."""
    opened(works(row, tmp_path), tmp_path)


@pytest.mark.parametrize("row", [rows(1)[0], rows(1)[-1]], ids=shown)
def test_a_project_of_each_template_can_be_opened(row: Row, tmp_path: Path) -> None:
    """Types hold, and each notebook can be opened by hand, on what a run has published."""
    project = baked(row, tmp_path)
    assert call(project.workspace.root, "paddock", "run", project.name).returncode == 0
    opened(project, tmp_path)


def baked(row: Row, place: Path) -> Project:
    """Bake a row in a workspace of its own below `place`."""
    template, answers = row
    workspace = scratch_workspace(ROOT, place / "workspace")
    publish_neighbour(workspace)
    return load_project(workspace, new_project(workspace, answers, template).name)


def works(row: Row, place: Path) -> Project:
    """Bake a row, and do with the project what its first user does."""
    project = baked(row, place)
    root = project.workspace.root
    for block in ProjectFiles(root, project.folder).shell_blocks("README.md"):
        shell(block.text, root)
    record = last_record(project.workspace, project.name)
    assert record["status"] == ("published" if row[0] == "pipeline" else "audited")
    assert sum(len(notebook["gates"]) for notebook in record["notebooks"]) >= 4
    assert (project.runs_folder / str(record["run"]) / "report.html").stat().st_size > 20_000
    assert findings_of(project) == []
    assert row[0] != "pipeline" or scored(project.workspace, project.name).total >= 4
    return project


def opened(project: Project, place: Path) -> None:
    """Check the types of a project that has run, and open its notebooks."""
    answer = call(project.folder, "mypy")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    opened_by_hand(project.folder, place)


def opened_by_hand(folder: Path, place: Path) -> None:
    """From their own folder, without a run around them, papermill executes all notebooks on what is published."""
    for notebook in sorted(folder.glob("notebooks/*.ipynb")):
        engine = ("--engine", "paddock") if "paddock.gate(" in notebook.read_text() else ()
        answer = call(
            notebook.parent, "papermill", notebook.name, str(place / notebook.name), "--no-progress-bar", *engine
        )
        assert answer.returncode == 0, answer.stderr


def publish_neighbour(workspace: Workspace) -> None:
    """Publish rows of the dataset that a template may be asked to read."""
    project, dataset = NEIGHBOUR.split(".")
    publish_given(workspace, NEIGHBOUR, testing.sample(workspace.root / "projects" / project, dataset, rows=300))


def shell(block: str, folder: Path) -> str:
    """Execute a block of shell commands in `folder`, as a person who has activated the environment would."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    environment["PATH"] = f"{BIN}:{environment['PATH']}"
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{block}\n{answer.stdout[-3000:]}"
    return answer.stdout


def last_record(workspace: Workspace, project: str) -> dict[str, Any]:
    """The record of the last run of `project`."""
    answer = call(workspace.root, "paddock", "runs", project, "--json")
    return dict(json.loads(answer.stdout)[-1])
