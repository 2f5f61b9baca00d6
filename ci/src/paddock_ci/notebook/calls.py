"""Calls in a notebook's code: each with the full name of what is called, in the order of the text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from paddock_ci.notebook.code import CodeCell

# What everybody calls these, where the import is in a cell that is not there to be read.
_USUAL = {"np": "numpy", "pd": "pandas", "tf": "tensorflow"}


class Call(NamedTuple):
    """A call: its cell, the full name of what is called (`numpy.random.seed`), and the functions that it stands in."""

    cell: CodeCell
    node: ast.Call
    name: str
    inside: tuple[str, ...]


def calls_of(cells: Iterable[CodeCell], imported: Mapping[str, str]) -> dict[int, list[Call]]:
    """All calls of each cell's code, by the cell's number, in the order in which they end."""
    return {cell.number: sorted(_calls(cell, imported), key=_end) for cell in cells}


def _calls(cell: CodeCell, imported: Mapping[str, str]) -> Iterator[Call]:
    for node, inside in cell.executed:
        if node.__class__ is ast.Call and isinstance(node, ast.Call):
            yield Call(cell, node, dotted(node.func, imported), inside)


def _end(call: Call) -> tuple[int, int]:
    return call.node.end_lineno or 0, call.node.end_col_offset or 0


def imports_of(cells: Iterable[CodeCell], usual: Mapping[str, str] = _USUAL) -> dict[str, str]:
    """What each imported name stands for, as a dotted name."""
    found = dict(usual)
    for cell in cells:
        if "import" not in cell.source:
            continue
        for node in cell.nodes(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                found |= {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            elif isinstance(node, ast.ImportFrom):
                found |= {a.asname or a.name: f"{node.module or ''}.{a.name}" for a in node.names}
    return found


def dotted(node: ast.AST, imported: Mapping[str, str]) -> str:
    """The full dotted name of an expression; what comes before a call or a subscript is a `?`."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(imported.get(node.id, node.id) if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def keyword(node: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first keyword of one of these names."""
    return next((given.value for given in node.keywords if given.arg in names), None)


def is_none(node: ast.expr | None) -> bool:
    """Whether an argument is missing, or None."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None)
