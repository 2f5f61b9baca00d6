"""Names that code binds in its own scope, found without executing it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Bound(NamedTuple):
    """The names that a scope binds itself, and those that it binds in the notebook (`global`) or around it."""

    own: set[str]
    outer: set[str]


def bound(nodes: Iterable[ast.AST]) -> Bound:
    """What these statements bind, without what functions, classes and comprehensions inside bind for themselves."""
    own: set[str] = set()
    outer: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        own |= names_of(node)
        if isinstance(node, ast.Global | ast.Nonlocal):
            outer |= set(node.names)
        elif isinstance(node, COMPREHENSIONS):
            own |= _walruses(node)
        elif isinstance(node, _FUNCTIONS):
            stack += [*node.decorator_list, *node.args.defaults]
        elif isinstance(node, ast.ClassDef):
            stack += [*node.decorator_list, *node.bases]
        elif not isinstance(node, ast.Lambda):
            stack += ast.iter_child_nodes(node)
    return Bound(own - outer, outer)


def names_of(node: ast.AST) -> set[str]:
    """The names that a node itself binds."""
    match node:
        case ast.Name(ctx=ast.Store()):
            return {node.id}
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return {node.name} if node.name else set()
        case ast.MatchMapping():
            return {node.rest} if node.rest else set()
    return set()


def parameters_of(arguments: ast.arguments) -> set[str]:
    """The names of a function's parameters."""
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument}


def _walruses(node: ast.AST) -> set[str]:
    found = (inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
    return {target.id for target in found}
