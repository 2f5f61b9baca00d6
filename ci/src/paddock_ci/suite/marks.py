"""What decorators, marks and the settings of hypothesis take away from a test."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from paddock_ci.suite.claims import always_false
from paddock_ci.suite.values import Function, is_empty, last, root

_FEWEST_EXAMPLES = 10
_PLATFORMS = ("sys.platform", "os.name", "platform.", "sys.version_info")
_SKIPPING = {"skip", "xfail", "importorskip", "skipTest", "SkipTest", "skipIf", "skipUnless", "expectedFailure"}
_LEAVING = {"exit", "_exit"}


def mark_fault(marks: Iterable[ast.expr], values: Mapping[str, ast.expr]) -> str:
    """Why one of the marks (or decorators) keeps a test from failing; `values` are the module's constants."""
    for mark in marks:
        while isinstance(mark, ast.Name) and mark.id in values:
            mark = values[mark.id]
        for node in ast.walk(mark):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if name in _SKIPPING or (name == "skipif" and not _is_of_platform(mark)):
                return f"is marked {ast.unparse(mark).split('(')[0]}"
    return ""


def skip_fault(code: ast.AST) -> str:
    """Why `code` skips itself as it runs."""
    for call in (node for node in ast.walk(code) if isinstance(node, ast.Call)):
        # A method of that name of anything else is another thing.
        is_pytest = isinstance(call.func, ast.Name) or root(call.func) in ("pytest", "unittest", "self")
        if last(call.func) in _SKIPPING and is_pytest:
            return "skips itself"
        if last(call.func) in _LEAVING and root(call.func) in ("pytest", "sys", "os"):
            return f"leaves by {ast.unparse(call.func)}"
    return ""


def parameter_fault(test: Function, values: Mapping[str, ast.expr]) -> str:
    """Why the parametrization of a test gives it nothing, or nothing that it looks at."""
    used = {node.id for part in test.body for node in ast.walk(part) if isinstance(node, ast.Name)}
    taken = {argument.arg for argument in ast.walk(test.args) if isinstance(argument, ast.arg)}
    for mark in test.decorator_list:
        if not (isinstance(mark, ast.Call) and last(mark.func) == "parametrize" and len(mark.args) > 1):
            continue
        cases = mark.args[1]
        if is_empty(values.get(cases.id, cases) if isinstance(cases, ast.Name) else cases):
            return "is parametrized with nothing"
        unused = [name for name in _parametrized(mark.args[0]) if name in taken and name not in used]
        is_indirect = any(keyword.arg == "indirect" for keyword in mark.keywords)
        if unused and not is_indirect:
            return f"never looks at its argument {unused[0]!r}"
    return ""


def property_fault(code: ast.AST) -> str:
    """Why hypothesis draws too little for a test, or nothing."""
    for call in (node for node in ast.walk(code) if isinstance(node, ast.Call)):
        name, options = last(call.func), {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        if name in ("settings", "register_profile"):
            if "phases" in options:
                return "takes phases away from hypothesis"
            most = options.get("max_examples", "")
            if most.isdigit() and int(most) < _FEWEST_EXAMPLES:
                return f"draws {most} examples; expected at least {_FEWEST_EXAMPLES}"
        if name == "nothing" and not call.args:
            return "draws from nothing"
        if name == "frames" and options.get("max_rows") == "0":
            return "draws tables without rows"
        if name == "assume" and call.args and always_false(call.args[0]):
            return "assumes what never holds"
    return ""


def swallowing(decorators: Iterable[ast.expr], module: ast.Module) -> str:
    """The decorator of the module itself that hides a failure."""
    own = {node.name: node for node in module.body if isinstance(node, Function)}
    for decorator in decorators:
        if (name := root(decorator)) in own and any(swallows(node) for node in ast.walk(own[name])):
            return name
    return ""


def swallows(node: ast.AST, only_asserts: bool = False) -> bool:
    """Whether a `try` or `suppress` hides that something in it failed."""
    hides = isinstance(node, ast.Try) and (
        any(_is_broad(handler) for handler in node.handlers)
        or any(isinstance(part, ast.Return) for statement in node.finalbody for part in ast.walk(statement))
    )
    if isinstance(node, ast.With):
        hides = any("suppress(" in ast.unparse(item.context_expr) for item in node.items)
    body = node.body if isinstance(node, ast.Try | ast.With) else []
    held = (part for statement in body for part in ast.walk(statement))
    return hides and (not only_asserts or any(isinstance(part, ast.Assert) for part in held))


def expects_anything(code: ast.AST) -> str:
    """The error that is expected where it is one that anything may raise, a failed assertion too."""
    for call in (node for node in ast.walk(code) if isinstance(node, ast.Call)):
        if last(call.func) in ("raises", "assertRaises"):
            given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "expected_exception")]
            for error in (
                part for value in given for part in (value.elts if isinstance(value, ast.Tuple) else [value])
            ):
                if last(error) in ("AssertionError", "Exception", "BaseException"):
                    return last(error)
    return ""


def meets_itself(code: ast.AST) -> str:
    """Why an error or warning that a test expects comes from the test itself, or nothing."""
    for block in (node for node in ast.walk(code) if isinstance(node, ast.With)):
        expected = [last(item.context_expr.func) for item in block.items if isinstance(item.context_expr, ast.Call)]
        for statement in block.body:
            if "raises" in expected and isinstance(statement, ast.Raise):
                return "raises itself what it expects"
            is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if "warns" in expected and is_call and ast.unparse(statement).startswith("warnings.warn("):
                return "warns itself of what it expects"
    return ""


def _parametrized(names: ast.expr) -> list[str]:
    if isinstance(names, ast.Tuple | ast.List):
        return [str(name.value) for name in names.elts if isinstance(name, ast.Constant)]
    return [name.strip() for name in str(names.value).split(",")] if isinstance(names, ast.Constant) else []


def _is_of_platform(mark: ast.expr) -> bool:
    """Whether a condition is one of the machine, and says why."""
    if not isinstance(mark, ast.Call) or not mark.args:
        return False
    has_reason = any(keyword.arg == "reason" for keyword in mark.keywords)
    return has_reason and any(name in ast.unparse(mark.args[0]) for name in _PLATFORMS)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "Exception"
    fails = any(isinstance(part, ast.Call) and last(part.func) == "fail" for part in ast.walk(handler))
    raises = any(isinstance(part, ast.Raise) for part in ast.walk(handler))
    return any(name in caught for name in ("Exception", "AssertionError")) and not raises and not fails
