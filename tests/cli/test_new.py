"""What `paddock new` promises."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace
from paddock.scaffold.questions import load_template, template_names
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
    found = json.loads(paddock("new", "Next Year", "--problem", "regression", "--owner", "Ada", "--json").out)
    assert found["project"] == "next-year"
    assert Path(found["folder"]) == workspace.root / "projects/next-year"
    assert found["answers"]["problem"] == "regression"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["numpy"], "project_name: 'numpy' is the name of an installed package"),
        (["../x"], "project_name: expected a name, not a path"),
        (
            ["Triage", "--problem", "clustering"],
            "problem: expected classification, regression, recommendation or tagging",
        ),
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


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_all_answers_can_come_from_a_file(paddock: Callable[..., Any], workspace: Workspace, kind: str) -> None:
    """An option wins over the file, and what neither says is the default."""
    text = {
        "toml": 'project_name = "Next"\nowner = "Ada"\nproblem = "regression"\n',
        "json": '{"project_name": "Next", "owner": "Ada", "problem": "regression"}',
    }[kind]
    file = workspace.root / f"answers.{kind}"
    file.write_text(text)
    found = json.loads(paddock("new", "--answers", str(file), "--owner", "Bob", "--json").out)
    assert found["answers"] == {
        "project_name": "Next",
        "owner": "Bob",
        "problem": "regression",
        "description": "Replaces a rule by a model, where the model is proved better.",
    }


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.toml", 'ownr = "Ada"\n', "ownr: no such question. Did you mean 'owner'?"),
        ("a.toml", "owner = 3\n", "owner: expected a text, got 3"),
        ("a.toml", 'owner = "a\\nb"\n', "owner: expected one line of printable characters"),
        ("a.toml", "owner =\n", "a.toml: is not valid TOML"),
        ("a.json", "[1]", "a.json: expected an object of answers, got [1]"),
        ("a.json", "{", "a.json: is not valid JSON"),
        ("a.json", '{"dataset": "none"}', "dataset: no such question"),
        ("a.yaml", "owner: Ada\n", "a.yaml: expected a .toml or .json file"),
        ("a.json", None, "a.json: cannot be read: No such file"),
    ],
)
def test_a_wrong_file_of_answers_exits_with_2(
    paddock: Callable[..., Any], workspace: Workspace, name: str, text: str | None, expected: str
) -> None:
    """The field or the file is named, and nothing is written."""
    if text is not None:
        (workspace.root / name).write_text(text)
    answer = paddock("new", "--answers", str(workspace.root / name))
    assert answer.code == 2
    assert expected in answer.err
    assert list((workspace.root / "projects").iterdir()) == []


def test_every_question_of_a_template_has_an_option(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """Whatever a template asks can be answered on the command line."""
    shown = paddock("new", "--help").out
    for name in template_names(ROOT / "templates"):
        for question in load_template(ROOT / "templates", name).questions:
            assert question.field == "project_name" or f"--{question.field}" in shown


def test_an_edited_template_is_said(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """The project is made, and one line says that updates of it will need a commit of the template."""
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=workspace.root, check=True)
    assert "not committed" not in paddock("new", "One", "--no-input").out
    (workspace.root / "templates/pipeline/note.txt").write_text("edited")
    answer = paddock("new", "Two", "--no-input")
    assert answer.code == 0
    assert "templates/pipeline has edits that are not committed" in answer.out


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
    answers = iter(["analyse", "pipeline", "numpy", "Triage", "Ada", "clustering", "regression", "One line."])
    monkeypatch.setattr("typer.prompt", lambda question, default: next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answer = paddock("new")
    assert answer.code == 0
    assert "template: expected pipeline or analysis, got 'analyse'" in answer.out
    assert "'numpy' is the name of an installed package" in answer.out
    assert "problem: expected classification, regression, recommendation or tagging" in answer.out
    assert "progression" in (workspace.root / "projects/triage/catalog.toml").read_text()


def test_without_the_scaffolding_packages_the_remedy_is_said(
    paddock: Callable[..., Any], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A production image has `paddock run` but no templates' tools, and says what to install."""
    monkeypatch.setitem(sys.modules, "slugify", None)
    answer = paddock("new", "Triage", "--no-input")
    assert answer.code == 2
    assert "paddock[scaffold]" in answer.err


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [([], "NAME and --owner"), (["Foo"], "--owner"), (["--owner", "Ada"], "NAME"), (["Foo", "--json"], "--owner")],
)
def test_where_nobody_can_be_asked_the_owner_is_demanded(
    paddock: Callable[..., Any], workspace: Workspace, arguments: list[str], missing: str
) -> None:
    """No default could know what a project is, and whose; nothing is written."""
    answer = paddock("new", *arguments)
    assert answer.code == 2
    assert f"expected {missing}, got none, and there is no terminal to ask at" in answer.err
    assert list((workspace.root / "projects").iterdir()) == []


def test_defaults_that_nobody_chose_are_told(paddock: Callable[..., Any], workspace: Workspace) -> None:
    """Without a terminal, and with --no-input; what was given is not among them."""
    told = paddock("new", "Foo", "--owner", "Ada").out
    assert "nobody was asked, so these are defaults: problem = classification; description = " in told.replace("\n", "")
    assert "owner =" not in told
    assert "project_name = Triage; owner = ML team" in paddock("new", "--no-input").out
