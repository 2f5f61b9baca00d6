"""Checks of validation notebooks: that they run, and that their gates can fail."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from paddock_ci.checks import gate_bounds, gate_values, reach
from paddock_ci.checks.audit import Audit, Gate, Parameter, audits, folded, gate_calls, names
from paddock_ci.files import Cell, ProjectFiles
from paddock_ci.finding import Look

_REMEDY = "Compare a value that this run computes with a bound that a bad result would miss."
_LIMITS = ("minimum_", "maximum_", "largest_", "lowest_", "highest_", "most_")
_TYPES = {"int": (int,), "float": (int, float), "bool": (bool,), "str": (str,)}
_DATES = ("date", "datetime.date", "datetime")


def are_run(files: ProjectFiles) -> Iterator[Look]:
    """Every notebook that holds a gate is one that a run executes, and every one that a run executes holds gates."""
    declared = files.settings.get("notebooks", [])
    for path, cells in files.notebooks.items():
        has_gates = any(True for cell in cells for _ in gate_calls(cell.tree))
        if has_gates and path not in declared:
            yield Look(path, "holds gates, but no run executes it", "Add it to `notebooks` in pyproject.toml.")
        elif path in declared and not has_gates:
            yield Look(path, "is executed by runs, but holds no gate", "Add a gate: paddock.gate(name, value, …)")
        else:
            yield Look(path)


def are_reached(files: ProjectFiles) -> Iterator[Look]:
    """No cell is skipped, may raise, hides its output, leaves Python or ends the notebook early."""
    for path, audit in audits(files):
        for cell in audit.cells:
            fault = reach.unreached(audit, cell)
            yield Look(f"{path} cell {cell.number}", fault, "Let every cell run to its end.")


def can_fail(files: ProjectFiles) -> Iterator[Look]:
    """Every gate is evaluated in each run, compares a computed value, and has a bound that the value can miss."""
    for path, audit in audits(files):
        seen: list[str] = []
        said: dict[str, str] = {}
        skipped = {id(gate.call): why for cell in audit.cells for gate, why in reach.skipped(audit, cell)}
        for gate in audit.gates:
            fault = skipped.get(id(gate.call)) or _fault(audit, gate)
            if gate.name in seen and not fault:
                fault = "has the name of another gate"
            fault = fault or _repeated(gate, said) or ("has no name" if gate.name in ("''", '""') else "")
            seen.append(gate.name)
            yield Look(f"{path} cell {gate.cell}", f"gate {gate.name} {fault}" if fault else "", _REMEDY)
        for cell in audit.cells:
            for name in _stored_again(audit, cell):
                fault = f"stores the parameter {name!r} again, so its gates judge by another bound"
                yield Look(f"{path} cell {cell.number}", fault, "Give what is computed a name of its own.")


def take_parameters(files: ProjectFiles) -> Iterator[Look]:
    """Every audited notebook has one cell of typed parameters, each of them used; no bound of a gate is a bare number.

    Zero is allowed: that a gain lies above it is the same claim for everyone.
    """
    for path, audit in audits(files):
        tagged = [cell for cell in audit.cells if "parameters" in cell.tags]
        fault = "" if len(tagged) == 1 else f"has {len(tagged)} cells tagged 'parameters'; expected one"
        yield Look(path, fault, "Tag the cell that declares the parameters.")
        used = {name for cell in audit.cells if cell not in tagged for name in names(cell.tree)}
        bounding = {name for gate in audit.gates for bound in gate.bounds for name in names(bound.value)}
        for name, parameter in audit.parameters.items():
            place = f"{path} cell {parameter.cell}"
            fault = "" if name in used else f"parameter {name!r} is used nowhere"
            yield Look(place, fault, "Use it, or remove it.")
            if name in used and name.startswith(_LIMITS):
                fault = "" if name in bounding else f"parameter {name!r} is a limit by its name, but bounds no gate"
                yield Look(place, fault, "Make it the bound of a gate, or call it what it is.")
            yield Look(place, _default_fault(name, parameter, name in bounding), "Write a literal of its type.")
        yield from (_bare(path, gate) for gate in audit.gates)


def _fault(audit: Audit, gate: Gate) -> str:
    return gate_values.fault(audit, gate) or gate_bounds.fault(audit, gate) or gate_values.worst_fault(audit, gate)


def _repeated(gate: Gate, said: dict[str, str]) -> str:
    claim = "; ".join(ast.dump(part) for part in (gate.value, *gate.bounds) if part is not None)
    first = said.setdefault(claim, gate.name)
    return "" if first == gate.name else f"says the same as gate {first}"


def _bare(path: str, gate: Gate) -> Look:
    for bound in gate.bounds:
        if folded(bound.value, {}) not in (None, 0.0):
            fault = f"gate {gate.name} has the bare bound {ast.unparse(bound)}"
            return Look(f"{path} cell {gate.cell}", fault, "Make it a parameter.")
    return Look(f"{path} cell {gate.cell}")


def _stored_again(audit: Audit, cell: Cell) -> list[str]:
    """The parameters that a cell gives another value, or takes away."""
    declared = set() if "parameters" not in cell.tags else {
        id(node.target) for node in cell.tree.body if isinstance(node, ast.AnnAssign)
    }  # fmt: skip
    stored: set[str] = set()
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and id(node) not in declared:
            stored.add(node.id)
        elif isinstance(node, ast.Global):
            stored |= set(node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            stored.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            stored |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            stored.add(node.name)
    return sorted(stored & set(audit.parameters))


def _default_fault(name: str, parameter: Parameter, is_bound: bool) -> str:
    if parameter.default is None:
        return f"parameter {name!r} has no default"
    shown = ast.unparse(parameter.default)
    if is_bound and parameter.annotation not in ("int", "float"):
        return f"parameter {name!r} bounds a gate, but is declared {parameter.annotation}; expected a number"
    is_date = isinstance(parameter.default, ast.Call) and ast.unparse(parameter.default.func) in _DATES
    if is_date and all(isinstance(part, ast.Constant) for part in getattr(parameter.default, "args", ())):
        return ""
    try:
        value = ast.literal_eval(parameter.default)
    except (ValueError, TypeError):
        return f"parameter {name!r} has the default {shown}; expected a literal"
    types = _TYPES.get(parameter.annotation, (object,))
    is_plain = not isinstance(parameter.default, ast.BinOp)
    is_typed = isinstance(value, types) and (not isinstance(value, bool) or types in ((bool,), (object,)))
    return (
        "" if is_plain and is_typed else f"parameter {name!r} is declared {parameter.annotation}, but {shown} is none"
    )
