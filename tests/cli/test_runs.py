"""What `paddock runs` says of all projects."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from paddock.project import Project, Workspace, load_project
from paddock.runs.timeliness import confirm

from tests.site import generated


@pytest.fixture
def daily(make_project: Callable[..., Project]) -> Project:
    """A project that has to publish each day."""
    project = make_project("daily")
    manifest = project.folder / "pyproject.toml"
    manifest.write_text(manifest.read_text() + 'schedule = "0 5 * * *"\ndeadline_minutes = 60\n')
    return load_project(project.workspace, "daily")


def test_a_workspace_without_projects_says_the_next_step(paddock: Callable[..., Any]) -> None:
    """There is nothing to tell, and nothing is late."""
    assert "paddock new" in paddock("runs").out
    assert paddock("runs", "--late").code == 0


def test_a_project_that_never_ran_is_listed(paddock: Callable[..., Any], daily: Project) -> None:
    """A line with its owner; it is late against nothing."""
    assert paddock("runs").out.splitlines()[1].split() == ["daily", "Ada", "never", "–"]
    assert paddock("runs", "--late").code == 0


def test_a_late_project_exits_with_1(paddock: Callable[..., Any], daily: Project) -> None:
    """Two days without success are a deadline missed: for people, for machines, and for the exit code."""
    confirm(daily, datetime.now(UTC) - timedelta(days=2))
    answer = paddock("runs", "--late")
    assert answer.code == 1
    assert answer.out.splitlines()[1].endswith("LATE")
    assert json.loads(paddock("runs", "--json").out)[0]["late"] is True
    confirm(daily, datetime.now(UTC))
    assert paddock("runs", "--late").code == 0


def test_a_damaged_record_hides_no_other_run(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """The runs are listed, the damaged one as such; the message names its file, and the exit code is 1."""
    generated.write_projects(workspace, ["intake"])
    generated.write_runs(workspace, 3, ["intake"])
    names = [generated.run_name(number, "intake") for number in range(3)]
    (workspace.state / "runs" / "intake" / names[1] / "record.json").write_text("{}")
    answer = paddock("runs", "intake")
    assert answer.code == 1
    listed = [line.split()[:2] for line in answer.out.splitlines()[1:4]]
    assert listed == [[names[0], "published"], [names[1], "damaged"], [names[2], "published"]]
    assert names[1] in answer.err.replace("\n", "")
