"""What every command promises: one clear message, the right exit code, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.errors import CodeError, DataError, ToolError
from paddock.project import Project, Workspace


def test_help_lists_the_commands(paddock: Callable[..., Any]) -> None:
    """`--help` names every command, those of the harness too, and exits with 0."""
    answer = paddock("--help")
    assert answer.code == 0
    for command in ("new", "run", "report", "data", "runs", "check", "demo"):
        assert f" {command} " in answer.out


def test_an_unknown_command_is_wrong_usage(paddock: Callable[..., Any]) -> None:
    """A misspelt command exits with 2 and says so."""
    answer = paddock("rnu", "shop")
    assert answer.code == 2
    assert "rnu" in answer.err


def test_an_unknown_project_suggests_the_nearest(
    paddock: Callable[..., Any], make_project: Callable[..., Project]
) -> None:
    """A misspelt project exits with 2 and names the one that was probably meant."""
    make_project("triage")
    answer = paddock("run", "triaeg")
    assert answer.code == 2
    assert "projects/triaeg: no such project" in answer.err
    assert "Did you mean 'triage'?" in answer.err


@pytest.mark.parametrize("name", ["../triage", "/etc", "Triage", "", "a b"])
def test_a_project_name_never_leaves_the_folder(paddock: Callable[..., Any], name: str) -> None:
    """A name that is no slug is no project, whatever lies at that path."""
    answer = paddock("run", name)
    assert answer.code == 2
    assert "no such project" in answer.err


def test_outside_a_workspace_the_remedy_is_said(
    paddock: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called in a folder that belongs to no clone, a command says what to do."""
    monkeypatch.chdir(tmp_path)
    answer = paddock("data", "list")
    assert answer.code == 2
    assert "no Paddock workspace here or above" in answer.err
    assert "--workspace PATH" in answer.err


def test_a_workspace_is_named_by_option(
    paddock: Callable[..., Any], workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-C` works from anywhere."""
    monkeypatch.chdir(tmp_path)
    assert paddock("data", "list", "-C", str(workspace.root)).code == 0


def test_a_broken_manifest_names_the_line(paddock: Callable[..., Any], make_project: Callable[..., Project]) -> None:
    """TOML that does not parse is an error with file and line."""
    project = make_project("shop")
    (project.folder / "pyproject.toml").write_text('[tool.paddock]\nowner = "Ada\n')
    answer = paddock("runs", "shop")
    assert answer.code == 2
    assert "is not valid TOML" in answer.err
    assert "line 2" in answer.err


@pytest.mark.parametrize(
    ("text", "expected"),
    [("alpha", "expected NAME=VALUE"), ("a b=1", "expected NAME=VALUE"), ("=1", "expected NAME=VALUE")],
)
def test_a_parameter_is_name_and_value(
    paddock: Callable[..., Any], make_project: Callable[..., Project], text: str, expected: str
) -> None:
    """`-p` takes NAME=VALUE with a Python name; anything else exits with 2 before anything runs."""
    project = make_project("shop")
    answer = paddock("run", "shop", "-p", text)
    assert answer.code == 2
    assert expected in answer.err
    assert not project.runs_folder.exists()


def test_a_parameter_given_twice_is_refused(paddock: Callable[..., Any], make_project: Callable[..., Project]) -> None:
    """Of two values for one name, none is guessed."""
    make_project("shop")
    answer = paddock("run", "shop", "-p", "a=1", "-p", "a=2")
    assert answer.code == 2
    assert "given twice" in answer.err


@pytest.mark.parametrize(("error", "code"), [(DataError, 1), (CodeError, 1), (ToolError, 1)])
def test_an_error_is_its_message_its_remedy_and_its_page(
    paddock: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, error: type[Exception], code: int
) -> None:
    """Whose fault it is decides the exit code; the text is message, remedy and page, brackets included."""

    def fail(*arguments: object) -> None:
        raise error("table [red]x[/red]: broke", "Mend it.")

    monkeypatch.setattr("paddock.cli.data.load_catalogue", fail)
    answer = paddock("data", "list")
    assert answer.code == code
    page = "docs/reference/commands.md"
    assert answer.err == f"error: table [red]x[/red]: broke\nMend it.\nMore: {page}\n"


def test_our_own_bug_exits_with_3_and_a_log(paddock: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody foresaw is called a bug, with a log file to attach that holds the traceback."""

    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("paddock.cli.data.load_catalogue", fail)
    answer = paddock("data", "list")
    assert answer.code == 3
    *_, attached, more = answer.err.splitlines()
    assert more == "More: docs/reference/errors.md#exit-codes"
    log = Path(attached.split("attach ")[1])
    assert "ZeroDivisionError: nobody foresaw this" in log.read_text()
    log.unlink()


def test_the_schema_of_a_record_is_printed(paddock: Callable[..., Any]) -> None:
    """`paddock runs --schema` prints the JSON schema with its version."""
    schema = json.loads(paddock("runs", "--schema").out)
    assert schema["properties"]["schema_version"]["default"] == 2
    assert "gates" in json.dumps(schema)


def test_a_project_without_runs_says_how_to_run_it(
    paddock: Callable[..., Any], make_project: Callable[..., Project]
) -> None:
    """No runs is an answer, no report is an error; both say the next step."""
    make_project("shop")
    assert "paddock run shop" in paddock("runs", "shop").out
    assert json.loads(paddock("runs", "shop", "--json").out) == []
    answer = paddock("report", "shop")
    assert answer.code == 2
    assert "no run 'latest'" in answer.err
