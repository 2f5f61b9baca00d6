"""What tests of notebooks may ask for: notebooks as files, and their execution."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from paddock.notebooks.execution import execute

from tests.notebooks.audited import KERNELSPEC, Audited

WriteNotebook = Callable[..., Path]
Audit = Callable[..., Audited]


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels come from a server that ends with the tests."""
    monkeypatch.setenv("PADDOCK_KERNELS", "own")


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook of code cells; a source that starts with `# ` is prose; tags by cell number."""

    def write(
        *sources: str, tags: Mapping[int, list[str]] | None = None, kernelspec: Mapping[str, str] = KERNELSPEC
    ) -> Path:
        cells = []
        for number, source in enumerate(sources, start=1):
            make = new_markdown_cell if source.startswith("# ") else new_code_cell
            cells.append(make(source, id=f"c{number}", metadata={"tags": (tags or {}).get(number, [])}))
        path = tmp_path / "validation.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": dict(kernelspec)}), path)
        return path

    return write


@pytest.fixture
def audit(tmp_path: Path, write_notebook: WriteNotebook) -> Audit:
    """Write a notebook and execute it in a real kernel."""

    def run(
        *sources: str,
        tags: Mapping[int, list[str]] | None = None,
        parameters: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        time_limit: float = 60.0,
        on_cell: Callable[[int, int], None] = lambda number, total: None,
    ) -> Audited:
        output = tmp_path / "runs" / "validation.ipynb"
        execution = execute(
            source=write_notebook(*sources, tags=tags),
            output=output,
            parameters=parameters or {},
            environment=environment or {},
            folder=tmp_path,
            time_limit=time_limit,
            on_cell=on_cell,
        )
        return Audited(execution, output)

    return run
