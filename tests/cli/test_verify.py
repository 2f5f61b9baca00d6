"""What `paddock verify` promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh project in a workspace of its own: an analysis, which runs quickest."""
    team = scratch_copy(Workspace(ROOT), tmp_path / "team")
    answers = {field: ANSWERS[field] for field in ("project_name", "owner", "description")}
    return new_project(team, answers | {"dataset": "none"}, "analysis")


def test_a_fresh_project_is_verified(paddock: Callable[..., Any], project: Path) -> None:
    """Checks, tests and run pass, and the report is named."""
    answer = paddock("verify", "triage", "-C", str(project.parents[1]))
    assert answer.code == 0, answer.out
    for step in ("checks passed", "2 passed", "tests passed", "report.html", "run passed"):
        assert step in answer.out


def test_the_first_step_that_fails_is_the_last(paddock: Callable[..., Any], project: Path) -> None:
    """A finding is told with its place, and nothing is tested or run."""
    (project / "notes.md").write_text("no newline")
    answer = paddock("verify", "triage", "-C", str(project.parents[1]))
    assert answer.code == 1
    assert "projects/triage/notes.md: PF102 does not end with one newline" in answer.out
    assert "tests" not in answer.out


def test_a_project_may_ignore_with_a_reason(paddock: Callable[..., Any], project: Path) -> None:
    """What a check asks in vain is left out where the project says why; without a reason, or of no check, it is not."""
    (project / "notes.md").write_text("no newline")
    manifest = project / "pyproject.toml"
    text = manifest.read_text()
    for ignore, expected in (
        ('PF102 = "notes come from another tool"', "checks passed"),
        ('PF102 = ""', "ignore.PF102: expected a reason, got ''"),
        ('XX1 = "none"', "ignore.XX1: no such check"),
    ):
        manifest.write_text(f"{text}\n[tool.paddock.checks.ignore]\n{ignore}\n")
        assert expected in paddock("verify", "triage", "-C", str(project.parents[1])).out


def test_a_failing_test_is_shown(paddock: Callable[..., Any], project: Path) -> None:
    """What pytest says is said, and the project is not run."""
    test = project / "tests" / "test_wrong.py"
    test.write_text('"""Wrong."""\n\n\ndef test_wrong() -> None:\n    """Is wrong."""\n    assert len("a") == 2\n')
    answer = paddock("verify", "triage", "-C", str(project.parents[1]))
    assert answer.code == 1
    assert "test_wrong" in answer.out
    assert "tests FAILED" in answer.out
    assert not (project.parents[1] / ".paddock/runs").exists()
