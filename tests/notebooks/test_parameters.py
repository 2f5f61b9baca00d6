"""Parameters are declared in one cell, which is parsed and never executed, and checked before anything runs."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from paddock.errors import ConfigurationError
from paddock.notebooks.injection import inject
from paddock.notebooks.parameters import checked, declared


def _notebook(*sources: str) -> NotebookNode:
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    return new_notebook(cells=[new_code_cell("raise SystemError"), *cells])


_DECLARED = '''"""What the audit may be asked."""
import datetime
from datetime import date
minimum_auc: float = 0.97
folds: int = -5
name = "Ada"
dry: bool = False
since: date = date(2026, 1, 31)
until: datetime.date | None = None
columns: list[str] = ["a", "b"]
weights: dict[str, float] = {"a": 1}
shift = -0.5
limit: float | None = 3
'''


def test_a_declaration_gives_type_default_and_place() -> None:
    """Annotations, or else the types of the literals, say what a value must be."""
    found = declared(_notebook(_DECLARED))
    assert {name: (parameter.expected, parameter.default) for name, parameter in found.items()} == {
        "minimum_auc": ("float", 0.97),
        "folds": ("int", -5),
        "name": ("str", "Ada"),
        "dry": ("bool", False),
        "since": ("date", date(2026, 1, 31)),
        "until": ("date or None", None),
        "columns": ("list", ["a", "b"]),
        "weights": ("dict", {"a": 1}),
        "shift": ("float", -0.5),
        "limit": ("float or None", 3),
    }
    assert (found["folds"].cell, found["folds"].line) == (2, 5)


def test_a_notebook_without_a_parameters_cell_declares_nothing() -> None:
    """Then every given name is unknown."""
    assert declared(_notebook()) == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = open('f')", "line 1: 'x': expected a literal as its default, got 'open('f')'"),
        ("\nx: int = 1.5", "line 2: 'x': expected int, got 1.5"),
        ("x: bool = 1", "'x': expected bool, got 1"),
        ("x: int", "expected 'name: type = default', got 'x: int'"),
        ("x = y = 1", "expected 'name: type = default', got 'x = y = 1'"),
        ("print(1)", "expected 'name: type = default', got 'print(1)'"),
        ("import os", "expected 'name: type = default', got 'import os'"),
        ("x = None", "'x': None alone does not say a type"),
        ("x: int = None", "'x': expected int, got None"),
        ("x: complex = 1", "'x': expected a type out of int, float, str, bool, date, list, dict, got 'complex'"),
        ("x = b'a'", "'x': bytes cannot be a parameter"),
        ("x = (1, 2)", "'x': tuple cannot be a parameter's type"),
        ("x = {1: 2}", "'x': dictionary keys: expected texts, got 1"),
        ("x = [{'a': 1e999}]", "'x': expected a finite number, got inf"),
        ("x = date(2026, 2, 31)", "'x': expected a literal as its default"),
        ("x = 1\nx = 2", "line 2: 'x' is declared twice, first in line 1"),
        ("x = !ls", "line 1: is not valid Python"),
        ("password = 'hunter2'", "parameter 'password' looks like a password"),
    ],
)
def test_anything_but_literals_is_refused_with_cell_and_line(source: str, message: str) -> None:
    """The parameters cell is never executed, so only what can be read off it counts."""
    with pytest.raises(ConfigurationError) as caught:
        declared(_notebook(source), "n.ipynb")
    assert caught.value.message.startswith("n.ipynb: cell 2, line ")
    assert message in caught.value.message
    assert caught.value.remedy


def test_two_parameters_cells_are_one_too_many() -> None:
    """Which of them papermill would follow is not left to chance."""
    with pytest.raises(ConfigurationError, match="cells 2 and 3 are tagged 'parameters'"):
        declared(_notebook("x = 1", "y = 2"))


_KNOWN = declared(_notebook(_DECLARED))


@pytest.mark.parametrize(
    ("name", "given_value", "expected"),
    [
        ("minimum_auc", "0.9", 0.9),
        ("minimum_auc", 1, 1.0),
        ("folds", "-3", -3),
        ("name", "0.9", "0.9"),
        ("dry", "True", True),
        ("dry", "false", False),
        ("since", "2026-02-01", date(2026, 2, 1)),
        ("until", "none", None),
        ("until", date(2026, 2, 1), date(2026, 2, 1)),
        ("columns", '["x", 1]', ["x", 1]),
        ("weights", '{"a": null}', {"a": None}),
        ("name", "DB_PASSWORD", "DB_PASSWORD"),
    ],
)
def test_a_text_becomes_the_declared_type(name: str, given_value: Any, expected: Any) -> None:
    """Texts from a command line are converted; typed values pass when they fit."""
    found = checked(_KNOWN, {name: given_value})[name]
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"minimum_auc": "high"}, "parameter 'minimum_auc': expected float, got 'high'"),
        ({"minimum_auc": "nan"}, "parameter 'minimum_auc': expected a finite number, got nan"),
        ({"minimum_auc": float("inf")}, "expected a finite number, got inf"),
        ({"folds": "1.5"}, "parameter 'folds': expected int, got '1.5'"),
        ({"folds": True}, "parameter 'folds': expected int, got True"),
        ({"dry": "yes"}, "parameter 'dry': expected bool, got 'yes'"),
        ({"since": "31.1.2026"}, "parameter 'since': expected date, got '31.1.2026'"),
        ({"since": datetime(2026, 1, 31)}, "parameter 'since': datetime cannot be a parameter's type"),
        ({"name": b"Ada"}, "parameter 'name': bytes cannot be a parameter"),
        ({"weights": {1: 2}}, "parameter 'weights': dictionary keys: expected texts, got 1"),
        ({"weights": "[1]"}, "parameter 'weights': expected dict, got [1]"),
        ({"columns": "[NaN]"}, "parameter 'columns': expected list, got '[NaN]'"),
        ({"columns": "[" * 100_000}, "parameter 'columns': expected list"),
        ({"limit": "low"}, "parameter 'limit': expected float or None, got 'low'"),
        ({"minimum_acu": "1"}, "unknown parameter 'minimum_acu'\nDid you mean 'minimum_auc'?"),
        ({"minimum-auc": "1"}, "parameter 'minimum-auc': expected a Python name\nDid you mean 'minimum_auc'?"),
        ({"class": "1"}, "parameter 'class': expected a Python name"),
        ({"x.__class__": "1"}, "parameter 'x.__class__': expected a Python name"),
    ],
)
def test_a_wrong_value_names_what_was_expected(values: dict[str, Any], message: str) -> None:
    """The message names parameter, expected type and given value."""
    with pytest.raises(ConfigurationError) as caught:
        checked(_KNOWN, values)
    assert message in str(caught.value)


_SECRETS = [
    "postgresql://ada:hunter2@db/cases",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "-----BEGIN RSA PRIVATE KEY-----",
    "ghp_" + "0123456789abcdefghij0123456789abcdef",
]


@pytest.mark.parametrize("value", _SECRETS)
def test_a_secret_is_taken_by_reference_only(value: str) -> None:
    """What looks like a secret is refused without being repeated, whatever type was declared."""
    for values in ({"name": value}, {"folds": value}, {"columns": json.dumps([value])}, {"weights": {"a": value}}):
        with pytest.raises(
            ConfigurationError, match="Give it by reference: the name of an environment variable"
        ) as bad:
            checked(_KNOWN, values)
        assert value not in str(bad.value)


def test_a_name_that_says_secret_gives_a_random_text_away() -> None:
    """Chance in a parameter called token is refused; a column's name in one called sort_key is not."""
    known = declared(_notebook("api_token = ''\nsort_key = ''"))
    with pytest.raises(ConfigurationError, match="looks like a secret"):
        checked(known, {"api_token": "q8Zt3vXw0LmN5rKc"})
    assert checked(known, {"sort_key": "customer_id", "api_token": "API_TOKEN"})


_texts = st.text().filter(lambda text: "://" not in text)
_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
_typed = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    _texts,
    st.lists(_json_values, max_size=4),
    st.dictionaries(_texts, _json_values, max_size=4),
)


def _given(value: Any) -> str:
    if isinstance(value, bool | list | dict):
        return json.dumps(value)
    return str(value) if isinstance(value, str | date) else repr(value)


@given(_typed)
def test_any_typed_literal_comes_back(value: Any) -> None:
    """Declared as a default, given as text, or injected as code: it is the same value of the same type."""
    literal = f"date({value.year}, {value.month}, {value.day})" if isinstance(value, date) else repr(value)
    notebook = _notebook(f"x = {literal}")
    known = declared(notebook)
    found = checked(known, {"x": _given(value)})
    inject(notebook, known, found)
    names: dict[str, Any] = {"date": date}
    exec(notebook.cells[2].source, names)
    for back in (known["x"].default, found["x"], names["x"]):
        assert (back, type(back)) == (value, type(value))
