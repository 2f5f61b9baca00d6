"""The flow of names through one code cell, in the order in which its code is executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from paddock_ci.notebook.scopes import COMPREHENSIONS, bound, names_of, parameters_of

_CAUGHT = {"NameError", "Exception", "BaseException", "UnboundLocalError"}
# A branch for another version of Python may have names that this one has not.
_OF_VERSION = ("sys.version", "version_info", "PY2", "PY3", "python_version")
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Use(NamedTuple):
    """A name that is read, and the line in the cell."""

    name: str
    line: int


@dataclass
class Flow:
    """What a cell does with the notebook's names.

    `needs` are read at once and not bound before in the cell; `later` are read when a function is called.
    """

    needs: list[Use] = field(default_factory=list)
    later: list[Use] = field(default_factory=list)
    binds: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)


def flow_of(tree: ast.Module) -> Flow:
    """The flow of names through a cell. Raises RecursionError for code that is nested too deeply."""
    visitor = _Visitor()
    visitor.all_of(tree.body)
    return visitor.flow


class _Visitor:
    """Visits nodes as Python evaluates them; `scopes` holds the local names of what is around, innermost last."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.scopes: list[set[str]] = []
        self.is_later = False
        self.is_guarded = False
        self.is_branch = False

    def all_of(self, nodes: Sequence[ast.AST | None]) -> None:
        """Visit nodes one after another."""
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_name(self, node: ast.Name) -> None:
        """A name is read, bound or deleted."""
        if isinstance(node.ctx, ast.Load):
            self._read(node.id, node.lineno)
        elif isinstance(node.ctx, ast.Store):
            self._bind({node.id})
        elif not self.scopes:
            self._read(node.id, node.lineno)
            if not self.is_branch:
                self.flow.binds.discard(node.id)
                self.flow.deletes.add(node.id)

    def _read(self, name: str, line: int) -> None:
        if self.is_guarded or any(name in scope for scope in self.scopes):
            return
        if self.is_later:
            self.flow.later.append(Use(name, line))
        elif name not in self.flow.binds:
            self.flow.needs.append(Use(name, line))

    def _bind(self, names: set[str]) -> None:
        if self.scopes:
            self.scopes[-1] |= names
        else:
            self.flow.binds |= names
            self.flow.deletes -= names

    @contextmanager
    def _scope(self, names: set[str], is_later: bool) -> Iterator[None]:
        before, self.is_later = self.is_later, self.is_later or is_later
        self.scopes.append(names)
        yield
        self.scopes.pop()
        self.is_later = before

    @contextmanager
    def _as_branch(self) -> Iterator[None]:
        before, self.is_branch = self.is_branch, True
        yield
        self.is_branch = before

    def visit_assign(self, node: ast.Assign) -> None:
        """The value comes before the targets."""
        self.all_of([node.value, *node.targets])

    def visit_aug_assign(self, node: ast.AugAssign) -> None:
        """The target is read, too."""
        if isinstance(node.target, ast.Name):
            self._read(node.target.id, node.lineno)
        self.all_of([node.value, node.target])

    def visit_ann_assign(self, node: ast.AnnAssign) -> None:
        """An annotation may be a name that comes later, or never."""
        self._annotation(node.annotation)
        self.all_of([node.value, node.target])

    def visit_named_expr(self, node: ast.NamedExpr) -> None:
        """Binds in the scope around a comprehension; in that of the cell if there is no function."""
        self.visit(node.value)
        self._bind({node.target.id})
        if not self.is_later:
            self.flow.binds.add(node.target.id)

    def visit_for(self, node: ast.For | ast.AsyncFor) -> None:
        """What a loop binds may be read in it above, from its second round on."""
        self.all_of([node.iter, node.target])
        self._loop(node.body, node.orelse)

    def visit_while(self, node: ast.While) -> None:
        """As for `for`."""
        self.visit(node.test)
        self._loop(node.body, node.orelse)

    def _loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        if not self.scopes:
            self.flow.binds |= bound(body).own
        with self._as_branch():
            self.all_of([*body, *orelse])

    def visit_if(self, node: ast.If) -> None:
        """What a branch binds is bound; what is never executed is not looked at."""
        self.visit(node.test)
        is_never = isinstance(node.test, ast.Constant) and not node.test.value
        before = self.is_guarded
        self.is_guarded = before or any(word in ast.unparse(node.test) for word in _OF_VERSION)
        with self._as_branch():
            if is_never:
                self._bind(bound(node.body).own)
            self.all_of([*([] if is_never else node.body), *node.orelse])
        self.is_guarded = before

    def visit_try(self, node: ast.Try | ast.TryStar) -> None:
        """A name that is read where NameError is caught may be missing."""
        before = self.is_guarded
        self.is_guarded = before or any(_catches_all(handler) for handler in node.handlers)
        with self._as_branch():
            self.all_of(node.body)
            self.is_guarded = before
            self.all_of([*node.handlers, *node.orelse, *node.finalbody])

    def visit_except_handler(self, node: ast.ExceptHandler) -> None:
        """The name of the exception is gone at the end of its handler."""
        is_new = not self.scopes and node.name is not None and node.name not in self.flow.binds
        self.all_of([node.type])
        self._bind(names_of(node))
        self.all_of(node.body)
        if is_new and node.name and node.name not in bound(node.body).own:
            self.flow.binds.discard(node.name)

    def visit_function_def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Decorators and defaults are evaluated at once, the body when it is called."""
        self.all_of([*node.decorator_list, *node.args.defaults, *node.args.kw_defaults])
        for annotation in _annotations(node.args, node.returns):
            self._annotation(annotation)
        self._bind({node.name})
        self._body(node, node.body)

    def visit_lambda(self, node: ast.Lambda) -> None:
        """As for functions."""
        self.all_of([*node.args.defaults, *node.args.kw_defaults])
        self._body(node, [node.body])

    def _body(self, node: _Function, body: Sequence[ast.AST]) -> None:
        own, outer = bound(body)
        if outer:
            self.flow.binds |= outer
        before, self.is_guarded = self.is_guarded, False
        with self._scope(own | parameters_of(node.args), is_later=True):
            self.all_of(body)
        self.is_guarded = before

    def visit_class_def(self, node: ast.ClassDef) -> None:
        """The body is executed at once, in a scope of its own."""
        self.all_of([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)])
        # Methods may name the class, which is bound before any of them is called.
        with self._scope({"__module__", "__qualname__", "__class__"}, is_later=False):
            self.all_of(node.body)
        self._bind({node.name})

    def comprehension(self, node: ast.AST) -> None:
        """The first iterable is evaluated outside, all else in a scope of its own."""
        generators: list[ast.comprehension] = getattr(node, "generators", [])
        self.visit(generators[0].iter)
        with self._scope(set(), is_later=False):
            for number, generator in enumerate(generators):
                self.all_of([generator.iter if number else None, generator.target, *generator.ifs])
            self.all_of([getattr(node, part, None) for part in ("key", "value", "elt")])

    def visit(self, node: ast.AST) -> None:
        """Visit a node; faster than by the names of methods, as most have none."""
        visitor = _VISITORS.get(node.__class__)
        if visitor is not None:
            visitor(self, node)
        elif node.__class__ is not ast.Constant:
            self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        """Visit what is inside a node."""
        for name in node._fields:
            part = getattr(node, name, None)
            if part.__class__ is list:
                self.all_of([child for child in part if isinstance(child, ast.AST)])
            elif isinstance(part, ast.AST) and name not in ("ctx", "op"):
                self.visit(part)

    def visit_import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Binds the names of modules, or of what is in them."""
        self._bind(names_of(node))

    def visit_match_as(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping) -> None:
        """A pattern binds."""
        self._bind(names_of(node))
        self.generic_visit(node)

    def _annotation(self, node: ast.AST) -> None:
        before, self.is_later = self.is_later, True
        self.visit(node)
        self.is_later = before


_VISITORS: dict[type[ast.AST], Callable[[_Visitor, Any], None]] = {
    ast.Name: _Visitor.visit_name,
    ast.Assign: _Visitor.visit_assign,
    ast.AugAssign: _Visitor.visit_aug_assign,
    ast.AnnAssign: _Visitor.visit_ann_assign,
    ast.NamedExpr: _Visitor.visit_named_expr,
    ast.For: _Visitor.visit_for,
    ast.AsyncFor: _Visitor.visit_for,
    ast.While: _Visitor.visit_while,
    ast.If: _Visitor.visit_if,
    ast.Try: _Visitor.visit_try,
    ast.TryStar: _Visitor.visit_try,
    ast.ExceptHandler: _Visitor.visit_except_handler,
    ast.FunctionDef: _Visitor.visit_function_def,
    ast.AsyncFunctionDef: _Visitor.visit_function_def,
    ast.Lambda: _Visitor.visit_lambda,
    ast.ClassDef: _Visitor.visit_class_def,
    ast.Import: _Visitor.visit_import,
    ast.ImportFrom: _Visitor.visit_import,
    ast.MatchAs: _Visitor.visit_match_as,
    ast.MatchStar: _Visitor.visit_match_as,
    ast.MatchMapping: _Visitor.visit_match_as,
    **dict.fromkeys(COMPREHENSIONS, _Visitor.comprehension),
}


def _annotations(arguments: ast.arguments, returns: ast.expr | None) -> Iterator[ast.expr]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    yield from (argument.annotation for argument in every if argument and argument.annotation)
    if returns:
        yield returns


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in _CAUGHT for node in ast.walk(handler.type))
