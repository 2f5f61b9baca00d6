"""What `paddock new` promises."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace
from paddock_ci.demo import scratch_copy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with the team's templates."""
    return scratch_copy(Workspace(ROOT), tmp_path / "workspace")


def test_the_next_commands_are_said(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """After making a project, three commands that work are named."""
    answer = paddock("new", "Triage", "--owner", "Ada", "--no-input")
    assert answer.code == 0
    assert "made projects/triage from templates/pipeline" in answer.out
    for command in ("paddock run triage", "paddock report triage", "pytest projects/triage"):
        assert command in answer.out
    assert (workspace.root / "projects/triage/README.md").is_file()


def test_machines_get_the_folder(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """`--json` asks nothing and prints where the project is and what was answered."""
    found = json.loads(paddock("new", "Next Year", "--problem", "regression", "--json").out)
    assert found["project"] == "next-year"
    assert Path(found["folder"]) == workspace.root / "projects/next-year"
    assert found["answers"]["problem"] == "regression"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["numpy"], "project_name: 'numpy' is the name of an installed package"),
        (["../x"], "project_name: expected a name, not a path"),
        (["Triage", "--problem", "clustering"], "problem: expected classification or regression"),
        (["Triage", "--owner", ""], "owner: expected a text, got nothing"),
        (["Triage", "--template", "pipelin"], "templates/pipelin: no such template"),
    ],
)
def test_illegal_answers_exit_with_2(
    paddock: Callable[..., Any], workspace: Workspace, arguments: list[str], expected: str
) -> None:
    """The field, what was expected and got; nothing is written."""
    answer = paddock("new", *arguments, "--no-input")
    assert answer.code == 2
    assert expected in answer.err
    assert list((workspace.root / "projects").iterdir()) == []


def test_an_existing_name_exits_with_2(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """What is there stays."""
    assert paddock("new", "Triage", "--no-input").code == 0
    answer = paddock("new", "Triage", "--no-input")
    assert answer.code == 2
    assert "projects/triage: already exists" in answer.err


def test_a_prompt_asks_again_until_the_answer_is_legal(
    paddock: Callable[..., Any], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer is judged when it is given, not after all questions."""
    answers = iter(["numpy", "Triage", "Ada", "clustering", "regression", "One line."])
    monkeypatch.setattr("typer.prompt", lambda question, default: next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answer = paddock("new")
    assert answer.code == 0
    assert "'numpy' is the name of an installed package" in answer.out
    assert "problem: expected classification or regression" in answer.out
    assert "progression" in (workspace.root / "projects/triage/catalog.toml").read_text()


def test_without_the_scaffolding_packages_the_remedy_is_said(
    paddock: Callable[..., Any], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A production image has `paddock run` but no templates' tools, and says what to install."""
    monkeypatch.setitem(sys.modules, "slugify", None)
    answer = paddock("new", "Triage", "--no-input")
    assert answer.code == 2
    assert "paddock[scaffold]" in answer.err
