"""Tables fit the width: no path and no reason is broken within a word."""

from __future__ import annotations

import pytest
from paddock.cli import console
from paddock.cli.fitting import fitted

_PATH = "projects/readmission-risk/notebooks/validation.ipynb"


def _printed(capsys: pytest.CaptureFixture[str], headings: tuple[str, ...], *rows: tuple[str, ...]) -> list[str]:
    console.table(headings, rows)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_path_is_cut_at_its_left(capsys: pytest.CaptureFixture[str]) -> None:
    """Its end, which tells files apart, stays in one piece on one line."""
    row = (_PATH, "passed", "12.34 s", "12", "the notebook changed, and so did what it reads")
    lines = _printed(capsys, ("notebook", "status", "time", "cells", "executed because"), row)
    assert max(map(len, lines)) <= 80
    (line,) = [line for line in lines if "validation.ipynb" in line]
    assert line.startswith("…")
    assert line.split()[0].endswith("/notebooks/validation.ipynb")


def test_parameters_beside_a_path_break_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Each stands whole on a line of its own where there is no room."""
    row = (f"{_PATH} regularisation=0.1 minimum_auc=0.95", "passed", "12.34 s", "12", "new")
    lines = _printed(capsys, ("notebook", "status", "time", "cells", "executed because"), row)
    words = [word for line in lines for word in line.split()]
    assert {"regularisation=0.1", "minimum_auc=0.95"} <= set(words)
    assert max(map(len, lines)) <= 80


def test_a_reason_is_cut_at_its_right(capsys: pytest.CaptureFixture[str]) -> None:
    """It has one line; what is next to it stays whole."""
    row = ("20261128-091151-b585cd", "failed, trial", "3/4", "1.9 s", "rows 569, not at least 100000, by a long way")
    lines = _printed(capsys, ("run", "status", "gates", "time", "why"), row)
    assert len(lines) == 2
    assert "20261128-091151-b585cd  failed, trial  3/4    1.9 s  rows 569, not" in lines[1]
    assert lines[1].endswith("…")


def test_what_fits_stays_as_it_is() -> None:
    """A short name, a wide screen; the file's own name is never cut."""
    rows = [["a/b.ipynb", "passed"]]
    assert fitted(("notebook", "status"), rows, set(), 80) == rows
    assert fitted(("notebook", "status"), [[_PATH, "passed"]], set(), 200) == [[_PATH, "passed"]]
    long = f"{'x' * 60}.ipynb"
    assert fitted(("notebook", "status"), [[f"a/{long}", "passed"]], set(), 40) == [[f"…{long}", "passed"]]
    assert fitted(("notebook", "status"), [[long, "passed"]], set(), 40) == [[long, "passed"]]
