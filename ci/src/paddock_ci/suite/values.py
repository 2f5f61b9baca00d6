"""The values of expressions in a test, as far as their form tells: which are one, which are empty."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
DISPLAY = (ast.Tuple, ast.List, ast.Set)


@dataclass(frozen=True)
class Scope:
    """What is known where a claim stands: values of names that are bound once, the code, and the package's names."""

    values: Mapping[str, ast.expr] = field(default_factory=dict)
    code: ast.AST | None = None
    own: frozenset[str] = frozenset()

    def value(self, node: ast.expr) -> ast.expr | None:
        """What the name `node` is bound to."""
        return self.values.get(node.id) if isinstance(node, ast.Name) else None

    def is_touched(self, value: ast.expr, line: int) -> bool:
        """Whether a call between `value` and `line` may have changed what `value` names."""
        names, end = _names(value), value.end_lineno or value.lineno
        calls = (node for node in ast.walk(self.code or ast.Module([], [])) if isinstance(node, ast.Call))
        return any(end < call.lineno < line and names & _names(call) for call in calls)


NOWHERE = Scope()


def scope_of(function: Function, module: ast.Module, own: Iterable[str] = ()) -> Scope:
    """What is known inside of a test function."""
    inner = bound(function)
    arguments = {argument.arg for argument in ast.walk(function) if isinstance(argument, ast.arg)}
    outer = {name: value for name, value in bound(module, module.body).items() if name not in arguments}
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    values = {name: value for name, value in outer.items() if name not in stored}
    return Scope(values | {k: v for k, v in inner.items() if k not in arguments}, function, frozenset(own))


def bound(code: ast.AST, statements: Iterable[ast.AST] | None = None) -> dict[str, ast.expr]:
    """The values of the names that `code` binds once, by a plain assignment among `statements` or anywhere."""
    nodes = list(ast.walk(code))
    stores = Counter(node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    found: dict[str, ast.expr] = {}
    for node in nodes if statements is None else statements:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and isinstance(target, ast.Name) and node.value:
            found[target.id] = node.value
    return {name: value for name, value in found.items() if stores[name] == 1}


def same(left: ast.expr, right: ast.expr, scope: Scope = NOWHERE) -> bool:
    """Whether two expressions are one, behind what only copies or wraps it, and behind one assignment."""
    first, second = _peeled(left), _peeled(right)
    if ast.dump(first) == ast.dump(second):
        return True
    for name, other in ((first, second), (second, first)):
        value = scope.value(name)
        is_alias = isinstance(value, ast.Name)
        if value is not None and ast.dump(value) == ast.dump(other):
            return is_alias or not scope.is_touched(value, left.lineno)
    return False


def is_empty(values: ast.expr, scope: Scope = NOWHERE) -> bool:
    """Whether there is nothing in what is looped over."""
    if isinstance(values, DISPLAY):
        return not values.elts
    if isinstance(values, ast.Dict):
        return not values.keys
    if isinstance(values, ast.Constant):
        return values.value in ("", b"")
    if isinstance(values, ast.Subscript) and isinstance(values.slice, ast.Slice):
        return ast.unparse(values.slice).startswith((":0", "0:0")) and ast.unparse(values.slice)[-1] == "0"
    if isinstance(values, ast.Call):
        name = last(values.func)
        if name == "range":
            return len(values.args) == 1 and ast.unparse(values.args[0]) == "0"
        among = values.args if name == "zip" else values.args[:1]
        wraps = {"zip", "enumerate", "sorted", "list", "tuple", "set", "reversed", "iter"}
        if name in ("items", "keys", "values") and isinstance(values.func, ast.Attribute):
            return is_empty(values.func.value, scope)
        is_made = name in ("list", "tuple", "set", "dict") and not values.args and not values.keywords
        return is_made or (name in wraps and any(is_empty(value, scope) for value in among))
    value = scope.value(values)
    uses = [n for n in ast.walk(scope.code or values) if isinstance(n, ast.Name) and ast.dump(n) == ast.dump(values)]
    return value is not None and len(uses) <= 1 and is_empty(value)


def last(expression: ast.expr) -> str:
    """The last name of a dotted one."""
    return ast.unparse(expression).rpartition(".")[2]


def root(expression: ast.expr) -> str:
    """The first name of an expression of attributes, calls and subscripts."""
    while isinstance(expression, ast.Attribute | ast.Call | ast.Subscript):
        expression = expression.func if isinstance(expression, ast.Call) else expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _names(code: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(code) if isinstance(node, ast.Name)}


def _peeled(value: ast.expr) -> ast.expr:
    """What stands behind `pytest.approx`, `list` and `.tolist()`."""
    while isinstance(value, ast.Call):
        if last(value.func) in ("approx", "list") and value.args:
            value = value.args[0]
        elif isinstance(value.func, ast.Attribute) and value.func.attr == "tolist":
            value = value.func.value
        else:
            return value
    return value
