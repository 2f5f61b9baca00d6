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
    """The runs are listed, the damaged one as what it is; the message names its file, and the exit code is 1."""
    generated.write_projects(workspace, ["intake"])
    generated.write_runs(workspace, 3, ["intake"])
    names = [generated.run_name(number, "intake") for number in range(3)]
    (workspace.state / "runs" / "intake" / names[1] / "record.json").write_text("{}")
    answer = paddock("runs", "intake")
    assert answer.code == 1
    listed = [line.replace(",", " ").split()[:2] for line in answer.out.splitlines()[1:4]]
    assert listed == [[names[0], "published"], [names[1], "unreadable"], [names[2], "published"]]
    assert names[1] in answer.err.replace("\n", "")


@pytest.fixture
def failing(workspace: Workspace) -> Project:
    """Triage: one good run, then three that failed."""
    generated.write_projects(workspace, ["intake", "triage"])
    generated.write_runs(workspace, 4, ["triage"])
    return load_project(workspace, "triage")


def test_the_report_to_read_is_the_last_good_one(paddock: Callable[..., Any], failing: Project) -> None:
    """Beside it stands that the newest run failed, why, and how to read that one; `latest` still gives it."""
    good, newest = generated.run_name(0, "triage"), generated.run_name(3, "triage")
    answer = paddock("report", "triage")
    assert answer.out == f"{failing.runs_folder / good / 'report.html'}\n"
    assert answer.err.startswith("newest run failed: auc 0.")
    assert f"(paddock report triage {newest})" in answer.err
    told = json.loads(paddock("report", "triage", "--json").out)
    assert (told["run"], told["newest"]["run"], told["newest"]["status"]) == (good, newest, "failed")
    assert newest in paddock("report", "triage", "latest").out
    confirm(failing, datetime.now(UTC), good)
    answer = paddock("report", "triage")
    assert (answer.err, good in answer.out) == ("", True)


def test_an_unchanged_run_counts_wherever_runs_are_told(paddock: Callable[..., Any], failing: Project) -> None:
    """The list ends with it, and `latest` is the run that stands."""
    good = generated.run_name(0, "triage")
    assert "still stands" not in paddock("runs", "triage").out
    confirm(failing, datetime.now(UTC), good)
    assert paddock("runs", "triage").out.splitlines()[-1].startswith(f"unchanged: run {good} still stands")
    shown = paddock("runs", "triage", "latest").out
    assert f"report {failing.runs_folder / good / 'report.html'}" in shown
    assert f"unchanged: run {good} still stands" in shown


def test_a_list_of_runs_says_why_each_failed(paddock: Callable[..., Any], failing: Project) -> None:
    """The first gate that failed, on one line of 80 columns; a trial is marked as one."""
    lines = [line.rstrip() for line in paddock("runs", "triage").out.splitlines()]
    assert lines[0].split() == ["run", "status", "gates", "time", "why"]
    assert len(lines) == 5
    assert max(map(len, lines)) <= 80
    assert "failed, trial" in lines[4]
    assert " auc 0." in lines[4]


@pytest.mark.parametrize("folder", ["projects/triage", "projects/triage/", "./projects/triage", "triage"])
def test_the_folder_of_a_project_names_it(paddock: Callable[..., Any], failing: Project, folder: str) -> None:
    """What Tab completes is taken wherever a project is named."""
    good = generated.run_name(0, "triage")
    assert good in paddock("report", folder).out
    assert good in paddock("runs", folder).out
    assert paddock("runs", "show", "latest", folder).code == 0


def test_a_folder_that_is_no_project_is_told_by_its_name(paddock: Callable[..., Any], failing: Project) -> None:
    """And the nearest one is suggested."""
    for command in ("run", "runs", "report", "backport"):
        answer = paddock(command, "projects/triag")
        assert (answer.code, "projects/triag: no such project" in answer.err) == (2, True), answer
        assert "'triage'" in answer.err
    assert paddock("update", "projects/triage/").out.startswith("triage: refused")
    assert "triage" in paddock("score", "projects/triage").out
