"""`paddock explain` says in the terminal what the reference says, and what findings and errors lead to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.cli import console
from paddock.errors import ConfigurationError
from paddock.project import Workspace, load_project
from paddock.telling.pages import PAGES, page_of
from paddock_ci import hook
from paddock_ci.explain import _shown, explain
from paddock_ci.faces import sarif
from paddock_ci.finding import Finding, more
from paddock_ci.reference.pages import entries

ROOT = Path(__file__).parents[2]
WIDTH = 80
Ask = Callable[..., str]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """What the command prints of a name."""

    def call(*words: str, json: bool = False) -> str:
        capsys.readouterr()
        explain([*words], json)
        return capsys.readouterr().out

    return call


def test_a_check_is_explained_with_its_examples(ask: Ask) -> None:
    """Its promise, what it finds, what it lets pass, and where that stands; small letters do, too."""
    said = ask("nb103")
    for words in ("NB103 (check)", "No cell uses a name before", "Found:\n\n    print(total)", "Passes:"):
        assert words in said
    assert "More: docs/reference/rules.md#nb103" in said
    assert "```" not in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ConfigurationError",), "ConfigurationError (error)"),
        (("11",), "Every notebook failed for the cause `gate`."),
        (("exit", "code", "2"), "2 (exit code)"),
        (("unseen-failure",), "unseen-failure (cause)"),
        (("candidate",), "candidate (state of a dataset)"),
        (("PADDOCK_KERNELS",), "Default: `shared`"),
        (("lock_wait",), "tool.paddock.environments.NAME.lock_wait"),
        (("data", "rollback"), "More: docs/reference/commands.md#paddock-data-rollback"),
        (("paddock.gate",), "def gate(\n"),
        (("min_rows",), "Fewer rows are refused."),
        (("margin",), "margin (word of the glossary)\n\nBy how much a gate holds"),
        (("rollback",), "More: docs/glossary.md#glossary"),
        (("gates",), "gate (word of the glossary)"),
    ],
)
def test_other_names_are_explained(ask: Ask, words: tuple[str, ...], expected: str) -> None:
    """Errors, exit codes, causes, states, variables, keys, commands, public names."""
    assert expected in ask(*words)


def test_a_word_of_several_things_is_explained_as_each(ask: Ask) -> None:
    """What is published may be a version or a run."""
    said = ask("published")
    assert "published (state of a dataset)" in said
    assert "published (status of a run)" in said


def test_without_a_name_the_topics_are_listed(ask: Ask) -> None:
    """Each kind of name once, with names that may be asked for; within 80 columns."""
    said = ask()
    topics = [line.partition(":")[0] for line in said.splitlines() if not line.startswith(" ")]
    assert {"check", "word of the glossary", "exit code", "cause", "command", "key of pyproject.toml"} <= {*topics}
    assert len(topics) == len({*topics})
    assert max(map(len, said.splitlines())) <= WIDTH
    assert "workspace, project, analysis" in said
    assert "margin" in json.loads(ask(json=True))["word of the glossary"]


def test_outside_of_a_workspace_there_is_no_glossary(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is explained there as well; what is suggested is what people type, not what only code names."""
    monkeypatch.chdir(tmp_path)
    assert "(check)" in ask("NB103")
    with pytest.raises(ConfigurationError) as raised:
        ask("gat")
    assert raised.value.remedy == "Did you mean 'gate'?"


def test_the_beginning_of_codes_lists_them(ask: Ask) -> None:
    """A line or two for each check of the family."""
    said = ask("WF")
    assert [line[:5] for line in said.splitlines() if line.startswith("WF")] == [f"WF10{n}" for n in range(1, 6)]
    assert "More:" not in said


def test_every_entry_fits_80_columns() -> None:
    """But for lines of code, a long name, and the place at the end."""
    for entry in entries():
        _, *lines, place = _shown(entry).splitlines()
        long = [line for line in lines if len(line) > WIDTH]
        # What is longer is code, which the page holds as it is.
        assert [line for line in long if line.strip() not in entry.text] == [], entry.name
        assert place == f"More: {entry.place}"


@pytest.mark.parametrize(("name", "expected"), [("NB130", "'NB301'"), ("PADDOCK_KERNEL", "'PADDOCK_KERNELS'")])
def test_an_unknown_name_leads_to_the_nearest(ask: Ask, name: str, expected: str) -> None:
    """It is a wrong usage: exit code 2."""
    with pytest.raises(ConfigurationError) as raised:
        ask(name)
    assert raised.value.message == f"explain: nothing is called '{name}'"
    assert expected in raised.value.remedy
    assert raised.value.exit_code == 2


def test_what_is_near_to_nothing_leads_to_the_reference(ask: Ask) -> None:
    """Its index is there."""
    with pytest.raises(ConfigurationError) as raised:
        ask("xyzzyxyzzy")
    assert (ROOT / raised.value.remedy.removeprefix("All names: ")).is_file()


def test_machines_get_json(ask: Ask) -> None:
    """The text in Markdown, and the place."""
    [found] = json.loads(ask("DO101", json=True))
    assert found["kind"] == "check"
    assert found["place"] == "docs/reference/rules.md#do101"


def test_findings_end_with_where_their_codes_are_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once, however many there are; of none, nothing is said."""
    found = [Finding(code, "a.py", "is wrong", "Mend it.") for code in ("NB101", "NB103", "NB101")]
    assert more(found) == "More: paddock explain NB101 (or NB103)"
    assert more([]) == ""
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": [], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}')
    assert hook.main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("More: paddock explain NB102")


def test_an_error_names_its_page(workspace: Workspace) -> None:
    """By the module that raised it, and only where that is ours."""
    with pytest.raises(ConfigurationError) as raised:
        load_project(workspace, "nowhere")
    assert page_of(raised.value) == PAGES["paddock.project"]
    assert page_of(ConfigurationError("made here")) == ""


def test_an_error_told_again_names_the_page_of_the_first(workspace: Workspace) -> None:
    """A task that writes a column which its contract has not leads to what is said of data, not of tasks."""
    with pytest.raises(ConfigurationError) as raised:
        load_project(workspace, "nowhere")
    told = ConfigurationError("task Cases: it is nowhere")
    told.__cause__ = raised.value
    assert page_of(told) == PAGES["paddock.project"]
    assert PAGES["paddock.pipelines"] == PAGES["paddock.data"]


def test_a_place_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A line number between colons is no picture, brackets are no style."""
    console.say("a.md:100: DO101 [red]x[/red]")
    assert capsys.readouterr().out == "a.md:100: DO101 [red]x[/red]\n"


@pytest.mark.parametrize(
    ("docs", "expected"),
    [('docs = "https://docs.example.org/"\n', "https://docs.example.org/reference/rules.html#nb103"), ("", None)],
)
def test_sarif_leads_to_where_the_docs_are_hosted(tmp_path: Path, docs: str, expected: str | None) -> None:
    """Where the workspace says so; the help of each rule names the command all the same."""
    (tmp_path / "pyproject.toml").write_text(f"[tool.paddock.workspace]\n{docs}")
    rules: dict[str, Any] = {rule["id"]: rule for rule in sarif._rules([], sarif._docs(tmp_path))}
    assert rules["NB103"].get("helpUri") == expected
    assert rules["NB103"]["help"]["text"].endswith("paddock explain NB103")
