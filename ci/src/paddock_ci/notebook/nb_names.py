"""Checks of a notebook's names: that each is defined above, and that parameters are declared once."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from paddock_ci.finding import Look
from paddock_ci.notebook.code import CodeCell
from paddock_ci.notebook.document import NotebookFile
from paddock_ci.notebook.flow import Flow, Use
from paddock_ci.notebook.openness import is_open

_KNOWN = {
    *dir(builtins), "get_ipython", "display", "In", "Out", "exit", "quit", "_", "__", "___", "_i", "_ii", "_iii", "_ih",
    "_oh", "_dh", "__IPYTHON__", "__session__", "__vsc_ipynb_file__", "__annotations__", "__builtins__",
}  # fmt: skip
_NUMBERED = re.compile(r"_i?\d+|_exit_code")
# What platforms' kernels bind; only where the notebook is of one.
_PLATFORM = {"spark", "sc", "sqlContext", "sqlc", "dbutils", "displayHTML", "table"}
_OF_PLATFORM = re.compile(r"\bspark\b|\bdbutils\b|pyspark|\bsc\.(parallelize|textFile)\b|\bsqlContext\b")
_ORDER = "Move the cell that defines it above, then restart the kernel and run all cells."
_GONE = "Define it in a cell above, then restart the kernel and run all cells."
_LITERAL = "Declare each parameter as: name = literal; compute the rest in the cells below."


def defines_before_use(notebook: NotebookFile) -> Iterator[Look]:
    """No cell uses a name before a cell defines it, or one that no cell defines: it lives only in an old kernel."""
    cells = notebook.code
    flows = [notebook.flows[cell.number] for cell in cells]
    state = _State(notebook, cells, flows)
    for place, cell in enumerate(cells):
        said = list(state.faults(place))
        yield from said or [Look(notebook.at(cell.number))]


def declares_parameters(notebook: NotebookFile) -> Iterator[Look]:
    """Parameters are literals in one cell tagged `parameters`, which holds nothing else and stands above their use."""
    tagged = [cell for cell in notebook.cells if "parameters" in cell.tags]
    if not notebook.is_python or not tagged:
        return
    first, *others = tagged
    for cell in others:
        fault = f"is tagged 'parameters', as cell {first.number} is; expected one cell"
        yield Look(notebook.at(cell.number), fault, "Join the two, above every use of a parameter.")
    if first.kind != "code":
        yield Look(notebook.at(first.number), f"is tagged 'parameters', but is a {first.kind} cell", "Move the tag.")
    for code in notebook.code:
        if code.number == first.number and code.is_parsed:
            said = [*_undeclared(code), *_early(notebook, code)]
            yield from (Look(notebook.at(number), fault, remedy) for number, fault, remedy in said)
            if not said:
                yield Look(notebook.at(code.number))


@dataclass
class _State:
    """What is defined when a cell begins; each name is told once."""

    notebook: NotebookFile
    cells: Sequence[CodeCell]
    flows: Sequence[Flow]
    defined: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    deleted: dict[str, int] = field(default_factory=dict)
    is_open: bool = False

    def __post_init__(self) -> None:
        self.opened = [is_open(cell) for cell in self.cells]
        self.anywhere = set[str]().union(*(flow.binds | flow.deletes for flow in self.flows))
        text = "".join(cell.source for cell in self.cells)
        self.known = _KNOWN | (_PLATFORM if _OF_PLATFORM.search(text) else set())

    def faults(self, place: int) -> Iterator[Look]:
        """What a cell uses and does not have; afterwards the state is that of the cell's end."""
        cell, flow = self.cells[place], self.flows[place]
        is_excused = bool({"raises-exception", "skip-execution"} & set(cell.tags))
        self.is_open = self.is_open or self.opened[place]
        if not is_excused and not self.is_open:
            for use in flow.needs:
                if not self._is_known(use.name, self.defined):
                    yield self._look(place, use)
        if not is_excused and not any(self.opened):
            for use in flow.later:
                if not self._is_known(use.name, self.anywhere):
                    yield self._look(place, use)
        self._end(cell, flow)

    def _is_known(self, name: str, defined: set[str]) -> bool:
        return name in defined or name in self.known or name in self.told or bool(_NUMBERED.fullmatch(name))

    def _look(self, place: int, use: Use) -> Look:
        self.told.add(use.name)
        where, remedy = self._where(place, use.name)
        return Look(
            self.notebook.at(self.cells[place].number), f"uses {use.name!r} in line {use.line}, {where}", remedy
        )

    def _where(self, place: int, name: str) -> tuple[str, str]:
        if name in self.deleted:
            return f"which cell {self.deleted[name]} deletes", "Delete it below its last use."
        below = (
            c.number
            for c, flow in zip(self.cells[place + 1 :], self.flows[place + 1 :], strict=True)
            if name in flow.binds
        )
        if number := next(below, 0):
            return f"which is defined in cell {number}, which is below", _ORDER
        if name in self.flows[place].binds:
            return "which the same cell defines only further down", _GONE
        return "which is defined in no cell", _GONE

    def _end(self, cell: CodeCell, flow: Flow) -> None:
        if cell.is_timed:
            return
        self.defined = (self.defined - flow.deletes) | flow.binds
        self.deleted |= dict.fromkeys(flow.deletes, cell.number)
        for name in flow.binds:
            self.deleted.pop(name, None)


def _undeclared(cell: CodeCell) -> Iterator[tuple[int, str, str]]:
    for magic in cell.magics:
        yield cell.number, f"holds {magic.sign}{magic.name} among the parameters", "Move it into another cell."
    for statement in cell.tree.body:
        if fault := _parameter_fault(statement):
            is_import = isinstance(statement, ast.Import | ast.ImportFrom)
            remedy = "Move the import into a cell above." if is_import else _LITERAL
            yield cell.number, f"line {statement.lineno}: {fault}", remedy


def _parameter_fault(statement: ast.stmt) -> str:
    match statement:
        case ast.ImportFrom(module="datetime") | ast.Import(names=[ast.alias(name="datetime")]):
            # A date has no literal, and papermill's parameters may be dates.
            return ""
        case ast.Import() | ast.ImportFrom():
            return "an import among the parameters; expected only parameters"
        case ast.AnnAssign(target=ast.Name(id=name), value=None):
            return f"parameter {name!r} has no default"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return _value_fault(name, value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return _value_fault(name, value)
        case ast.Assign() | ast.AnnAssign():
            return "expected one name and a literal for each parameter"
    return f"holds {type(statement).__name__} among the parameters; expected only: name = literal"


def _value_fault(name: str, value: ast.expr) -> str:
    if is_literal(value):
        return ""
    try:
        shown = ast.unparse(value)[:60]
    except RecursionError:
        shown = "what is nested too deeply"
    return f"parameter {name!r} has the default {shown}; expected a literal"


def is_literal(node: ast.expr) -> bool:
    """Whether an expression is a constant, a container of literals, or arithmetic with them."""
    stack: list[ast.expr | None] = [node]
    while stack:
        match stack.pop():
            case ast.Constant() | None:
                continue
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                stack += parts
            case ast.Dict(keys=keys, values=values) if None not in keys:
                stack += [*keys, *values]
            case ast.UnaryOp(operand=part):
                stack.append(part)
            case ast.BinOp(left=left, right=right):
                stack += [left, right]
            case ast.Call(func=func, args=parts, keywords=[]) if _makes_literal(func):
                stack += parts
            case _:
                return False
    return True


def _makes_literal(func: ast.expr) -> bool:
    """Whether it makes what has no literal: a date, or infinity."""
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return name in ("date", "datetime", "timedelta", "float")


def _early(notebook: NotebookFile, tagged: CodeCell) -> Iterator[tuple[int, str, str]]:
    declared = notebook.flows[tagged.number].binds
    for cell in notebook.code:
        if cell.number >= tagged.number:
            return
        used = sorted({use.name for use in notebook.flows[cell.number].needs} & declared)
        if used:
            fault = f"uses the parameter {used[0]!r} above cell {tagged.number}, which declares it"
            yield cell.number, fault, "Move the cell of parameters above every use."
