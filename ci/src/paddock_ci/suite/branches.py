"""Which statements of a test can run, and whether one that claims something surely does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from paddock_ci.suite.claims import always_false, always_true
from paddock_ci.suite.values import Function, Scope, is_empty, last

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_LOOP = (ast.For, ast.AsyncFor)
_WITH = (ast.With, ast.AsyncWith)
_SHOWING = {"print", "id", "callable", "repr", "str", "type"}
Body = Sequence[ast.stmt]
# Whether what a statement does itself, not what stands in its blocks, claims something.
Claims = Callable[[ast.stmt], bool]


def live(body: Body, scope: Scope) -> Iterator[ast.stmt]:
    """The statements of a body that can run, those inside of others too."""
    for statement in _before_end(body):
        yield statement
        for block in _blocks(statement, scope):
            yield from live(block, scope)


def own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """What a statement does itself: its expressions, without its blocks and without the insides of functions."""
    if isinstance(statement, Function | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from ast.walk(child)


def is_certain(body: Body, claims: Claims, scope: Scope, loops: frozenset[str] = frozenset()) -> bool:
    """Whether a body claims something on every way through it; a loop is taken to loop.

    `loops` are the variables of the loops around: a condition on one of them is a filter.
    """
    return any(_claims(statement, claims, scope, loops) for statement in _before_end(body))


def early_return(function: Function, claims: Claims, scope: Scope) -> int:
    """The line of a `return` before the last claim at the function's level; 0 where there is none."""
    level = list(_level(function.body))
    claiming = [n for n, part in enumerate(level) if any(claims(s) for s in live([part], scope))]
    for statement in level[: claiming[-1]] if claiming else ():
        found = [part for part in live([statement], scope) if isinstance(part, ast.Return)]
        if found and not isinstance(statement, Function):
            return found[0].lineno
    return 0


def _level(body: Body) -> Iterator[ast.stmt]:
    for statement in body:
        inner = statement.body if isinstance(statement, (*_WITH, ast.Try)) else None
        yield from [statement] if inner is None else _level(inner)


def _before_end(body: Body) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        if isinstance(statement, _ENDS):
            return


def _blocks(statement: ast.stmt, scope: Scope) -> list[Body]:
    """The blocks of a statement that can run."""
    if isinstance(statement, ast.If):
        if always_false(statement.test):
            return [statement.orelse]
        return [statement.body] if always_true(statement.test) else [statement.body, statement.orelse]
    if isinstance(statement, ast.While):
        return [statement.orelse] if always_false(statement.test) else [statement.body, statement.orelse]
    if isinstance(statement, _LOOP):
        return [statement.orelse] if is_empty(statement.iter, scope) else [statement.body, statement.orelse]
    if isinstance(statement, ast.Try):
        handlers = [handler.body for handler in statement.handlers]
        return [statement.body, *handlers, statement.orelse, statement.finalbody]
    if isinstance(statement, ast.Match):
        return [case.body for case in statement.cases]
    if isinstance(statement, Function):
        return [statement.body] if _is_called(statement, scope) else []
    return [statement.body] if isinstance(statement, _WITH) else []


def _is_called(function: Function, scope: Scope) -> bool:
    """Whether a function inside of a test is called, or given to something that may call it."""
    calls = [node for node in ast.walk(scope.code or function) if isinstance(node, ast.Call)]
    given = [node for call in calls if last(call.func) not in _SHOWING for node in (call.func, *_arguments(call))]
    return any(isinstance(node, ast.Name) and node.id == function.name for node in given)


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _claims(statement: ast.stmt, claims: Claims, scope: Scope, loops: frozenset[str]) -> bool:
    if claims(statement):
        return True
    blocks = _blocks(statement, scope)
    if isinstance(statement, _LOOP):
        names = frozenset(node.id for node in ast.walk(statement.target) if isinstance(node, ast.Name))
        return any(is_certain(block, claims, scope, loops | names) for block in blocks)
    certain = [is_certain(block, claims, scope, loops) for block in blocks]
    if isinstance(statement, ast.If | ast.Match):
        tested = statement.test if isinstance(statement, ast.If) else statement.subject
        is_filter = any(isinstance(node, ast.Name) and node.id in loops for node in ast.walk(tested))
        return any(certain) if is_filter or _fails(statement) else bool(certain) and all(certain)
    return any(certain)


def _fails(statement: ast.stmt) -> bool:
    """Whether a condition is the claim itself: what it holds fails the test."""
    calls = (node for node in ast.walk(statement) if isinstance(node, ast.Call))
    raised = (node.exc for node in ast.walk(statement) if isinstance(node, ast.Raise))
    fails = any(last(call.func) == "fail" for call in calls)
    return fails or any("AssertionError" in ast.unparse(error) for error in raised if error)
