"""Which answers are legal, and how the others are refused."""

from __future__ import annotations

import keyword
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from paddock.project import Project, Workspace
from paddock.scaffold.answers import package_of, problem_at, problem_in, problem_of, slug_of
from paddock.scaffold.questions import load_template
from paddock.scaffold.quoting import escaped, quoted

ROOT = Path(__file__).parents[2]
PIPELINE = load_template(ROOT / "templates", "pipeline")
ANALYSIS = load_template(ROOT / "templates", "analysis")
FIELDS = tuple(question.field for question in PIPELINE.questions)

LEGAL = {
    "project_name": "Triage",
    "owner": "ML team",
    "problem": "classification",
    "description": "Finds what was missed.",
}
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)


def test_the_examples_are_legal() -> None:
    """The defaults of the prompt can be taken as they are."""
    for template in (PIPELINE, ANALYSIS):
        assert problem_of(template.defaults, template.questions) == ""
    assert problem_of(LEGAL | {"problem": "regression", "project_name": "Next Year 2"}, PIPELINE.questions) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "expected a text, got nothing"),
        ("   ", "expected a text, got nothing"),
        (" Triage", "expected no spaces around it"),
        ("../triage", "not a path"),
        ("/etc/passwd", "not a path"),
        ("a\\b", "not a path"),
        ("~root", "not a path"),
        ("{{ cookiecutter }}", "without template tags"),
        ("{% raw %}", "without template tags"),
        ("a\nb", "one line of printable characters"),
        ("a\x00b", "one line of printable characters"),
        ("\ud800", "one line of printable characters"),
        ("😀", "begins with a letter"),
        ("42", "begins with a letter"),
        ("---", "begins with a letter"),
        ("class", "a word of the Python language"),
        ("Match", "a word of the Python language"),
        ("json", "Python's standard library"),
        ("test", "a folder of the workspace"),
        ("numpy", "an installed package"),
        ("Sklearn", "an installed package"),
        ("paddock", "an installed package"),
        ("Scikit Learn", "an installed package"),
        ("con", "a device on Windows"),
        ("COM1", "a device on Windows"),
        ("x" * 31, "at most 30 characters"),
        ("x" * 300, "at most 60 characters, got 300"),
    ],
)
def test_a_name_that_cannot_be_a_project_is_refused(name: str, expected: str) -> None:
    """The message names the field and what was expected."""
    problem = problem_of(LEGAL | {"project_name": name})
    assert problem.startswith("project_name: ")
    assert expected in problem


@pytest.mark.parametrize("field", ["owner", "description"])
@pytest.mark.parametrize(
    "text", ["", "a\nb", "a\rb", "a\tb", "{{ x }}", "{% x %}", "x" * 300, " x", "\u202eevil", "a\x7f"]
)
def test_a_text_that_could_not_come_back_is_refused(field: str, text: str) -> None:
    """Control characters, template tags and overlong texts are refused, naming the field."""
    assert problem_of(LEGAL | {field: text}).startswith(f"{field}: ")


@pytest.mark.parametrize("answer", [None, 3, ["a"], {"a": 1}, True])
def test_an_answer_is_a_text(answer: object) -> None:
    """From a file of answers, numbers, lists and nothing at all may come; they are refused."""
    assert problem_of(LEGAL | {"owner": answer}).startswith("owner: expected a text, got ")


def test_unknown_and_missing_questions_are_named() -> None:
    """A misspelt question suggests the right one; a missing answer is said."""
    assert "Did you mean 'owner'?" in problem_of({**LEGAL, "ownr": "x"}, PIPELINE.questions)
    unanswered = {key: value for key, value in LEGAL.items() if key != "owner"}
    assert problem_of(unanswered, PIPELINE.questions) == "owner: has no answer"


@pytest.mark.parametrize("answer", ["clustering", "", "Classification", None, ["regression"], "x" * 300])
def test_a_choice_is_one_of_its_choices(answer: object) -> None:
    """The message lists them, and shows what was given, cut where it is long."""
    problem = problem_of(LEGAL | {"problem": answer}, PIPELINE.questions)
    assert problem.startswith("problem: expected classification, regression, recommendation or tagging, got ")
    assert len(problem) < 160


@pytest.mark.parametrize("dataset", ["triage", "triage.", ".cases", "Triage.Cases", "a.b.c", "../x.y", "triage.cases;"])
def test_a_dataset_has_a_project_and_a_name(dataset: str) -> None:
    """Anything else is refused, with an example."""
    problem = problem_of(ANALYSIS.defaults | {"dataset": dataset}, ANALYSIS.questions)
    assert problem.startswith("dataset: expected 'none' or a dataset such as 'triage.predictions', got ")


def test_a_dataset_exists(make_project: Callable[..., Project], workspace: Workspace) -> None:
    """Where the workspace is known, the prompt and the hook know its catalogue, and suggest the nearest name."""
    column = '{ dtype = "int64", description = "A number." }'
    make_project("triage", f'[datasets.cases]\ndescription = "Cases."\n[datasets.cases.columns]\nn = {column}\n')
    for judge in (
        lambda answers: problem_at(workspace, ANALYSIS.questions, answers),
        lambda answers: problem_in(workspace.root / "projects", answers),
    ):
        assert judge(ANALYSIS.defaults | {"dataset": "triage.cases"}) == ""
        assert judge(ANALYSIS.defaults | {"dataset": "none"}) == ""
        assert judge(ANALYSIS.defaults | {"dataset": "triage.case"}) == (
            "dataset: no such dataset 'triage.case'. Did you mean 'triage.cases'?"
        )


def test_outside_a_workspace_any_dataset_may_exist(tmp_path: Path) -> None:
    """A project that is baked elsewhere, to look at it, is judged by the form of its answers."""
    assert problem_in(tmp_path, ANALYSIS.defaults | {"dataset": "triage.cases"}) == ""
    assert problem_in(tmp_path, ANALYSIS.defaults | {"dataset": "triage"}).startswith("dataset: ")


@given(name=PRINTABLE)
def test_a_legal_name_gives_a_safe_folder_and_package(name: str) -> None:
    """Whatever is legal becomes a folder of small letters, digits and hyphens, and an importable package."""
    assume(not problem_of(LEGAL | {"project_name": name}))
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", slug_of(name))
    package = package_of(name)
    assert package.isidentifier()
    assert not keyword.iskeyword(package)
    assert package not in sys.stdlib_module_names


@given(answers=st.fixed_dictionaries(dict.fromkeys(FIELDS, st.text(max_size=250))))
def test_any_answers_get_a_verdict(answers: dict[str, str]) -> None:
    """No text makes the judgement itself fail, and a refusal always names a question."""
    problem = problem_of(answers, PIPELINE.questions)
    assert not problem or problem.split(":")[0] in FIELDS


@given(text=PRINTABLE)
def test_a_legal_text_is_read_back_as_it_was(text: str) -> None:
    """Written by the template's filters, TOML, YAML, Python and Markdown read back exactly what was answered."""
    assume(not problem_of(LEGAL | {"description": text}))
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text
    assert yaml.safe_load(f"x: {quoted(text)}")["x"] == text
    assert eval(quoted(text)) == text
    assert shown(f"# {escaped(text)}\n\n{escaped(text)}\n") == [text, text]


@pytest.mark.parametrize(
    "text",
    [
        "# no heading", "1. no list", "1) no list", "+ no list", "- no list", "* no list", "> no quote", "C #", "=",
        "---", "***", "~~~", "```", "~~no~~", "a_b_c", "*a* **b**", "[a](b)", "![a](b)", "<b>a</b>",
        "<!-- a -->", "a | b",
        "&amp; &lt; AT&T", "\\", "a\\", "`a`", "<https://example.org>", "[a]: b", "| a | b |", "+1", "-", "=x", "7.",
    ],
)  # fmt: skip
def test_markdown_shows_an_answer_as_it_was(text: str) -> None:
    """What would be a heading, a list, emphasis, a link or HTML is text, as a heading and as a paragraph."""
    assert shown(f"# {escaped(text)}\n\nOwner: {escaped(text)}\n\n{escaped(text)}\n") == [text, f"Owner: {text}", text]


def shown(markdown: str) -> list[str]:
    """The texts of the blocks of a Markdown document; any inline markup other than text is an error."""
    blocks = [token for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown) if token.type == "inline"]
    assert {part.type for block in blocks for part in block.children or []} <= {"text", "text_special"}
    return ["".join(part.content for part in block.children or []) for block in blocks]
