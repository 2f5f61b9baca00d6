"""What a save of a watched notebook takes until its run is finished, when only the last cell was edited."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from paddock.kernels import servers
from paddock.notebooks.execution import execute
from paddock.notebooks.reruns import Reruns

from tests.benchmarks.templates import line

_ROUNDS = 9
_BOUND = 0.5
# What an analysis holds at its end: a frame, a model, figures.
_CELLS = (
    (
        "import numpy as np, pandas as pd\nimport matplotlib.pyplot as plt\n"
        "from sklearn.ensemble import HistGradientBoostingClassifier as Model"
    ),
    "chance = np.random.default_rng(0)\nframe = pd.DataFrame(chance.random((200_000, 20))).add_prefix('column ')",
    "frame.to_parquet('frame.parquet')\nframe = pd.read_parquet('frame.parquet')",
    "target = frame['column 0'] + frame['column 1'] > 1\nmodel = Model(max_iter=30).fit(frame, target)",
    "figure, axes = plt.subplots()\n_ = axes.hist(model.predict_proba(frame)[:, 1])",
)


def figures(folder: Path) -> Iterator[str]:
    """A line with the bound."""
    folder.mkdir(parents=True)
    reruns = Reruns()
    with mock.patch.dict(os.environ, {servers.VARIABLE: "own"}):
        try:
            _seconds(folder, reruns, "frame.shape")
            times = [_seconds(folder, reruns, f"frame.head({number})") for number in range(_ROUNDS)]
        finally:
            reruns.close()
            servers.end_own()
    yield line("last-cell edit to finished run", statistics.median(times), _BOUND)


def _seconds(folder: Path, reruns: Reruns, last: str) -> float:
    source = folder / "analysis.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in (*_CELLS, last)]), source)
    begun = time.perf_counter()
    found = execute(source, folder / "out.ipynb", {}, {}, folder, 600, lambda *_: None, False, reruns)
    spent = time.perf_counter() - begun
    if found.status != "passed":
        raise RuntimeError(found.reason)
    if reruns.last.known and reruns.last.executed != 1:
        raise RuntimeError(f"{reruns.last.executed} cells were executed again: {reruns.last.refusals}")
    return spent
