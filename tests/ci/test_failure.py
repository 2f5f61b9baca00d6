"""What PT201 says of tests that fail: the line of the project and the reason, however pytest shows them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock_ci.engine import failure, witness, work

MODEL = """import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score


class Strict(ClassifierMixin, BaseEstimator):
    def fit(self, rows, labels):
        raise ValueError("the table is too small:\\nexpected 10 rows")


def fitted():
    return LogisticRegression().fit(np.array([[np.nan], [1.0]]), [0, 1])


def score(model):
    return cross_val_score(model, np.full((20, 1), 1.0), [0, 1] * 10)
"""
TESTS = '''import sys

import pytest
from shop import model


def test_comparison():
    """
    >>> 1 + 1
    3
    """
    print("-" * 80)
    print("-" * 80, file=sys.stderr)
    assert {"a": 1} == {"a": 2}


def test_message():
    assert not model, "first\\n\\n-----\\nsecond"


def test_fit():
    model.fitted()


def test_fits():
    model.score(model.Strict())


@pytest.fixture
def broken():
    raise RuntimeError("no\\n--------\\nway")


def test_fixture(broken): ...


def test_no_fixture(nowhere): ...


def test_rule():
    raise ValueError("\\n--------\\n")


def test_group():
    raise ExceptionGroup("several", [KeyError("one"), KeyError("two")])


@pytest.mark.xfail(strict=True, reason="known")
def test_that_passes(): ...
'''
FITS = "ValueError: All the 5 fits failed. … ValueError: the table is too small: expected 10 rows"
EXPECTED = {
    "test_import.py": ("tests/test_import.py:1", "ModuleNotFoundError: No module named 'nowhere'"),
    "test_syntax.py": ("tests/test_syntax.py:2", "SyntaxError: '(' was never closed"),
    "test_module.py": ("tests/test_module.py:2", "assert 1 == 2"),
    "test_shop.test_comparison": ("tests/test_shop.py:8", "expected 3, got 2"),
    "test_comparison": ("tests/test_shop.py:14", "AssertionError: assert {'a': 1} == {'a': 2} Differing items:"),
    "test_message": ("tests/test_shop.py:18", "AssertionError: first second assert not"),
    "test_fit": ("tests/test_shop.py:21", "ValueError: Input X contains NaN."),
    "test_fits": ("src/shop/model.py:9", FITS),
    "test_fixture": ("tests/test_shop.py:31", "RuntimeError: no way"),
    "test_no_fixture": ("tests/test_shop.py:37", "fixture 'nowhere' not found"),
    "test_rule": ("tests/test_shop.py:41", "ValueError"),
    "test_group": ("tests/test_shop.py:44", "KeyError: 'one'"),
    "test_that_passes": ("tests/test_shop.py:48", "[XPASS(strict)] known"),
}


def _ended(root: Path, *options: str) -> list[tuple[str, str, str]]:
    """What the tests below `root` end with, as a job has it."""
    noted = root / "witness.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {witness.VARIABLE: str(noted), "PYTHONPATH": str(root / "projects/shop/src")}
    command = [sys.executable, "-m", "pytest", "projects/shop", "-p", witness.__name__, "-p", "no:cacheprovider"]
    options = ("--continue-on-collection-errors", "--doctest-modules", "--import-mode=importlib", *options)
    subprocess.run([*command, *options], cwd=root, env=environment, capture_output=True, check=False)
    return work._failed(noted, "Run: pytest")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Write files of the project `shop`."""

    def call(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "projects/shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return call


def test_each_failure_names_its_line_and_its_reason(write: Callable[[dict[str, str]], Path]) -> None:
    """Assertions, exceptions in fits, fixtures, collection; neither captured output nor rows of dashes get in."""
    files = {
        "src/shop/__init__.py": "",
        "src/shop/model.py": MODEL,
        "tests/test_shop.py": TESTS,
        "tests/test_import.py": "import nowhere\n",
        "tests/test_syntax.py": "\nf(\n",
        "tests/test_module.py": "x = 1\nassert x == 2\n",
    }
    found = {}
    for place, message, remedy in _ended(write(files)):
        name, _, said = message.partition(": ")
        found[name.removeprefix("projects.shop.tests.")] = (place.removeprefix("projects/shop/"), said, remedy)
        assert "---" not in said
        assert len(said) <= failure.LONGEST
    assert {name: place for name, (place, _, _) in found.items()} == {n: place for n, (place, _) in EXPECTED.items()}
    for name, (_, expected) in EXPECTED.items():
        assert found[name][1].startswith(expected)
    assert found["test_fits"][1] == FITS
    assert found["test_fit"][1].endswith("… (at projects/shop/src/shop/model.py:13)")
    assert found["test_rule"][1] == "ValueError"
    assert found["test_fit"][2] == "Run: pytest -k test_fit"
    assert found["test_import.py"][2] == "Run: python -m pytest projects/shop/tests/test_import.py"


def test_how_pytest_shows_a_failure_changes_nothing(write: Callable[[dict[str, str]], Path]) -> None:
    """Without a traceback, and from a worker of pytest-xdist, the same is told."""
    tests = "def test_it():\n    number = 1\n    assert number == 2\n"
    root = write({"tests/test_shop.py": tests})
    expected = [("projects/shop/tests/test_shop.py:3", "test_it: assert 1 == 2", "Run: pytest -k test_it")]
    assert _ended(root, "--tb=no", "-n", "1") == expected


def test_a_long_reason_is_cut_between_words() -> None:
    """It ends in a mark that says so; one word that is too long is cut in the middle."""
    said = failure.reason("word " * 100)
    assert said.endswith("word…")
    assert len(said) <= failure.LONGEST
    assert len(failure.reason("x" * 999)) == failure.LONGEST


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("a\nb\n\nc\n==== 1 error in 2 s ====\n------\n", "b; c; 1 error in 2 s"),
        ("Fatal Python error: Segmentation fault\n\nStack:\n  a\n  b\nExtension modules: c\n", "Segmentation fault"),
        ("", ""),
    ],
)
def test_last_words_are_no_rules(output: str, expected: str) -> None:
    """What pytest drew says nothing; what killed it says all."""
    assert failure.last_words(output).removeprefix("Fatal Python error: ") == expected
