"""Paths in a notebook's code: what a literal says, and whether it is the path of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from paddock_ci.notebook.calls import dotted
from paddock_ci.notebook.code import CodeCell

_HOME = re.compile(r"(?<![\w.:/}\])-])(?:/home/|/Users/)[\w.-]+|(?<![\w])[A-Za-z]:[\\/]{1,2}Users[\\/]{1,2}[\w. -]+")
_BEGINS = re.compile(r"~[\w.-]*[/\\]|/(?:root|mnt|Volumes|content|kaggle|dbfs|gdrive|tmp)/\w|file://|\\\\[\w.-]+\\\w")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]{1,2}[\w][\w .~-]*([\\/]{1,2}[\w .*~-]+|\.\w{1,5})[\w .*~\\/-]*$")
# They make a path, and touch no file.
PATHS = {"pathlib.Path", "Path", "pathlib.PurePath", "os.path.join", "os.path.abspath", "os.path.expanduser"}


def machine_path(text: str) -> str:
    """The path of one machine that a literal names, or nothing."""
    if found := _HOME.search(text):
        return found[0]
    return text[:60] if _BEGINS.match(text) or _DRIVE.match(text) else ""


def literals(cell: CodeCell) -> Iterator[ast.Constant]:
    """The texts in code that begin something: no docstrings, no later pieces of a text that is put together."""
    later: set[int] = set()
    for node in cell.nodes(ast.JoinedStr, ast.BinOp, ast.Expr, ast.Constant):
        if isinstance(node, ast.JoinedStr):
            later |= {id(part) for part in node.values[1:]}
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            later.add(id(node.right))
        elif isinstance(node, ast.Expr):
            later.add(id(node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in later:
            yield node


def constants(cells: Iterable[CodeCell], imported: Mapping[str, str]) -> dict[str, str]:
    """The names that are given one text, once, in the whole notebook."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    for cell in cells:
        for node in cell.nodes(ast.Name):
            if not isinstance(node.ctx, ast.Load):
                counts[node.id] = counts.get(node.id, 0) + 1
        is_parameters = "parameters" in cell.tags
        for statement in cell.tree.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if not is_parameters:
                    if (text := folded(value, found, imported)) is not None:
                        found[name] = text
    return {name: text for name, text in found.items() if counts.get(name) == 1}


def folded(node: ast.AST | None, known: Mapping[str, str], imported: Mapping[str, str], depth: int = 0) -> str | None:
    """The text that an expression is, where it can be told without executing it."""
    if depth > 20:
        return None
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return known.get(name)
        case ast.JoinedStr(values=parts):
            return _joined(
                "",
                [part.value if isinstance(part, ast.FormattedValue) else part for part in parts],
                known,
                imported,
                depth,
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined("", [left, right], known, imported, depth)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined("/", [left, right], known, imported, depth)
        case ast.Call(func=func, args=[_, *_] as parts) if dotted(func, imported) in PATHS:
            return _joined("/", parts, known, imported, depth)
        case ast.Call(func=ast.Name(id="str"), args=[part]):
            return folded(part, known, imported, depth + 1)
    return None


def _joined(
    sign: str, parts: list[ast.expr], known: Mapping[str, str], imported: Mapping[str, str], depth: int
) -> str | None:
    texts = [folded(part, known, imported, depth + 1) for part in parts]
    if any(text is None for text in texts):
        return None
    return sign.join(text for text in texts if text is not None)
