"""The check that a model is judged by rows that it never saw, as they were published."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from paddock.errors import PaddockError
from paddock.project import read_toml

from paddock_ci.checks.audit import Audit, Gate, Place, audits
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_FLAG = "held_out"
_PICKING = ("head", "tail", "sample", "nlargest", "nsmallest", "query", "drop_duplicates", "truncate")
_MEASURES = ("sklearn.metrics.", "paddock.models.metrics.", "metrics.")
# Measures of the inputs compare what is held out with what is not.
_OF_INPUTS = "drift"
# They take the truth first.
_OF_TRUTH = "sklearn.metrics."
_REMEDY = 'Judge judged[judged["held_out"]], as the pipeline wrote it.'


def is_judged(files: ProjectFiles) -> Iterator[Look]:
    """Where predictions say which rows were held out, each measure of the model is taken of all these, unchanged."""
    datasets, told = _flagged(files), _said(files)
    for path, audit in audits(files):
        yield Look(path)
        if not datasets:
            continue
        lineage = Lineage(audit, datasets, told)
        for gate in audit.gates:
            fault = lineage.fault(gate)
            yield Look(f"{path} cell {gate.cell}", f"gate {gate.name} {fault}" if fault else "", _REMEDY)
        yield from (Look(f"{path} cell {cell}", fault, _REMEDY) for cell, fault in lineage.stores())
    if datasets and files.settings.get("notebooks"):
        has_read = any(_reads(node, datasets) for _, audit in audits(files) for node in _nodes(audit))
        fault = "" if has_read else f"no executed notebook reads {sorted(datasets)[0]!r}, which holds what to judge"
        yield Look("catalog.toml", fault, "Judge the predictions by paddock.read(…) in the audited notebook.")


class Lineage:
    """From which rows the value of a gate comes, in a notebook that may read the given datasets."""

    def __init__(self, audit: Audit, datasets: dict[str, set[str]], told: frozenset[str]) -> None:
        self._audit = audit
        self._datasets = datasets
        self._said = told

    def fault(self, gate: Gate) -> str:
        """What is wrong with the rows that a gate judges."""
        if gate.value is None:
            return ""
        behind = list(self._behind(gate.value, gate.place, set()))
        if not any(_reads(node, self._datasets) for node, _ in behind) or not self._measures(behind):
            return ""
        filters = [(node, place) for node, place in behind if isinstance(node, ast.Subscript)]
        # A difference may well be that between what was learned from and what was held out.
        is_difference = isinstance(gate.value, ast.BinOp) and isinstance(gate.value.op, ast.Sub)
        negated = [(part, place) for node, place in filters for part in _negated(node.slice)]
        if not is_difference and any(self._is_flag(part, place) for part, place in negated):
            return f"judges rows that the model learned from: it takes what is not {_FLAG!r}"
        kept = [why for node, place in filters if (why := self._kept(node.slice, place)) is not None]
        if not kept and not any(_queries(node) for node, _ in behind):
            return f"judges all rows, those too that the model learned from: nothing picks by {_FLAG!r}"
        return next((why for why in kept if why), "") or self._picked(behind) or self._of_itself(behind)

    def stores(self) -> Iterator[tuple[int, str]]:
        """Each store into a column of what was read, with its cell."""
        for cell in self._audit.cells:
            for node in ast.walk(cell.tree):
                if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    frame = node.value.value if isinstance(node.value, ast.Attribute) else node.value
                    columns = self._columns(frame, (cell.number, node.lineno, node.col_offset))
                    keys = [part.value for part in ast.walk(node.slice) if isinstance(part, ast.Constant)]
                    for key in columns & {str(key) for key in keys}:
                        yield cell.number, f"changes the column {key!r} of what was published: {ast.unparse(node)}"
                elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "assign":
                    assert isinstance(node.func, ast.Attribute)
                    columns = self._columns(node.func.value, (cell.number, node.lineno, node.col_offset))
                    for key in columns & {str(keyword.arg) for keyword in node.keywords}:
                        yield cell.number, f"changes the column {key!r} of what was published: .assign({key}=…)"

    def _behind(self, node: ast.AST, place: Place, seen: set[int]) -> Iterator[tuple[ast.AST, Place]]:
        """All code that a value comes from, the arguments of its measures too, but of those of inputs."""
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, ast.Call) and self._audit.full_name(node.func).endswith(_OF_INPUTS):
            return
        yield node, place
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            for found in self._audit.definitions(node.id, place):
                yield from self._behind(found.value, found.place, seen)
            if node.id in self._audit.functions:
                yield from self._behind(self._audit.functions[node.id], place, seen)
        for part in ast.iter_child_nodes(node):
            yield from self._behind(part, place, seen)

    def _measures(self, behind: list[tuple[ast.AST, Place]]) -> bool:
        called = [self._audit.full_name(node.func) for node, _ in behind if isinstance(node, ast.Call)]
        return any(name.startswith(_MEASURES) for name in called)

    def _is_flag(self, node: ast.expr, place: Place) -> bool:
        """Whether an expression is the column `held_out`, under whatever name."""
        if isinstance(node, ast.Name):
            known = self._audit.definitions(node.id, place)
            return len(known) == 1 and self._is_flag(known[0].value, known[0].place)
        if isinstance(node, ast.Subscript):
            return isinstance(node.slice, ast.Constant) and node.slice.value == _FLAG
        return isinstance(node, ast.Attribute) and node.attr == _FLAG

    def _kept(self, index: ast.expr, place: Place) -> str | None:
        """Nothing where an index picks what was held out; else None, or what else it picks by."""
        if self._is_flag(index, place):
            return ""
        if isinstance(index, ast.Tuple) and index.elts:
            return self._kept(index.elts[0], place)
        if isinstance(index, ast.BinOp) and isinstance(index.op, ast.BitAnd):
            sides = [self._kept(index.left, place), self._kept(index.right, place)]
            others = [part for part, kept in zip((index.left, index.right), sides, strict=True) if kept is None]
            if len(others) == 2:
                return None
            compared = [part for other in others for part in ast.walk(other) if isinstance(part, ast.Compare)]
            both = [
                part for part in compared if all(isinstance(s, ast.Subscript) for s in (part.left, *part.comparators))
            ]
            return f"judges only rows where {ast.unparse(both[0])}" if both else next((w for w in sides if w), "")
        return None

    def _of_itself(self, behind: list[tuple[ast.AST, Place]]) -> str:
        """The measure that takes what the model says for the truth."""
        for node, place in behind:
            if isinstance(node, ast.Call) and node.args and self._audit.full_name(node.func).startswith(_OF_TRUTH):
                columns = self._named(node.args[0], place)
                if columns and columns <= self._said:
                    return f"takes {min(columns)!r}, which the project says itself, for the truth"
        return ""

    def _named(self, node: ast.expr, place: Place) -> set[str]:
        """The columns that an expression is made of, through the names that were given once."""
        if isinstance(node, ast.Name):
            known = self._audit.definitions(node.id, place)
            return self._named(known[0].value, known[0].place) if len(known) == 1 else set()
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return {str(node.slice.value)}
        parts = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return {name for part in parts for name in self._named(part, place)}

    def _cut(self, node: ast.Subscript, place: Place) -> bool:
        """Whether an index picks some of the rows: the first ones, or those that the project says something about."""
        frame = node.value
        if isinstance(frame, ast.Attribute) and frame.attr in ("iloc", "loc"):
            frame = frame.value
        rows = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        if isinstance(rows, ast.Slice):
            return bool(rows.lower or rows.upper or rows.step) and bool(
                self._columns(frame, place) or self._is_column(frame, place)
            )
        is_condition = isinstance(rows, ast.Compare | ast.Call | ast.Lambda | ast.BinOp)
        told = {part.value for part in ast.walk(rows) if isinstance(part, ast.Constant)} & (
            self._said | self._keys(place, frame)
        )
        return is_condition and bool(told) and bool(self._columns(frame, place)) and self._kept(rows, place) is None

    def _keys(self, place: Place, frame: ast.expr) -> frozenset[str]:
        """The published columns of a frame but the flag: a key picks rows by their names."""
        return frozenset(self._columns(frame, place)) - {_FLAG}

    def _is_column(self, node: ast.expr, place: Place) -> bool:
        """Whether a name is a column of what was read."""
        if isinstance(node, ast.Name):
            known = self._audit.definitions(node.id, place)
            return len(known) == 1 and self._is_column(known[0].value, known[0].place)
        is_column = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        return is_column and isinstance(node, ast.Subscript) and bool(self._columns(node.value, place))

    def _picked(self, behind: list[tuple[ast.AST, Place]]) -> str:
        for node, place in behind:
            if isinstance(node, ast.Subscript) and self._cut(node, place):
                return f"judges a part of the rows: {ast.unparse(node)}"
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or _queries(node):
                continue
            is_read = self._columns(node.func.value, place) or self._is_column(node.func.value, place)
            if node.func.attr in _PICKING and is_read:
                return f"judges a part of the rows: {ast.unparse(node)}"
        return ""

    def _columns(self, node: ast.expr, place: Place) -> set[str]:
        """The published columns of a frame that was read, picked from or merged; nothing where it is computed."""
        if isinstance(node, ast.Name):
            return {name for f in self._audit.definitions(node.id, place) for name in self._columns(f.value, f.place)}
        if isinstance(node, ast.Subscript):
            return set() if isinstance(node.slice, ast.Constant) else self._columns(node.value, place)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if read := _reads(node, self._datasets):
                return self._datasets[read]
            is_same = node.func.attr in ("merge", "copy", "assign", "reset_index", "sort_values", *_PICKING)
            return self._columns(node.func.value, place) if is_same else set()
        return self._columns(node.value, place) if isinstance(node, ast.Attribute) and node.attr == "loc" else set()


def _flagged(files: ProjectFiles) -> dict[str, set[str]]:
    """The project's datasets with a column of bools `held_out`, with the names of their columns."""
    try:
        declared: Any = read_toml(files.folder / "catalog.toml").get("datasets", {})
    except (PaddockError, AttributeError):
        return {}
    found = declared.items() if isinstance(declared, dict) else ()
    columns = {name: table.get("columns", {}) for name, table in found if isinstance(table, dict)}
    return {
        name: set(held)
        for name, held in columns.items()
        if isinstance(held, dict) and isinstance(held.get(_FLAG), dict) and held[_FLAG].get("dtype") == "bool"
    }


def _said(files: ProjectFiles) -> frozenset[str]:
    """What the project says of a row, neither its key nor whether it was held out."""
    try:
        declared: Any = read_toml(files.folder / "catalog.toml").get("datasets", {})
        told = [
            set(table["columns"]) - set(table.get("key", ()))
            for table in declared.values()
            if _FLAG in table["columns"]
        ]
    except (PaddockError, AttributeError, KeyError, TypeError):
        return frozenset()
    return frozenset().union(*told) - {_FLAG}


def _nodes(audit: Audit) -> Iterator[ast.AST]:
    return (node for cell in audit.cells for node in ast.walk(cell.tree))


def _reads(node: ast.AST, datasets: dict[str, set[str]]) -> str:
    """The dataset, of those given, that a call reads."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("paddock.read", "read") and node.args:
        name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        short = str(name).rpartition(".")[2]
        return short if short in datasets else ""
    return ""


def _queries(node: ast.AST) -> bool:
    """Whether a call is the query for what was held out, and for nothing else."""
    is_query = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "query"
    return is_query and [ast.unparse(part) for part in getattr(node, "args", [])] == [repr(_FLAG)]


def _negated(node: ast.expr) -> list[ast.expr]:
    """What an index turns round: ~x, x == False."""
    found = [
        part.operand for part in ast.walk(node) if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert)
    ]
    compared = [part for part in ast.walk(node) if isinstance(part, ast.Compare)]
    return found + [part.left for part in compared if ast.unparse(part.comparators[0]) == "False"]
