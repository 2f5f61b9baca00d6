"""A code cell: its Python as a syntax tree, its magics, or where it does not parse."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from paddock_ci.notebook.magics import Magic, translated

# What only the compiler refuses.
_MISPLACED = re.compile(r"\b(return|break|continue|yield|nonlocal|global|async|await)\b")
# What no check looks at.
_LEAVES = ("ctx", "op", "ops", "kind", "type_comment", "id", "attr")
_EMPTY = ast.Module([], [])


@dataclass(frozen=True)
class CodeCell:
    """A code cell; `fault` tells, with the `line` in the cell, why it does not parse, and `tree` is empty then.

    `is_timed`: what it binds is gone at its end.
    """

    number: int
    tags: tuple[str, ...]
    source: str
    tree: ast.Module
    magics: tuple[Magic, ...] = ()
    fault: str = ""
    line: int = 0
    is_timed: bool = False
    is_parsed: bool = True

    @cached_property
    def executed(self) -> tuple[tuple[ast.AST, tuple[str, ...]], ...]:
        """Every node that may be executed, with the names of the functions and classes around it, outermost first."""
        return tuple(_executed(self.tree))

    @cached_property
    def _kinds(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node, _ in self.executed:
            found.setdefault(node.__class__, []).append(node)
        return found

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[Any]:
        """All nodes of these kinds that may be executed."""
        return chain.from_iterable(self._kinds.get(kind, ()) for kind in kinds)


def code_cell(number: int, tags: tuple[str, ...], source: str, is_newer: bool = False) -> CodeCell:
    """The cell, parsed; what does not parse is no fault where it was written for a newer Python (`is_newer`)."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    found = None if source.lstrip().startswith(("%", "!")) else _parsed(source)
    if isinstance(found, ast.Module):
        return CodeCell(number, tags, source, found)
    translation = translated(source)
    magics = tuple(translation.magics)
    is_timed = bool(magics) and magics[0].sign == "%%" and magics[0].name in ("timeit", "memit")
    found = _parsed(translation.text)
    if isinstance(found, ast.Module):
        late = next((magic for magic in magics[1:] if magic.sign == "%%"), None) or _late(magics, source)
        fault = f"the cell magic %%{late.name} is not on the first line" if late else ""
        return CodeCell(number, tags, source, found, magics, fault, late.line if late else 0, is_timed)
    message, line = ("", 0) if is_newer else found
    return CodeCell(number, tags, source, _EMPTY, magics, message, line, is_timed, is_parsed=False)


def _late(magics: tuple[Magic, ...], source: str) -> Magic | None:
    """A first magic that is one of a whole cell, but has text above it."""
    if not magics or magics[0].sign != "%%":
        return None
    above = "".join(source.split("\n")[: magics[0].line - 1])
    return magics[0] if above.strip() else None


# The same few cells, such as the imports, begin the notebooks of a team. No check changes a tree.
@lru_cache(maxsize=512)
def _parsed(text: str) -> ast.Module | tuple[str, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            if _MISPLACED.search(text):
                compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error.msg, error.lineno or 1
    except ValueError:
        return "holds characters that no Python text has", 1
    except (RecursionError, MemoryError):
        return "is nested too deeply for Python", 1
    return tree


def _executed(tree: ast.AST) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    stack: list[tuple[ast.AST, tuple[str, ...]]] = [(tree, ())]
    while stack:
        node, inside = stack.pop()
        yield node, inside
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = (*inside, node.name)
        is_never = isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value
        for name in ("orelse",) if is_never else node._fields:
            if name in _LEAVES:
                continue
            part = getattr(node, name, None)
            if part.__class__ is list:
                stack += [(child, inside) for child in part if isinstance(child, ast.AST)]
            elif isinstance(part, ast.AST):
                stack.append((part, inside))
