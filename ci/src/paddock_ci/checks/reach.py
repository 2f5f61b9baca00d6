"""Whether a run comes to every cell of an audited notebook, and to every gate of a cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from paddock_ci.checks.audit import Audit, Gate, folded
from paddock_ci.files import Cell, without_magics

_SKIPPING = {"skip-execution", "raises-exception"}
_LEAVING = ("sys.exit", "exit", "quit", "os._exit", "os.kill", "os.abort", "breakpoint", "pdb.set_trace")
_SHELL = re.compile(r"get_ipython\(\)\.(ask_exit|exit|system|getoutput|reset|run_cell|run_cell_magic|ex)$")
_MAGICS = re.compile(r"\s*(!|%(?:pip|conda|mamba|uv|run|reset|reset_selective|system|sx|sc|load|cd|xdel|debug)\b)")
_CELL_MAGICS = ("%%time", "%%prun")
_HIDING = re.compile(r"suppress|raises|capture|redirect_std|assertRaises")
_BRANCHES = (
    ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.TryStar, ast.While, ast.Match, ast.Assert,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
_LOOPED = ("items", "values", "keys", "itertuples", "iterrows", "groupby", "zip", "enumerate", "list", "sorted")


def unreached(audit: Audit, cell: Cell) -> str:
    """Why a run may not come to the end of a cell; nothing where it does."""
    if skipping := sorted(_SKIPPING & set(cell.tags)):
        return f"has the tag {skipping[0]!r}"
    words = cell.source.split()
    if not words:
        return "" if cell is audit.cells[-1] else "is empty"
    if words[0].startswith("%%") and words[0] not in _CELL_MAGICS:
        return f"begins with {words[0]}"
    if magic := _magic(cell.source):
        return f"has the line {magic!r}, which does more than the notebook says"
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Call) and _leaves(audit.full_name(node.func)):
            return f"calls {ast.unparse(node.func)}"
        if isinstance(node, ast.Raise) and "SystemExit" in ast.unparse(node):
            return "raises SystemExit"
        if isinstance(node, ast.While) and _is_endless(node):
            return f"has a loop without an end: while {ast.unparse(node.test)}"
    return ""


def skipped(audit: Audit, cell: Cell) -> Iterator[tuple[Gate, str]]:
    """Each gate of a cell that a run may not evaluate, with the reason."""
    reasons = dict(_branching(cell.tree)) | {
        id(part): reason
        for node in ast.walk(cell.tree)
        if (reason := _around(audit, cell, node))
        for statement in getattr(node, "body", [])
        for part in ast.walk(statement)
    }
    for gate in audit.gates:
        if gate.cell == cell.number and id(gate.call) in reasons:
            yield gate, f"may not be evaluated: it stands in {reasons[id(gate.call)]}"


def _branching(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, _BRANCHES):
            yield from ((id(part), "a condition, a function or a try") for part in ast.walk(node))


def _around(audit: Audit, cell: Cell, node: ast.AST) -> str:
    """What is wrong with the loop or the context that `node` is."""
    if isinstance(node, ast.With):
        contexts = [item.context_expr for item in node.items]
        called = [context.func if isinstance(context, ast.Call) else context for context in contexts]
        hiding = [ast.unparse(part) for part in called if _HIDING.search(audit.full_name(part))]
        return f"'with {hiding[0]}', which hides what fails" if hiding else ""
    if not isinstance(node, ast.For):
        return ""
    leaves = [part for body in node.body for part in ast.walk(body)]
    if any(isinstance(part, ast.Break | ast.Continue | ast.Return) for part in leaves):
        return "a loop that leaves a round early"
    place = (cell.number, node.lineno, node.col_offset)
    return _narrow(audit, node.iter, place, set())


def _narrow(audit: Audit, looped: ast.expr, place: tuple[int, int, int], seen: set[str]) -> str:
    """Why a loop may have no round, or not all that it seems to have."""
    if isinstance(looped, ast.List | ast.Tuple | ast.Set | ast.Dict):
        is_empty = not (looped.keys if isinstance(looped, ast.Dict) else looped.elts)
        return "a loop over nothing" if is_empty else ""
    if isinstance(looped, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        if any(part.ifs for part in looped.generators):
            return "a loop over what an 'if' picks"
        return next((why for part in looped.generators if (why := _narrow(audit, part.iter, place, seen))), "")
    if isinstance(looped, ast.Subscript):
        is_cut = isinstance(looped.slice, ast.Slice | ast.Compare)
        return f"a loop over a part, {ast.unparse(looped)}" if is_cut else ""
    if isinstance(looped, ast.Name) and looped.id not in seen:
        known = audit.definitions(looped.id, place)
        sure = [found for found in known if found.is_sure]
        # What was filled afterwards is not empty any more.
        return _narrow(audit, sure[0].value, place, seen | {looped.id}) if sure and len(known) == 1 else ""
    return _narrow_call(audit, looped, place, seen) if isinstance(looped, ast.Call) else ""


def _narrow_call(audit: Audit, call: ast.Call, place: tuple[int, int, int], seen: set[str]) -> str:
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "range":
        given = [int(number) for part in call.args if (number := folded(part, {})) is not None]
        return "a loop over nothing" if given and len(given) == len(call.args) and not range(*given) else ""
    if name in ("filter", "islice", "takewhile", "dropwhile", "head", "query"):
        return f"a loop over a part, {ast.unparse(call)}"
    receiver = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    inner = [*receiver, *call.args] if name in _LOOPED else []
    return next((why for part in inner if (why := _narrow(audit, part, place, seen))), "")


def _leaves(name: str) -> bool:
    return name in _LEAVING or _SHELL.match(name) is not None


def _is_endless(loop: ast.While) -> bool:
    has_end = any(isinstance(part, ast.Break | ast.Raise) for body in loop.body for part in ast.walk(body))
    return isinstance(loop.test, ast.Constant) and bool(loop.test.value) and not has_end


def _magic(source: str) -> str:
    """The first line that leaves Python for the shell, or for another program."""
    try:
        ast.parse(source)
    except SyntaxError:
        kept = without_magics(source).split("\n")
        blank = [
            line for line, left in zip(source.split("\n"), kept, strict=False) if line.strip() and not left.strip()
        ]
        return next((line.strip() for line in blank if _MAGICS.match(line)), "")
    return ""
