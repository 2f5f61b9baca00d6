"""Quiet gates: a gate as the last line of a cell shows its verdict, and not also the value `True`."""

from __future__ import annotations

import ast
from typing import Any


class QuietGate(ast.NodeTransformer):
    """Turns the statement `paddock.gate(…)` into one without a value to show."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr:
        """The statement, with nothing to show when it is a gate."""
        match node.value:
            case ast.Call(func=ast.Name(id="gate") | ast.Attribute(attr="gate")):
                nothing = ast.Constant(None)
                node.value = ast.IfExp(test=node.value, body=nothing, orelse=nothing)
                ast.fix_missing_locations(node)
        return node


def install(shell: Any) -> None:
    """Make the gates of this kernel's cells quiet."""
    shell.ast_transformers.append(QuietGate())
