"""The injected cell, which sets the parameters that were given; placed and tagged as papermill does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from paddock.notebooks.document import tags
from paddock.notebooks.parameters import Parameter

if TYPE_CHECKING:
    from nbformat import NotebookNode

TAG = "injected-parameters"


def inject(notebook: NotebookNode, declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> None:
    """Set `values` in a cell after the parameters cell; one that an earlier execution left is removed.

    papermill's own translation would turn dates into texts.
    """
    from nbformat.v4 import new_code_cell

    notebook.cells = [cell for cell in notebook.cells if TAG not in tags(cell)]
    if values:
        position = next(number for number, cell in enumerate(notebook.cells, 1) if "parameters" in tags(cell))
        cell = new_code_cell(_source(declared, values), metadata={"tags": [TAG]}, id=TAG)
        notebook.cells.insert(position, cell)


def numbers(notebook: NotebookNode) -> list[int]:
    """For each cell its number in the notebook as its author knows it: the injected cell counts for none."""
    found, number = [], 0
    for cell in notebook.cells:
        number += TAG not in tags(cell)
        found.append(number)
    return found


def _source(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> str:
    lines = [f"{name} = {_literal(declared[name], value)}" for name, value in values.items()]
    return "\n".join(["# Parameters", *lines])


def _literal(parameter: Parameter, value: Any) -> str:
    if isinstance(value, date):
        return f"{parameter.date_call}({value.year}, {value.month}, {value.day})"
    return repr(value)
