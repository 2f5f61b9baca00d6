"""Checks of validation notebooks: that they run, and that their gates can fail."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator, Mapping

from paddock_ci.checks.asserts import always_true
from paddock_ci.files import Cell, ProjectFiles
from paddock_ci.finding import Look

_BOUNDS = ("at_least", "at_most", "above", "below")
_LOWER = ("at_least", "above")
_SKIPPING = {"skip-execution", "raises-exception"}
_LEAVING = ("sys.exit", "exit", "quit", "os._exit")
_CLAMPS = ("max", "min", "np.clip", "np.maximum", "np.minimum")


def are_run(files: ProjectFiles) -> Iterator[Look]:
    """Every notebook that holds a gate is one that a run executes, and every one that a run executes holds gates."""
    declared = files.settings.get("notebooks", [])
    for path, cells in files.notebooks.items():
        has_gates = any(True for cell in cells for _ in _gates(cell.tree))
        if has_gates and path not in declared:
            yield Look(path, "holds gates, but no run executes it", "Add it to `notebooks` in pyproject.toml.")
        elif path in declared and not has_gates:
            yield Look(path, "is executed by runs, but holds no gate", "Add a gate: paddock.gate(name, value, …)")
        else:
            yield Look(path)


def are_reached(files: ProjectFiles) -> Iterator[Look]:
    """No cell is skipped, may raise, hides its output or ends the notebook early."""
    for path in files.settings.get("notebooks", []):
        for cell in files.notebooks.get(path, ()):
            yield Look(f"{path} cell {cell.number}", _unreached(cell), "Let every cell run to its end.")


def can_fail(files: ProjectFiles) -> Iterator[Look]:
    """Every gate is evaluated in each run, compares a computed value, and has a bound that the value can miss."""
    for path in files.settings.get("notebooks", []):
        cells = files.notebooks.get(path, ())
        values = _parameters(cells)
        names: list[str] = []
        for cell in cells:
            for gate, fault in _judged(cell, values):
                name = ast.unparse(gate.args[0]) if gate.args else "?"
                if name in names and not fault:
                    fault = "has the name of another gate"
                names.append(name)
                yield Look(f"{path} cell {cell.number}", f"gate {name} {fault}" if fault else "", _REMEDY)


_REMEDY = "Compare a value that this run computes with a bound that a bad result would miss."


def take_parameters(files: ProjectFiles) -> Iterator[Look]:
    """Every audited notebook has one cell of typed parameters, each of them used; no bound of a gate is a bare number.

    Zero is allowed: that a gain lies above it is the same claim for everyone.
    """
    for path in files.settings.get("notebooks", []):
        cells = files.notebooks.get(path, ())
        tagged = [cell for cell in cells if "parameters" in cell.tags]
        fault = "" if len(tagged) == 1 else f"has {len(tagged)} cells tagged 'parameters'; expected one"
        yield Look(path, fault, "Tag the cell that declares the parameters.")
        used = {name for cell in cells if cell not in tagged for name in _names(cell.tree)}
        for name in _parameters(cells):
            fault = "" if name in used else f"parameter {name!r} is used nowhere"
            yield Look(f"{path} cell {tagged[0].number}" if tagged else path, fault, "Use it, or remove it.")
        for cell in cells:
            for gate in _gates(cell.tree):
                for keyword in gate.keywords:
                    number = keyword.arg in _BOUNDS and _number(keyword.value, {}) not in (None, 0.0)
                    fault = f"gate {ast.unparse(gate.args[0])} has the bare bound {ast.unparse(keyword)}"
                    yield Look(f"{path} cell {cell.number}", fault if number else "", "Make it a parameter.")


def _unreached(cell: Cell) -> str:
    if skipping := sorted(_SKIPPING & set(cell.tags)):
        return f"has the tag {skipping[0]!r}"
    first = cell.source.lstrip()
    if first.startswith(("%%script", "%%capture", "%%bash", "%%sh")):
        return f"begins with {first.split()[0]}"
    if not cell.source.strip():
        return "is empty"
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _LEAVING:
            return f"calls {ast.unparse(node.func)}"
        if isinstance(node, ast.Raise) and "SystemExit" in ast.unparse(node):
            return "raises SystemExit"
    return ""


def _judged(cell: Cell, values: Mapping[str, float | None]) -> Iterator[tuple[ast.Call, str]]:
    """Each gate of a cell with what is wrong with it."""
    conditional = _conditional(cell.tree)
    assigned = _assigned(cell.tree)
    for gate in _gates(cell.tree):
        if id(gate) in conditional:
            yield gate, "may not be evaluated: it stands in a condition, a function or a try"
        else:
            yield gate, _fault(gate, values, assigned)


def _fault(gate: ast.Call, values: Mapping[str, float | None], assigned: Mapping[str, ast.expr]) -> str:
    bounds = [keyword for keyword in gate.keywords if keyword.arg in _BOUNDS]
    if len(gate.args) < 2:
        return "has no value"
    if not bounds:
        return "has no bound, so it always holds"
    value = gate.args[1]
    if isinstance(value, ast.Name) and value.id in assigned:
        value = assigned[value.id]
    if _number(value, values) is not None or always_true(value):
        return f"compares {ast.unparse(gate.args[1])}, which no run computes"
    for part in ast.walk(value):
        if isinstance(part, ast.Call) and _is_clamp(part):
            return f"compares {ast.unparse(value)}, which cuts the value off at a number"
    # Between two bounds, one of them alone may well be out of reach.
    faults = [_bound_fault(bound, value, values, is_only=len(bounds) == 1) for bound in bounds]
    return next((fault for fault in faults if fault), "")


def _bound_fault(bound: ast.keyword, value: ast.expr, values: Mapping[str, float | None], is_only: bool) -> str:
    if ast.dump(bound.value) == ast.dump(value):
        return "is compared with itself"
    limit = _number(bound.value, values)
    if limit is None:
        return (
            ""
            if _names(bound.value) & set(values)
            else f"has the bound {ast.unparse(bound.value)}, which is no parameter"
        )
    shown = f"{ast.unparse(bound)} ({limit:g})" if ast.unparse(bound.value) != f"{limit:g}" else ast.unparse(bound)
    if math.isinf(limit) or abs(limit) >= 1e6 or math.isnan(limit):
        return f"has the bound {shown}, which nothing misses"
    if bound.arg == "at_least" and limit <= 0 and is_only:
        return f"has the bound {shown}, which any share, count or score reaches"
    if bound.arg == "above" and limit < 0 and is_only:
        return f"has the bound {shown}, below zero"
    if bound.arg in ("at_most", "below") and limit == 1 and is_only:
        return f"has the bound {shown}, which any share stays below"
    return ""


def _gates(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("paddock.gate", "gate"):
            yield node


def _conditional(tree: ast.Module) -> set[int]:
    """The nodes that a run may not come to."""
    branches = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.While, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return {id(part) for node in ast.walk(tree) if isinstance(node, branches) for part in ast.walk(node)}


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """The expression that a cell gives each name to which it gives only one."""
    given = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    times = Counter(node.id for node in given)
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and len(node.targets) == 1]
    single = [(node.targets[0], node.value) for node in assigned]
    return {target.id: value for target, value in single if isinstance(target, ast.Name) and times[target.id] == 1}


def _is_clamp(call: ast.Call) -> bool:
    numbers = [argument for argument in call.args if isinstance(argument, ast.Constant)]
    return ast.unparse(call.func) in _CLAMPS and bool(numbers) and len(call.args) > 1


def _parameters(cells: tuple[Cell, ...]) -> dict[str, float | None]:
    """The parameters of a notebook by name, with their defaults where those are numbers."""
    found: dict[str, float | None] = {}
    for cell in cells:
        if "parameters" in cell.tags:
            for node in cell.tree.body:
                if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found[node.target.id] = _number(node.value, {}) if node.value else None
    return found


def _number(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    """The number that an expression is, if its form tells: a literal, `float("inf")`, or a parameter's default."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand, values)
        return None if inner is None else -inner
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if ast.unparse(node) in ("math.inf", "np.inf", "numpy.inf", "float('inf')"):
        return math.inf
    if ast.unparse(node) in ("math.nan", "np.nan", "float('nan')"):
        return math.nan
    return None


def _names(tree: ast.AST) -> set[str]:
    """The names that an expression or a cell reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
