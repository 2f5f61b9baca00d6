"""What an assertion claims: whether its form alone says that it holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

from paddock_ci.suite.values import DISPLAY, NOWHERE, Scope, is_empty, last, root, same

_MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec", "PropertyMock"}
_TRUE_CALLS = {"callable", "str", "repr", "type", "ascii", "format"}
_TRUE_ATTRIBUTES = {"__name__", "__class__", "__module__", "__qualname__"}
_NEARING = {"approx", "allclose", "isclose", "assert_allclose", "assert_almost_equal"}
_COMPARING = {"equals", "array_equal", "allclose", "isclose"}
_LARGE = 1e9
# Of what is compared: twice as much, or nothing at all, is as good.
_WHOLE = 1.0
_RELATIVE, _ABSOLUTE = ("rel", "rtol", "rel_tol"), ("abs", "atol", "abs_tol")
_PREDICATE = re.compile(
    r"^_?(is|has|can|are|was|all|any|equal|exists|contains|close|array_eq|starts|ends|between|same)"
)


def always_true(claim: ast.expr, scope: Scope = NOWHERE) -> bool:
    """Whether an expression is true whatever the program does, as far as its form tells."""
    if _is_mock(claim, scope) or is_boundless(claim):
        return True
    rule = _RULES.get(type(claim))
    return rule is not None and rule(claim, scope)


def always_false(claim: ast.expr) -> bool:
    """Whether an expression is false whatever the program does."""
    if isinstance(claim, ast.Constant):
        return not claim.value
    if isinstance(claim, ast.BoolOp):
        among = any if isinstance(claim.op, ast.And) else all
        return among(always_false(part) for part in claim.values)
    if isinstance(claim, ast.UnaryOp) and isinstance(claim.op, ast.Not):
        return always_true(claim.operand)
    return is_empty(claim) or ast.unparse(claim) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def is_weak(claim: ast.expr, scope: Scope) -> bool:
    """Whether an expression only says that something is there, or of which kind: alone, it tells little."""
    if isinstance(claim, ast.BoolOp):
        among = all if isinstance(claim.op, ast.And) else any
        return among(is_weak(part, scope) for part in claim.values)
    if isinstance(claim, ast.Compare):
        is_none = isinstance(claim.comparators[0], ast.Constant) and claim.comparators[0].value is None
        return is_none and isinstance(claim.ops[0], ast.IsNot | ast.NotEq)
    if isinstance(claim, ast.Call):
        name = last(claim.func)
        if name == "bool" and claim.args:
            return is_weak(claim.args[0], scope)
        is_own = bool(scope.own & {root(claim.func)}) and not _PREDICATE.match(name)
        return is_own or name in ("isinstance", "issubclass", "hasattr", "len", "list")
    if isinstance(claim, ast.Attribute):
        return root(claim) in scope.own
    value = scope.value(claim)
    is_input = isinstance(value, ast.ListComp | ast.List | ast.Dict | ast.Tuple)
    return is_input or (isinstance(value, ast.Call) and is_weak(value, scope))


def _is_mock(claim: ast.expr, scope: Scope) -> bool:
    value = scope.values.get(root(claim))
    is_mock = isinstance(value, ast.Call) and last(value.func) in _MOCKS
    return is_mock and not (isinstance(claim, ast.Attribute) and claim.attr == "called")


def _constant(claim: Any, scope: Scope) -> bool:
    return bool(claim.value)


def _display(claim: Any, scope: Scope) -> bool:
    return not is_empty(claim)


def _comprehension(claim: Any, scope: Scope) -> bool:
    """A list of what is claimed is true if there is anything in it, whatever that is."""
    return not any(generator.ifs for generator in claim.generators)


def _always(claim: Any, scope: Scope) -> bool:
    return True


def _operator(claim: Any, scope: Scope) -> bool:
    if isinstance(claim.op, ast.And):
        return all(always_true(part, scope) for part in claim.values)
    dumps = {ast.dump(part) for part in claim.values}
    denied = {ast.dump(part.operand) for part in claim.values if isinstance(part, ast.UnaryOp)}
    return bool(dumps & denied) or any(always_true(part, scope) for part in claim.values)


def _not(claim: Any, scope: Scope) -> bool:
    return isinstance(claim.op, ast.Not) and always_false(claim.operand)


def _comparison(claim: Any, scope: Scope) -> bool:
    lefts = [claim.left, *claim.comparators[:-1]]
    return all(_pair(*pair, scope) for pair in zip(lefts, claim.ops, claim.comparators, strict=True))


def _pair(left: ast.expr, operator: ast.cmpop, right: ast.expr, scope: Scope) -> bool:
    if isinstance(operator, ast.Eq | ast.Is | ast.LtE | ast.GtE) and same(left, right, scope):
        return True
    if isinstance(operator, ast.Eq) and (is_boundless(left) or is_boundless(right)):
        return True
    if isinstance(operator, ast.In) and isinstance(right, DISPLAY):
        shown = {ast.unparse(value) for value in right.elts}
        return {"True", "False"} <= shown or ast.unparse(left) in shown
    return _of_literals(left, operator, right) or _of_size(left, operator, right) or _of_size(right, operator, left, -1)


def _of_literals(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool:
    # What names nothing is the same in each run: a test with it passes always, or never.
    if not any(isinstance(part, ast.Name | ast.Call) for side in (left, right) for part in ast.walk(side)):
        return True
    try:
        one, other = ast.literal_eval(left), ast.literal_eval(right)
        return bool(_OPERATORS[type(operator)](one, other))
    except (ValueError, KeyError, TypeError):
        return False


def _of_size(size: ast.expr, operator: ast.cmpop, bound: ast.expr, direction: int = 1) -> bool:
    """A size is never below 0; a `direction` of -1 says that the bound stands on the left."""
    if not (isinstance(size, ast.Call) and last(size.func) in ("len", "abs")):
        return False
    try:
        least = ast.literal_eval(bound)
    except (ValueError, TypeError):
        return False
    above, from_ = (ast.Gt, ast.GtE) if direction > 0 else (ast.Lt, ast.LtE)
    if not isinstance(least, int | float):
        return False
    return (isinstance(operator, from_) and least <= 0) or (isinstance(operator, above | ast.NotEq) and least < 0)


def is_boundless(value: ast.AST) -> bool:
    """Whether a value is approximated, or compared, so loosely that all are alike."""
    if not (isinstance(value, ast.Call) and last(value.func) in _NEARING):
        return False
    bounds = {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords}
    bounds |= dict(zip(("rel", "abs"), map(ast.unparse, value.args[1:]), strict=False)) if _is_approx(value) else {}
    texts = [(name, text) for name, text in bounds.items() if name in (*_RELATIVE, *_ABSOLUTE)]
    return any(text.endswith(("inf", "inf')", "infinity')")) or _number(text) >= _largest(name) for name, text in texts)


def _is_approx(call: ast.Call) -> bool:
    return last(call.func) == "approx"


def _largest(name: str | None) -> float:
    return _WHOLE if name in _RELATIVE else _LARGE


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _call(claim: Any, scope: Scope) -> bool:
    name, arguments = last(claim.func), claim.args
    if name in _TRUE_CALLS and isinstance(claim.func, ast.Name):
        return bool(arguments)
    if name == "isinstance":
        return len(arguments) == 2 and ast.unparse(arguments[1]) == "object"
    if name in _COMPARING and (arguments or claim.keywords):
        pair = [claim.func.value, *arguments][:2] if len(arguments) == 1 and name == "equals" else arguments[:2]
        return len(pair) == 2 and same(pair[0], pair[1], scope)
    if name in ("all", "any", "bool") and isinstance(claim.func, ast.Attribute):
        return isinstance(claim.func.value, ast.Compare) and always_true(claim.func.value, scope)
    if name not in ("all", "any", "bool") or len(arguments) != 1:
        return False
    (value,) = arguments
    if name == "bool":
        return always_true(value, scope)
    if isinstance(value, ast.GeneratorExp | ast.ListComp):
        is_over_nothing = any(is_empty(part.iter, scope) for part in value.generators)
        return always_true(value.elt, scope) or (name == "all" and is_over_nothing)
    if not isinstance(value, DISPLAY):
        return name == "all" and is_empty(value, scope)
    among = any if name == "any" else all
    return among(always_true(part, scope) for part in value.elts)


def _attribute(claim: Any, scope: Scope) -> bool:
    return claim.attr in _TRUE_ATTRIBUTES


def _name(claim: Any, scope: Scope) -> bool:
    value = scope.value(claim)
    return isinstance(value, ast.Constant | ast.Lambda | ast.GeneratorExp | ast.JoinedStr) and always_true(value)


def _walrus(claim: Any, scope: Scope) -> bool:
    return always_true(claim.value, scope)


_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda one, other: one == other,
    ast.NotEq: lambda one, other: one != other,
    ast.Lt: lambda one, other: one < other,
    ast.LtE: lambda one, other: one <= other,
    ast.Gt: lambda one, other: one > other,
    ast.GtE: lambda one, other: one >= other,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,  # codespell:ignore notin
}
_RULES: Mapping[type[ast.expr], Callable[[Any, Scope], bool]] = {
    ast.Constant: _constant,
    ast.Tuple: _display,
    ast.List: _display,
    ast.Set: _display,
    ast.Dict: _display,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _comprehension,
    ast.GeneratorExp: _always,
    ast.Lambda: _always,
    ast.JoinedStr: _always,
    ast.BoolOp: _operator,
    ast.UnaryOp: _not,
    ast.Compare: _comparison,
    ast.Call: _call,
    ast.Attribute: _attribute,
    ast.Name: _name,
    ast.NamedExpr: _walrus,
}
