"""Whether a bad value can miss the bounds of a gate."""

from __future__ import annotations

import ast
import math

from paddock_ci.checks import gate_values
from paddock_ci.checks.audit import LOWER, Audit, Gate, folded, names

_LOW_NAMES = ("minimum_", "lowest_", "smallest_", "fewest_")
_HIGH_NAMES = ("maximum_", "largest_", "highest_", "most_")
_FAR, _FAR_COUNT = 1e6, 1e9
# Measures that lie between 0 and 1 by their definition, and those that may well be larger.
_SHARES = ("_auc_score", "calibration_error", "recall_score", "precision_score", "f1_score", "accuracy_score")
_UNLIMITED = ("drift", "calibration_slope")


def fault(audit: Audit, gate: Gate) -> str:
    """What is wrong with the bounds of a gate."""
    if any(keyword.arg is None for keyword in gate.call.keywords):
        return "gives its bounds by **, so nobody reads them"
    if not gate.bounds:
        return "has no bound, so it always holds"
    found = next((why for bound in gate.bounds if (why := _fault(audit, gate, bound))), "")
    return found or _both_fault(audit, gate)


def _fault(audit: Audit, gate: Gate, bound: ast.keyword) -> str:
    assert gate.value is not None
    if ast.dump(bound.value) == ast.dump(gate.value):
        return "is compared with itself"
    shown = ast.unparse(bound)
    if shared := sorted((names(bound.value) & names(gate.value)) - set(audit.imported)):
        return f"has the bound {shown}, which moves with the value: both read {shared[0]!r}"
    limit = folded(bound.value, audit.numbers)
    if limit is None:
        return "" if _is_of_parameters(audit, bound.value) else f"has the bound {shown}, which is no parameter"
    if _multiplies_by_zero(audit, bound.value):
        return f"has the bound {shown}, which is zero whatever the parameter says"
    if ast.unparse(bound.value) != f"{limit:g}":
        shown += f" ({limit:g})"
    if reason := _direction_fault(gate, bound) or _limit_fault(audit, gate, bound, limit):
        return f"has the bound {shown}, {reason}"
    return ""


def _is_of_parameters(audit: Audit, node: ast.expr) -> bool:
    """Whether a bound is a parameter, perhaps with a number added: one whose default is no number, that is."""
    plain = (ast.Name, ast.UnaryOp, ast.BinOp, ast.Constant, ast.operator, ast.unaryop, ast.expr_context)
    read = names(node)
    return bool(read) and read <= set(audit.parameters) and all(isinstance(part, plain) for part in ast.walk(node))


def _multiplies_by_zero(audit: Audit, node: ast.expr) -> bool:
    products = [part for part in ast.walk(node) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult)]
    return any(folded(side, {}) == 0 for part in products for side in (part.left, part.right))


def _direction_fault(gate: Gate, bound: ast.keyword) -> str:
    """A parameter that says it is the least, but is the most that is allowed; or the other way round."""
    node, is_negative = bound.value, False
    while isinstance(node, ast.UnaryOp | ast.BinOp):
        is_negative ^= isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        node = node.operand if isinstance(node, ast.UnaryOp) else node.left
    if not isinstance(node, ast.Name):
        return ""
    is_lower = (bound.arg in LOWER) ^ is_negative
    if node.id.startswith(_HIGH_NAMES if is_lower else _LOW_NAMES):
        return f"which turns {node.id!r} round"
    return ""


def _limit_fault(audit: Audit, gate: Gate, bound: ast.keyword, limit: float) -> str:
    if math.isnan(limit) or abs(limit) >= (_FAR_COUNT if _is_count(audit, bound) else _FAR):
        return "which nothing misses"
    measured = gate_values.measured(audit, gate)
    is_share = any(name.endswith(_SHARES) for name in measured)
    is_only = len(gate.bounds) == 1
    if bound.arg == "at_least" and limit <= 0 and is_only and not (limit == 0 and _may_be_negative(audit, gate)):
        return "which any share, count or score reaches"
    if bound.arg == "above" and limit < 0 and is_only:
        return "below zero"
    if bound.arg in LOWER:
        is_chance = limit <= 0.5 and any(name.endswith("roc_auc_score") for name in measured)
        return "which a toss of a coin reaches" if is_chance and is_only else ""
    if limit >= 0.5 and any(name.endswith("calibration_error") for name in measured):
        return "which a probability of one half for everyone keeps to"
    if is_only and (limit == 1 or (limit > 1 and is_share)) and not any(name.endswith(_UNLIMITED) for name in measured):
        return "which any share stays below"
    return ""


def _both_fault(audit: Audit, gate: Gate) -> str:
    """Two bounds that hold every share between them."""
    limits = {bound.arg in LOWER: folded(bound.value, audit.numbers) for bound in gate.bounds}
    low, high = limits.get(True), limits.get(False)
    if low is not None and high is not None and low <= 0 and high >= 1 and (low == 0 or high == 1):
        shown = " and ".join(ast.unparse(bound) for bound in gate.bounds)
        return f"has the bounds {shown} ({low:g} and {high:g}), between which any share lies"
    return ""


def _is_count(audit: Audit, bound: ast.keyword) -> bool:
    read = [audit.parameters[name] for name in names(bound.value) if name in audit.parameters]
    return bool(read) and all(parameter.annotation == "int" for parameter in read)


def _may_be_negative(audit: Audit, gate: Gate) -> bool:
    return gate.value is not None and (gate_values.is_low_gain(audit, gate) or "gain" in ast.unparse(gate.value))
