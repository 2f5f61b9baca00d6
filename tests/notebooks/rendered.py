"""What tests of the rendering build pages from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output
from paddock.notebooks.facts import Gate
from paddock.notebooks.rendering import Header, render

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HOLDS = Gate("auc", 0.91, "at least 0.85", True, 0.06)
FAILS = Gate("calibration", 0.0712, "at most 0.05", False, -0.0212)
HEADER = Header(
    project="triage",
    status="published",
    reason="every gate holds",
    run="20250301-a",
    started="2025-03-01T14:02:11+00:00",
    seconds=83.4,
    commit="46a530b1c2d3",
    environment="Python 3.11",
    parameters={"threshold": "0.5"},
    gates=(HOLDS,),
    datasets=(("hospital.cases", "read", 12, "9f8e7d6c5b4a"),),
)


def page_of(folder: Path, *cells: Any, header: Header = HEADER, **metadata: Any) -> str:
    """The page of a notebook with these cells, stored in `folder`."""
    path = folder / "audit.ipynb"
    nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
    return render([path], header)


def displayed(data: dict[str, Any], **metadata: Any) -> Any:
    """A cell that displayed `data`."""
    return new_code_cell("show()", outputs=[new_output("display_data", data, metadata=metadata)])


def body_of(page: str) -> str:
    """The main part of a page."""
    return page.partition("<main")[2]
