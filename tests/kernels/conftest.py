"""Kernels of the tests: forked ones by a server that ends with the tests, and stock ones to compare them with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from paddock.notebooks.execution import execute

Outputs = Callable[..., list[Any]]


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outputs:
    """Execute cells in a kernel of the given mode; the outputs of each cell."""

    def run(mode: str, *cells: str, environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Any:
        monkeypatch.setenv("PADDOCK_KERNELS", mode)
        source, output = tmp_path / "cells.ipynb", tmp_path / "out.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), source)
        execute(source, output, {}, environment or {}, folder or tmp_path, 60, lambda number, total: None)
        return [cell.outputs for cell in nbformat.read(output, as_version=4).cells]

    return run
