"""What it takes to look at notebooks, and to collect the checks of many as items of pytest."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.cpu import cpu
from tests.benchmarks.templates import line
from tests.ci.repository import project, repository

_NOTEBOOKS = Path(sys.executable).with_name("paddock-notebooks")
_ROUNDS = 5


def figures(scratch: Path) -> Iterator[str]:
    """A line for each figure, with its bound."""
    files = [f"notebooks/{number}.ipynb" for number in range(100)]
    made = repository(scratch, {path: _notebook(path, 40) for path in files})
    yield line("100 notebooks of 40 cells", _seconds([_NOTEBOOKS, *files], made.root), 2)
    yield line("one staged notebook, start included", _seconds([_NOTEBOOKS, files[0]], made.root), 1)
    projects = {path: text for number in range(25) for path, text in project(f"p{number}").items()}
    made = repository(scratch.with_name("items"), projects)
    collect = [sys.executable, "-m", "pytest", "--paddock", "--collect-only", "-q", "-p", "no:cacheprovider"]
    said = cpu(collect, made.root, rounds=1).said
    yield line(f"pytest collects {said.count('::')} items", _seconds(collect, made.root), 2)


def _seconds(command: list[str | Path], folder: Path) -> float:
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        cpu(command, folder, rounds=1)
        times.append(time.perf_counter() - begun)
    return min(times)


def _notebook(name: str, cells: int) -> str:
    """An honest notebook, of which no two cells of all are the same."""
    code = [
        f"frame_{n} = pd.DataFrame({{'a': range({n}), 'b': [x ** 2 for x in range({n})]}})\n"
        f"for column in frame_{n}.columns:\n    frame_{n}[column] = frame_{n}[column].fillna({n}).astype(float)\n"
        f"print('{name}', frame_{n}.describe())"
        for n in range(cells - 2)
    ]
    facts = [("markdown", f"# {name}"), ("code", "import pandas as pd"), *(("code", source) for source in code)]
    found = []
    for number, (kind, source) in enumerate(facts):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
        found.append(cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []})
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
