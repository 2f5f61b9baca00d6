"""The nodes of a syntax tree that use a column of a table, as far as their form tells."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from paddock_ci.suite.values import last

_STATEMENT = re.compile(r"\s*(?:select|with|from|insert|create|copy|delete|update)\b", re.IGNORECASE)
# Calls whose texts are code over columns.
_EXPRESSIONS = {"query", "eval", "sql", "execute", "filter", "where", "expr", "selectExpr", "read_sql", "sql_expr"}
# Classes whose annotations name columns.
_SCHEMAS = {"DataFrameModel", "SchemaModel", "TypedDict", "BaseModel", "NamedTuple", "Struct"}
# Calls whose first argument names what they make, and calls whose dictionary names the columns that they make.
_NAMING, _MAKING = {"gate", "metric"}, {"DataFrame", "from_dict", "from_pydict", "table"}


@dataclass(frozen=True)
class Wanted:
    """The columns that are searched for, and the dataset that has them."""

    dataset: str
    columns: Sequence[str]

    def in_code(self, text: str) -> bool:
        """Whether a text that is code, as SQL is, names one of the columns."""
        return any(re.search(rf"(?<!\w){re.escape(column)}(?!\w)", text) for column in self.columns)

    def in_file(self, text: str) -> bool:
        """Whether the text of a file mentions the dataset by its whole name."""
        return re.search(rf"(?<![\w.-]){re.escape(self.dataset)}(?!\w)", text) is not None


def using(trees: Iterable[ast.Module], wanted: Wanted) -> list[list[tuple[int, str]]]:
    """For each of the trees, which share their names, line and task ("" outside of one) of each use of a column."""
    all_trees = list(trees)
    nodes = [node for tree in all_trees for node in ast.walk(tree)]
    passive = _passive(nodes, wanted.dataset)
    return [list(_of_tree(tree, wanted, passive)) for tree in all_trees]


def naming(tree: ast.Module, dataset: str) -> Iterator[tuple[int, str]]:
    """Line and task of each text that is the name of the dataset."""
    for statement, task in _statements(tree):
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and node.value == dataset:
                yield node.lineno, task


def _of_tree(tree: ast.Module, wanted: Wanted, passive: set[int]) -> Iterator[tuple[int, str]]:
    for statement, task in _statements(tree):
        for node in ast.walk(statement):
            if id(node) not in passive and _is_use(node, wanted):
                yield getattr(node, "lineno", 1), task


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement of a module, with the name of the task that it is, if it is one."""
    for statement in tree.body:
        is_task = isinstance(statement, ast.ClassDef) and any(last(base).endswith("Task") for base in statement.bases)
        yield statement, statement.name if is_task and isinstance(statement, ast.ClassDef) else ""


def _is_use(node: ast.AST, wanted: Wanted) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return text in wanted.columns or (_STATEMENT.match(text) is not None and wanted.in_code(text))
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name in wanted.columns
        case ast.JoinedStr():
            text = " ".join(_constants(node.values))
            return _STATEMENT.match(text) is not None and wanted.in_code(text)
        case ast.Call() if last(node.func) in _EXPRESSIONS:
            return any(wanted.in_code(text) for text in _texts(node))
        case ast.ClassDef() if any(last(base) in _SCHEMAS for base in node.bases):
            targets = (part.target for part in node.body if isinstance(part, ast.AnnAssign))
            return any(isinstance(target, ast.Name) and target.id in wanted.columns for target in targets)
    return False


def _texts(call: ast.Call) -> Iterator[str]:
    for value in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _constants(value.values if isinstance(value, ast.JoinedStr) else [value])


def _constants(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _passive(nodes: Sequence[ast.AST], dataset: str) -> set[int]:
    """The ids of the nodes that look like a use of a column of the dataset and are none."""
    others = _others(nodes, dataset)
    modules = {name for node in nodes for name in _imported(node)}
    found: set[int] = set()
    for node in nodes:
        match node:
            # A docstring, or a text that nothing is done with.
            case ast.Expr(value=ast.Constant() as text):
                found.add(id(text))
            # A method, as `frame.count()` is; what a module or an object of one's own has.
            case ast.Call(func=ast.Attribute() as method):
                found.add(id(method))
            case ast.Attribute(value=ast.Name(id=name)) if name in modules | others | {"self", "cls"}:
                found.add(id(node))
            # What is written there, or read of another dataset.
            case ast.Subscript(value=ast.Name(id=name)) if name in others:
                found.update(id(part) for part in ast.walk(node.slice))
            case ast.Subscript(value=ast.Call() as read) if _reads_another(read, dataset):
                found.update(id(part) for part in ast.walk(node.slice))
            case ast.Attribute(value=ast.Call() as read) if _reads_another(read, dataset):
                found.add(id(node))
            case ast.Subscript(ctx=ast.Store(), slice=ast.Constant() as text):
                found.add(id(text))
        if isinstance(node, ast.Call):
            given = ast.walk(node) if _reads_another(node, dataset) else _named_by(node)
            found.update(map(id, given))
    return found


def _named_by(call: ast.Call) -> list[ast.expr]:
    """The texts of a call that name what it makes."""
    if last(call.func) in _NAMING:
        return call.args[:1]
    if last(call.func) in _MAKING and call.args and isinstance(call.args[0], ast.Dict):
        return [key for key in call.args[0].keys if key is not None]
    return []


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)


def _others(nodes: Sequence[ast.AST], dataset: str) -> set[str]:
    """The names that are bound to another dataset as it was read, and to nothing else."""
    bound: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound[name] += 1
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as read):
                other[name] += _reads_another(read, dataset)
    return {name for name, count in other.items() if count == bound[name]}


def _reads_another(call: ast.Call, dataset: str) -> bool:
    """Whether a call reads a dataset by its name, and another one."""
    name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else dataset
    return last(call.func) == "read" and isinstance(name, str) and name != dataset
