"""Checks of what an audit claims: that the model beats the rule, by gates that are evaluated as they are written."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from paddock_ci.checks import gate_values
from paddock_ci.checks.audit import LOWER, Audit, audits, folded
from paddock_ci.files import Cell, ProjectFiles, without_magics
from paddock_ci.finding import Look

_FEWEST = 3
_WRITTEN = re.compile(r"paddock\.gate\s*\(")
_BEHIND = (
    "exec", "eval", "compile", "globals", "vars", "setattr", "delattr", "__import__",
    "importlib.import_module", "importlib.reload", "unittest.mock.patch",
)  # fmt: skip
# What a measure, and what it is measured with, comes from.
_TRUSTED = ("paddock", "sklearn", "numpy", "scipy", "builtins", "sys")
_PLAIN = "Write paddock.gate(name, value, …) in a code cell."


def beat_the_rule(files: ProjectFiles) -> Iterator[Look]:
    """A project's model beats its rule: three gates or more judge different values, one of them the gain's low end.

    Nothing stands in the way of these gates: none is only written down, and none is replaced.
    """
    found = dict(audits(files))
    if found and files.settings.get("pipeline"):
        yield from _model_looks(next(iter(found)), list(found.values()))
    for path, audit in found.items():
        for number, text in files.unexecuted[path]:
            yield _look(path, number, _WRITTEN.search(text) is not None)
        for cell in audit.cells:
            yield _look(path, cell.number, _is_only_written(cell))
            yield Look(f"{path} cell {cell.number}", next(_tampered(audit, cell), ""), _PLAIN)


def _model_looks(path: str, found: list[Audit]) -> Iterator[Look]:
    values = {ast.dump(gate.value) for audit in found for gate in audit.gates if gate.value is not None}
    fault = f"judges {len(values)} values by gates; expected {_FEWEST} or more" if len(values) < _FEWEST else ""
    yield Look(path, fault, "Judge also how the model is calibrated, its slices and what moved.")
    beats = any(_is_claim(audit) for audit in found)
    fault = "" if beats else "has no gate that says the model beats the rule"
    yield Look(path, fault, 'Add paddock.gate("gain over the rule, low end", metrics.gain(…).low, above=0)')


def _is_claim(audit: Audit) -> bool:
    """Whether a gate holds only where the gain's low end is not below zero."""
    for gate in audit.gates:
        limits = [folded(bound.value, audit.numbers) for bound in gate.bounds if bound.arg in LOWER]
        if gate_values.is_low_gain(audit, gate) and any(limit is not None and limit >= 0 for limit in limits):
            return True
    return False


def _look(path: str, number: int, is_written: bool) -> Look:
    return Look(f"{path} cell {number}", "holds a gate that nobody evaluates" if is_written else "", _PLAIN)


def _is_only_written(cell: Cell) -> bool:
    """Whether a comment or a text of a cell, or a cell in another language, holds the call of a gate."""
    source = without_magics(cell.source)
    if cell.source.strip() and not source.strip():
        return _WRITTEN.search(cell.source) is not None
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    texts = [node.value for node in ast.walk(cell.tree) if isinstance(node, ast.Constant)]
    return any(isinstance(text, str) and _WRITTEN.search(text) for text in [*comments, *texts])


def _tampered(audit: Audit, cell: Cell) -> Iterator[str]:
    """What makes a gate something else than a call of `paddock.gate`."""
    called = {id(node.func) for node in ast.walk(cell.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _import_faults(node)
        elif isinstance(node, ast.Call) and audit.full_name(node.func) in _BEHIND:
            yield f"calls {ast.unparse(node.func)}, behind which a gate can be replaced"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "paddock.gate" and id(node) not in called:
            yield "uses paddock.gate without calling it"
        elif isinstance(node, ast.Name) and node.id == "gate" and id(node) not in called:
            yield "gives 'gate' another meaning, or another name"
        elif isinstance(node, ast.Name) and node.id == "paddock" and not isinstance(node.ctx, ast.Load):
            yield "gives 'paddock' another meaning"
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in ("gate", "paddock"):
            yield f"gives {node.name!r} another meaning"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and "paddock" in ast.unparse(node):
            yield "takes a part of paddock by getattr"
        elif isinstance(node, ast.Attribute | ast.Name) and (name := _replaced(audit, node)):
            yield f"gives {name!r} another meaning"


def _replaced(audit: Audit, node: ast.Attribute | ast.Name) -> str:
    """What a store gives another meaning, where that is a measure, or a part of a module that was imported."""
    if isinstance(node.ctx, ast.Load):
        return ""
    first = ast.unparse(node).partition(".")[0]
    origin = audit.full_name(ast.Name(first)) if first in audit.imported else ""
    is_trusted = origin.partition(".")[0] in (*_TRUSTED, audit.package)
    return ast.unparse(node) if origin and is_trusted else ""


def _import_faults(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        full = f"{module}.{alias.name}" if module else alias.name
        if full.startswith("paddock.notebooks"):
            yield f"imports {full}, which is the inside of gates"
        elif full == "paddock.gate" and alias.asname not in (None, "gate"):
            yield f"calls a gate {alias.asname!r}"
        elif full == "paddock" and alias.asname not in (None, "paddock"):
            yield f"calls paddock {alias.asname!r}"
        elif full != "paddock.gate" and (alias.asname or alias.name) == "gate":
            yield f"calls {full} a gate"
        elif full == "paddock.*":
            yield "imports everything of paddock"
