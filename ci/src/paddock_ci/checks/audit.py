"""An audited notebook, as its checks read it: parameters, gates, and what gives each name its value."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from paddock_ci.files import Cell, ProjectFiles

BOUNDS = ("at_least", "at_most", "above", "below")
LOWER = ("at_least", "above")
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Cell, line and column: later code has a greater one.
Place = tuple[int, int, int]
_HUGE = 10**300
_MODULES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}


@dataclass(frozen=True)
class Gate:
    """A call of `paddock.gate`: its name as it is written, its value and its bounds."""

    cell: int
    call: ast.Call
    name: str
    value: ast.expr | None
    bounds: tuple[ast.keyword, ...]

    @property
    def place(self) -> Place:
        """Where the gate stands."""
        return (self.cell, self.call.lineno, self.call.col_offset)


@dataclass(frozen=True)
class Definition:
    """An expression that gives a name its value; `key` is the one column or entry that it gives.

    A sure one replaces what the name was before; others may be skipped, or change a part.
    """

    place: Place
    value: ast.expr
    is_sure: bool
    key: str | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook: its default, and that as a number where it is one."""

    cell: int
    annotation: str
    default: ast.expr | None
    number: float | None


class Audit:
    """The code cells of one notebook."""

    def __init__(self, cells: tuple[Cell, ...], package: str = "") -> None:
        self.cells = cells
        self.package = package
        self._constant: dict[int, bool] = {}

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Every call of a gate, in order."""
        return tuple(_gate(cell.number, call) for cell in self.cells for call in gate_calls(cell.tree))

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The typed parameters by name."""
        found = {}
        for cell in self.cells:
            for node in cell.tree.body if "parameters" in cell.tags else ():
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    number = None if node.value is None else folded(node.value, {})
                    found[node.target.id] = Parameter(cell.number, ast.unparse(node.annotation), node.value, number)
        return found

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The defaults of the parameters that are numbers."""
        return {name: found.number for name, found in self.parameters.items() if found.number is not None}

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions that the notebook defines."""
        return {node.name: node for cell in self.cells for node in cell.tree.body if isinstance(node, Function)}

    @cached_property
    def imported(self) -> dict[str, str]:
        """The full names of what the notebook imports, by the names that it uses."""
        imports = [(node, alias) for cell in self.cells for node in ast.walk(cell.tree) for alias in _aliases(node)]
        return _MODULES | {alias.asname or alias.name: _full_name(node, alias) for node, alias in imports}

    @cached_property
    def _definitions(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for cell in self.cells:
            for name, definition in _defined(cell.tree.body, cell.number, is_sure=True):
                found.setdefault(name, []).append(definition)
        return found

    def definitions(self, name: str, place: Place, key: str | None = None) -> list[Definition]:
        """What may have given `name` (or its column `key`) the value that it has at `place`."""
        before = [found for found in self._definitions.get(name, ()) if found.place < place]
        last = max((number for number, found in enumerate(before) if found.is_sure), default=0)
        return [found for found in before[last:] if key is None or found.key in (None, key)]

    def full_name(self, function: ast.expr) -> str:
        """The name of what is called, with its module, whatever the import calls it here."""
        first, dot, rest = ast.unparse(function).partition(".")
        return self.imported.get(first, first) + dot + rest

    def is_constant(self, node: ast.expr, place: Place) -> bool:
        """Whether an expression is the same in each run, as far as its form tells."""
        if id(node) not in self._constant:
            self._constant[id(node)] = self._is_constant(node, place)
        return self._constant[id(node)]

    def _is_constant(self, node: ast.expr, place: Place) -> bool:
        if isinstance(node, ast.Constant) or folded(node, self.numbers) is not None:
            return True
        if isinstance(node, ast.Name):
            known = self.definitions(node.id, place)
            return bool(known) and all(self.is_constant(found.value, found.place) for found in known)
        if isinstance(node, ast.Call):
            is_plain = ast.unparse(node.func) in ("float", "int", "abs", "round", "max", "min", "sum", "len", "dict")
            is_plain = is_plain or self.full_name(node.func) in ("numpy.float64", "numpy.float32", "numpy.array")
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if (function := self.functions.get(ast.unparse(node.func))) is not None:
                returned = [part.value for part in ast.walk(function) if isinstance(part, ast.Return)]
                return bool(returned) and all(isinstance(value, ast.Constant) for value in returned)
            return is_plain and all(self.is_constant(argument, place) for argument in given)
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        plain = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.List, ast.Tuple, ast.Dict, ast.Subscript)
        return isinstance(node, plain) and all(self.is_constant(part, place) for part in parts)


def audits(files: ProjectFiles) -> Iterator[tuple[str, Audit]]:
    """Path and facts of every notebook that a run executes."""
    for path in files.settings.get("notebooks", []):
        if path in files.notebooks:
            yield path, Audit(files.notebooks[path], str(files.settings.get("package", "")))


def gate_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of gates in a piece of code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("paddock.gate", "gate"):
            yield node


def names(tree: ast.AST) -> set[str]:
    """The names that an expression or a cell reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def folded(node: ast.expr, numbers: dict[str, float]) -> float | None:
    """The number that an expression is, if its form tells: literals, parameters' defaults, and arithmetic with both."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        # A whole number may be too large for a float.
        return float(min(value, _HUGE))
    if isinstance(node, ast.Name):
        return numbers.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = folded(node.operand, numbers)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        return _calculated(node.op, folded(node.left, numbers), folded(node.right, numbers))
    text = ast.unparse(node).lower()
    if text in ("math.inf", "np.inf", "numpy.inf", "float('inf')", "float('-inf')", "float('infinity')"):
        return -math.inf if "-" in text else math.inf
    return math.nan if text in ("math.nan", "np.nan", "numpy.nan", "float('nan')") else None


def _calculated(operation: ast.operator, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    match operation:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div() if right:
            return left / right
    return None


def _gate(cell: int, call: ast.Call) -> Gate:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name = call.args[0] if call.args else given.get("name")
    value = call.args[1] if len(call.args) > 1 else given.get("value")
    bounds = tuple(keyword for keyword in call.keywords if keyword.arg in BOUNDS)
    return Gate(cell, call, "?" if name is None else ast.unparse(name), value, bounds)


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []


def _full_name(node: ast.AST, alias: ast.alias) -> str:
    return f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name


def _defined(body: list[ast.stmt], cell: int, is_sure: bool) -> Iterator[tuple[str, Definition]]:
    """Each name that statements outside of functions define, with how."""
    for node in body:
        place = (cell, node.end_lineno or node.lineno, node.end_col_offset or 0)
        start = (cell, node.lineno, node.col_offset)
        for walrus in _walruses(node):
            yield walrus.target.id, Definition(start, walrus.value, is_sure=False)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _given(target, node.value, place, is_sure)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _given(node.target, node.value, place, is_sure)
        elif isinstance(node, ast.AugAssign):
            read = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
            yield from _given(node.target, read, start, is_sure)
        elif isinstance(node, ast.For):
            yield from _given(node.target, node.iter, start, is_sure)
        elif isinstance(node, ast.With):
            for item in node.items:
                if item.optional_vars is not None:
                    yield from _given(item.optional_vars, item.context_expr, start, is_sure)
            yield from _defined(node.body, cell, is_sure)
        if isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.Match):
            for inner in _bodies(node):
                yield from _defined(inner, cell, is_sure=False)


def _walruses(node: ast.stmt) -> list[ast.NamedExpr]:
    is_simple = isinstance(node, ast.Assign | ast.Expr | ast.AugAssign | ast.AnnAssign)
    return [part for part in ast.walk(node) if isinstance(part, ast.NamedExpr)] if is_simple else []


def _bodies(node: ast.If | ast.For | ast.While | ast.Try | ast.Match) -> list[list[ast.stmt]]:
    if isinstance(node, ast.Match):
        return [case.body for case in node.cases]
    handlers = [handler.body for handler in node.handlers] if isinstance(node, ast.Try) else []
    final = node.finalbody if isinstance(node, ast.Try) else []
    return [node.body, *handlers, node.orelse, final]


def _given(target: ast.expr, value: ast.expr, place: Place, is_sure: bool) -> Iterator[tuple[str, Definition]]:
    if isinstance(target, ast.Name):
        yield target.id, Definition(place, value, is_sure)
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        key = target.slice.value if isinstance(target.slice, ast.Constant) else None
        yield target.value.id, Definition(place, value, is_sure=False, key=str(key) if key is not None else None)
    elif isinstance(target, ast.Tuple | ast.List):
        for number, part in enumerate(target.elts):
            yield from _given(part, _part(value, number, len(target.elts)), place, is_sure)


def _part(value: ast.expr, number: int, size: int) -> ast.expr:
    """What a name at position `number` of an unpacking gets, of a display or of each row of one; else the whole."""
    displays = ast.Tuple | ast.List
    if isinstance(value, displays):
        if value.elts and all(isinstance(row, displays) and len(row.elts) == size for row in value.elts):
            column = [row.elts[number] for row in value.elts if isinstance(row, displays)]
            return ast.copy_location(ast.List(column, ast.Load()), value)
        if len(value.elts) == size:
            return value.elts[number]
    return value
