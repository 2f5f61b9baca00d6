"""Whether the value of a gate is what the run computed, and not what makes the gate hold."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from paddock_ci.checks.audit import LOWER, Audit, Function, Gate, Place, folded

_NUMPY = ("maximum", "minimum", "clip", "where", "nan_to_num", "max", "min", "nanmax", "nanmin", "fmax", "fmin")
_CLAMPS = ("max", "min", "sorted", *(f"numpy.{name}" for name in _NUMPY))
_CLAMPING_METHODS = ("clip", "fillna", "where", "mask")
_PICKING = ("head", "tail", "sample")
_ROUNDS = ("round", "numpy.round", "numpy.rint", "numpy.ceil", "numpy.floor", "math.ceil", "math.floor")
_KEEPING = ("float", "int", "abs", "bool", "math.fabs", "numpy.abs", "numpy.float64", "numpy.mean", "sum")
_HOLDING = ("pandas.Series", "numpy.array", "numpy.asarray", "pandas.concat", "list", "tuple")
_GAIN = "metrics.gain"
_WORST = re.compile(r"worst|largest")
_SCALING = (ast.Mult, ast.Div, ast.Add, ast.Sub, ast.Pow)
_LEAST_CONFIDENCE = 0.8


@dataclass(frozen=True)
class Step:
    """One expression on the way to a value; `is_whole` where it is the value, not the data behind it."""

    node: ast.expr
    place: Place
    is_whole: bool


def fault(audit: Audit, gate: Gate) -> str:
    """What is wrong with the value of a gate."""
    value = gate.value
    if value is None:
        return "has no value"
    if audit.is_constant(value, gate.place):
        return f"compares {ast.unparse(value)}, which no run computes"
    found = list(steps(audit, Step(value, gate.place, is_whole=True)))
    for step in found:
        if reason := _forced(audit, step):
            return f"compares {ast.unparse(value)}, which {reason}"
    return _gain_fault(audit, gate, found) or _shift_fault(audit, gate)


def worst_fault(audit: Audit, gate: Gate) -> str:
    """What is wrong with a gate that says it judges the worst of many, and takes another one."""
    if not _WORST.search(gate.name) or len(gate.bounds) != 1 or gate.value is None:
        return ""
    found = steps(audit, Step(gate.value, gate.place, is_whole=True))
    expected = "min" if gate.bounds[0].arg in LOWER else "max"
    whole = [step.node for step in found if step.is_whole and isinstance(step.node, ast.Call)]
    taken = [node.func.attr for node in whole if isinstance(node.func, ast.Attribute)]
    wrong = [name for name in taken if name in ("min", "max", "mean", "median") and name != expected]
    return f"takes .{wrong[0]}(), where .{expected}() is the one farthest off" if wrong else ""


def measured(audit: Audit, gate: Gate) -> list[str]:
    """The full names of what is called on the way to a gate's value."""
    if gate.value is None:
        return []
    found = steps(audit, Step(gate.value, gate.place, is_whole=True))
    return [audit.full_name(step.node.func) for step in found if isinstance(step.node, ast.Call)]


def is_low_gain(audit: Audit, gate: Gate) -> bool:
    """Whether a gate judges the low end of the gain over the rule."""
    found = _resolved(audit, gate.value, gate.place) if gate.value is not None else None
    return isinstance(found, ast.Attribute) and found.attr == "low" and _is_gain(audit, found.value, gate.place)


def steps(audit: Audit, step: Step, seen: set[tuple[int, bool]] | None = None) -> Iterator[Step]:
    """The expressions that a value is made of, through names, operators and methods; not the data of its measures."""
    seen = set() if seen is None else seen
    if (id(step.node), step.is_whole) in seen:
        return
    seen.add((id(step.node), step.is_whole))
    yield step
    for part in _parts(audit, step):
        yield from steps(audit, part, seen)


def _parts(audit: Audit, step: Step) -> Iterator[Step]:
    node, place, is_whole = step.node, step.place, step.is_whole
    match node:
        case ast.Name():
            yield from _values(audit, node, step, None)
        case ast.Subscript(value=ast.Name() as name, slice=ast.Constant(value=key)):
            yield from _values(audit, name, Step(node, place, is_whole=False), str(key))
        case ast.Subscript() | ast.Attribute():
            yield Step(node.value, place, is_whole=False)
        case ast.BinOp(left=left, right=right):
            yield Step(left, place, is_whole)
            # What a share is a share of is no cut: x / max(n, 1).
            if not isinstance(node.op, ast.Div | ast.FloorDiv):
                yield Step(right, place, is_whole)
        case ast.UnaryOp(operand=part) | ast.NamedExpr(value=part) | ast.Starred(value=part):
            yield Step(part, place, is_whole)
        case ast.List() | ast.Tuple() | ast.Set():
            yield from (Step(part, place, is_whole) for part in node.elts)
        case ast.Dict() | ast.BoolOp():
            yield from (Step(part, place, is_whole) for part in node.values)
        case ast.Call():
            yield from _call_parts(audit, node, step)


def _values(audit: Audit, name: ast.Name, step: Step, key: str | None) -> Iterator[Step]:
    for found in audit.definitions(name.id, step.place, key):
        yield Step(found.value, found.place, step.is_whole)


def _call_parts(audit: Audit, call: ast.Call, step: Step) -> Iterator[Step]:
    name = audit.full_name(call.func)
    if name in (*_KEEPING, *_CLAMPS, *_ROUNDS):
        yield from (Step(argument, step.place, step.is_whole) for argument in call.args)
    elif name in _HOLDING:
        yield from (Step(argument, step.place, is_whole=False) for argument in call.args)
    elif name in audit.functions:
        yield from (Step(part, step.place, step.is_whole) for part in _returned(audit.functions[name]))
    elif isinstance(call.func, ast.Attribute):
        yield Step(call.func.value, step.place, is_whole=False)


def _returned(function: Function) -> Iterator[ast.expr]:
    """What a function gives back: the expression, or what the name has been given in it."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name):
            named = node.value.id
            yield from (other.value for other in assigned if ast.unparse(other.targets[0]) == named)
        elif isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _forced(audit: Audit, step: Step) -> str:
    """How an expression makes a value what it is to be."""
    match step.node:
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            if 0.0 in (folded(left, audit.numbers), folded(right, audit.numbers)):
                return "multiplies by zero"
        case ast.BinOp(op=ast.Pow(), right=right):
            if folded(right, audit.numbers) == 0.0:
                return "takes the power of zero"
        case ast.IfExp() | ast.BoolOp() if step.is_whole:
            return "picks the value by a condition"
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) if step.is_whole:
            return "is only yes or no"
        case ast.Call():
            return _forced_call(audit, step.node, step.is_whole)
    return ""


def _forced_call(audit: Audit, call: ast.Call, is_whole: bool) -> str:
    name, method = audit.full_name(call.func), getattr(call.func, "attr", "")
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if is_whole and name == "bool":
        return "is only yes or no"
    if is_whole and len(given) == 1 and name in _ROUNDS:
        return "rounds to whole numbers"
    if is_whole and method == "round" and not given and name not in _ROUNDS:
        return "rounds to whole numbers"
    if name in _CLAMPS and _mixes(audit, given):
        return "cuts the value off at a number"
    if (
        method in _CLAMPING_METHODS
        and name not in _CLAMPS
        and any(folded(part, audit.numbers) is not None for part in given)
    ):
        return "cuts the value off at a number"
    # The first rows of an order are chosen by what they hold; the first as they come are not.
    if method in _PICKING and "sort_values" not in ast.unparse(call.func):
        return f"leaves rows out by .{method}()"
    return "puts a number among the values" if name in _HOLDING and _mixes(audit, call.args) else ""


def _mixes(audit: Audit, arguments: list[ast.expr]) -> bool:
    """Whether numbers stand among computed values, of which there is at least one."""
    arguments = [part.value if isinstance(part, ast.Starred) else part for part in arguments]
    displays = [part for part in arguments if isinstance(part, ast.List | ast.Tuple | ast.Set)]
    parts = [*(part for part in arguments if part not in displays), *(part for one in displays for part in one.elts)]
    plain = [part for part in parts if folded(part, audit.numbers) is not None]
    return bool(plain) and len(plain) < len(parts)


def _gain_fault(audit: Audit, gate: Gate, found: list[Step]) -> str:
    for step in found:
        if isinstance(step.node, ast.Call) and audit.full_name(step.node.func).endswith(_GAIN):
            if not is_low_gain(audit, gate):
                return "judges the gain by something else than its low end"
            if any(bound.arg not in LOWER for bound in gate.bounds):
                return "has an upper bound of the gain: more is better"
            if fault := _turned(audit, step):
                return fault
            scaled = [_scaled(audit, argument) for argument in step.node.args]
            if len(set(scaled)) > 1:
                return "weighs one side of the gain more than the other"
    for step in found:
        if isinstance(step.node, ast.Call) and (same := _same(audit, step)):
            return f"measures {same} against itself"
    return ""


def _turned(audit: Audit, step: Step) -> str:
    """What is wrong with a gain that takes the model for the rule, or whose interval holds too little."""
    call = step.node
    assert isinstance(call, ast.Call)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    sides = dict(zip(("baseline", "challenger"), call.args, strict=False)) | given
    of_rule = [name for name, side in sides.items() if _speaks_of_rule(audit, side, step.place)]
    if of_rule == ["challenger"]:
        return "takes what the rule loses for what the model loses"
    confidence = folded(given["confidence"], audit.numbers) if "confidence" in given else None
    is_low = confidence is not None and confidence < _LEAST_CONFIDENCE
    return f"has an interval of {confidence:.0%} confidence; expected {_LEAST_CONFIDENCE:.0%} or more" if is_low else ""


def _speaks_of_rule(audit: Audit, node: ast.expr, place: Place) -> bool:
    shown = ast.unparse(_resolved(audit, node, place))
    return re.search(r"(?<![a-z])rule(?![a-z])", shown) is not None


def _scaled(audit: Audit, node: ast.expr) -> str:
    is_scaled = isinstance(node, ast.BinOp) and isinstance(node.op, _SCALING)
    numbers = [folded(part, audit.numbers) for part in (node.left, node.right)] if isinstance(node, ast.BinOp) else []
    return str([number for number in numbers if number is not None]) if is_scaled and any(numbers) else ""


def _same(audit: Audit, step: Step) -> str:
    """The first two arguments of a call, where they are the same."""
    call = step.node
    assert isinstance(call, ast.Call)
    if len(call.args) < 2 or audit.full_name(call.func) in (*_KEEPING, *_CLAMPS, *_HOLDING):
        return ""
    first, second = (ast.unparse(_expanded(audit, part, step.place)) for part in call.args[:2])
    is_computed = any(isinstance(part, ast.Name) for part in ast.walk(call.args[0]))
    return first if first == second and is_computed else ""


def _expanded(audit: Audit, node: ast.expr, place: Place) -> ast.expr:
    """The column or name that another name stands for."""
    found = _resolved(audit, node, place)
    return found if isinstance(found, ast.Name | ast.Subscript) else node


def _resolved(audit: Audit, node: ast.expr, place: Place) -> ast.expr:
    """What a name has been given, if that was once."""
    while isinstance(node, ast.Name):
        known = audit.definitions(node.id, place)
        if len(known) != 1:
            break
        node, place = known[0].value, known[0].place
    return node


def _is_gain(audit: Audit, node: ast.expr, place: Place) -> bool:
    found = _resolved(audit, node, place)
    return isinstance(found, ast.Call) and audit.full_name(found.func).endswith(_GAIN)


def _shift_fault(audit: Audit, gate: Gate) -> str:
    """What a number adds to the value that only has to be large."""
    found = _resolved(audit, gate.value, gate.place) if gate.value is not None else None
    if isinstance(found, ast.BinOp) and isinstance(found.op, ast.Add) and all(b.arg in LOWER for b in gate.bounds):
        numbers = [folded(part, audit.numbers) for part in (found.left, found.right)]
        if any(number is not None and number > 0 for number in numbers):
            return f"compares {ast.unparse(found)}, which adds a number to the value"
    if isinstance(found, ast.BinOp) and isinstance(found.op, ast.Pow) and all(b.arg in LOWER for b in gate.bounds):
        power = folded(found.right, audit.numbers)
        if power is not None and power < 1:
            return f"compares {ast.unparse(found)}, which makes a share larger than it is"
    return ""
