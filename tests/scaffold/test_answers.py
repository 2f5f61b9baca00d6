"""Which answers are legal, and how the others are refused."""

from __future__ import annotations

import keyword
import re
import sys
import tomllib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from paddock.scaffold.answers import FIELDS, package_of, problem_of, slug_of
from paddock.scaffold.quoting import quoted

LEGAL = {
    "project_name": "Triage",
    "owner": "ML team",
    "problem": "classification",
    "description": "Finds what was missed.",
}
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60)


def test_the_examples_are_legal() -> None:
    """The defaults of the prompt can be taken as they are."""
    assert problem_of(LEGAL) == ""
    assert problem_of(LEGAL | {"problem": "regression", "project_name": "Next Year 2"}) == ""


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
    assert "Did you mean 'owner'?" in problem_of({**LEGAL, "ownr": "x"})
    assert problem_of({key: value for key, value in LEGAL.items() if key != "owner"}) == "owner: has no answer"
    assert problem_of(LEGAL | {"problem": "clustering"}).startswith("problem: expected classification or regression")


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
    problem = problem_of(answers)
    assert not problem or problem.split(":")[0] in FIELDS


@given(text=PRINTABLE)
def test_a_legal_text_is_read_back_as_it_was(text: str) -> None:
    """Written by the template's filter, TOML and Python read back exactly what was answered."""
    assume(not problem_of(LEGAL | {"description": text}))
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text
    assert eval(quoted(text)) == text
