"""Parameters of a notebook: what its parameters cell declares, and values checked against that."""

from __future__ import annotations

import ast
import keyword
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from paddock.errors import ConfigurationError, nearest
from paddock.notebooks import json_text, secret

if TYPE_CHECKING:
    from nbformat import NotebookNode

_LITERALS = "Write a number, text, bool, None, list, dict or date(2026, 1, 31)."
_EXAMPLES = {
    "int": "10",
    "float": "0.97",
    "str": "text",
    "bool": "true",
    "date": "2026-01-31",
    "list": "'[1, 2]'",
    "dict": """'{"a": 1}'""",
}
_TYPES: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    date: "date",
    list: "list",
    dict: "dict",
}


@dataclass(frozen=True)
class Parameter:
    """A declared parameter: its type by name, whether None is allowed, its default, and where it stands.

    `date_call` is how its cell writes the constructor of a date, such as "datetime.date".
    """

    name: str
    type: str
    default: Any
    is_optional: bool
    cell: int
    line: int
    date_call: str = "date"

    @property
    def expected(self) -> str:
        """The type in words."""
        return f"{self.type} or None" if self.is_optional else self.type


@dataclass(frozen=True)
class _Place:
    """Where a message is about: the notebook in words, the cell and the line in it."""

    where: str
    cell: int
    line: int

    def fault(self, what: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(f"{self.where}cell {self.cell}, line {self.line}: {what}", remedy)


def declared(notebook: NotebookNode, where: str = "") -> dict[str, Parameter]:
    """The parameters that the cell tagged `parameters` declares, by name; the cell is parsed, not executed.

    Raises ConfigurationError, which names `where`, cell and line, for anything but `name: type = literal`.
    """
    where = f"{where}: " if where else ""
    tagged = [
        (number, cell)
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if not tagged:
        return {}
    if len(tagged) > 1:
        numbers = " and ".join(str(number) for number, _ in tagged)
        raise ConfigurationError(
            f"{where}cells {numbers} are tagged 'parameters', expected one", "Declare all parameters in one cell."
        )
    number, cell = tagged[0]
    return _declarations(where, number, cell.source)


def checked(declared: Mapping[str, Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with the declared types; texts as given on a command line are converted.

    Raises ConfigurationError for an unknown name, a wrong type, or a value that looks like a secret.
    """
    for name in values:
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ConfigurationError(
                f"parameter {name!r:.80}: expected a Python name", nearest(str(name)[:80], declared)
            )
        if name not in declared:
            raise ConfigurationError(f"unknown parameter '{name}'", nearest(name, declared))
    return {name: _typed(declared[name], value) for name, value in values.items()}


def _declarations(where: str, cell: int, source: str) -> dict[str, Parameter]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise _Place(where, cell, error.lineno or 1).fault(
            f"is not valid Python: {error.msg}", "A parameters cell holds lines such as: minimum_auc: float = 0.97"
        ) from error
    found: dict[str, Parameter] = {}
    for statement in statements:
        if _says_nothing(statement):
            continue
        place = _Place(where, cell, statement.lineno)
        parameter = _declaration(place, statement)
        if parameter.name in found:
            raise place.fault(
                f"'{parameter.name}' is declared twice, first in line {found[parameter.name].line}", "Remove one."
            )
        secret.check(f"{where}cell {cell}, line {statement.lineno}: ", parameter.name, parameter.default)
        found[parameter.name] = parameter
    return found


def _says_nothing(statement: ast.stmt) -> bool:
    """A docstring, or the import of `datetime` that dates need."""
    match statement:
        case ast.Expr(value=ast.Constant(value=str())) | ast.Import(names=[ast.alias(name="datetime")]):
            return True
        case ast.ImportFrom(module="datetime"):
            return True
    return False


def _declaration(place: _Place, statement: ast.stmt) -> Parameter:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            type_, is_optional = _annotated(place, name, annotation)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            type_, is_optional = "", False
        case _:
            raise place.fault(
                f"expected 'name: type = default', got '{ast.unparse(statement).splitlines()[0][:80]}'",
                "Move other code to a cell of its own.",
            )
    default = _literal(place, name, value)
    if not type_:
        type_ = _type_of_default(place, name, default)
    date_call = ast.unparse(value.func) if isinstance(value, ast.Call) else "date"
    parameter = Parameter(name, type_, default, is_optional, place.cell, place.line, date_call)
    if not _fits(parameter, default):
        raise place.fault(
            f"'{name}': expected {parameter.expected}, got {default!r:.80}", "Mend the default or the type."
        )
    return parameter


def _annotated(place: _Place, name: str, annotation: ast.expr) -> tuple[str, bool]:
    """The type and whether None is allowed, from an annotation such as `float | None`."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotated(place, name, left)[0], True
        case ast.Subscript(value=ast.Name(id="list" | "dict" as type_)):
            return type_, False
        case ast.Name(id=type_) | ast.Attribute(attr="date" as type_) if type_ in _EXAMPLES:
            return type_, False
        case _:
            raise place.fault(
                f"'{name}': expected a type out of {', '.join(_EXAMPLES)}, got '{ast.unparse(annotation)[:80]}'",
                "Write, for instance: minimum_auc: float | None = None",
            )


def _literal(place: _Place, name: str, value: ast.expr) -> Any:
    try:
        if isinstance(value, ast.Call) and ast.unparse(value.func).split(".")[-1] == "date" and not value.keywords:
            return date(*(ast.literal_eval(argument) for argument in value.args))
        found = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise place.fault(
            f"'{name}': expected a literal as its default, got '{ast.unparse(value)[:80]}'", _LITERALS
        ) from error
    if fault := _fault(found):
        raise place.fault(f"'{name}': {fault}", _LITERALS)
    return found


def _type_of_default(place: _Place, name: str, default: Any) -> str:
    if default is None:
        raise place.fault(
            f"'{name}': None alone does not say a type", f"Write, for instance: {name}: float | None = None"
        )
    return _TYPES[type(default)]


def _fault(value: Any) -> str:
    """Why a value cannot be a parameter's, in words; empty when it can."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                return f"dictionary keys: expected texts, got {key!r:.80} (as JSON it would become a text)"
            if fault := _fault(inner):
                return fault
        return ""
    if isinstance(value, list):
        return next((fault for inner in value if (fault := _fault(inner))), "")
    if isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number, got {value}"
    if isinstance(value, bytes):
        return "bytes cannot be a parameter, expected text"
    if value is None or type(value) in _TYPES:
        return ""
    return f"{type(value).__name__} cannot be a parameter's type, expected one of {', '.join(_EXAMPLES)}"


def _fits(parameter: Parameter, value: Any) -> bool:
    if value is None:
        return parameter.is_optional
    found = _TYPES.get(type(value))
    return found == parameter.type or (parameter.type == "float" and found == "int")


def _typed(parameter: Parameter, value: Any) -> Any:
    secret.check("", parameter.name, value)
    if isinstance(value, str) and parameter.type != "str":
        value = _converted(parameter, value)
    if fault := _fault(value):
        raise ConfigurationError(f"parameter '{parameter.name}': {fault}", _example(parameter))
    if not _fits(parameter, value):
        raise _mismatch(parameter, value)
    return float(value) if parameter.type == "float" and value is not None else value


def _converted(parameter: Parameter, text: str) -> Any:
    if parameter.is_optional and text.lower() in ("none", "null"):
        return None
    converters: dict[str, Callable[[str], Any]] = {
        "int": int,
        "float": float,
        "bool": lambda text: {"true": True, "false": False}[text.lower()],
        "date": date.fromisoformat,
        "list": json_text.parse,
        "dict": json_text.parse,
    }
    try:
        return converters[parameter.type](text)
    except (ValueError, KeyError, RecursionError, OverflowError) as error:
        raise _mismatch(parameter, text) from error


def _mismatch(parameter: Parameter, value: Any) -> ConfigurationError:
    return ConfigurationError(
        f"parameter '{parameter.name}': expected {parameter.expected}, got {value!r:.80}", _example(parameter)
    )


def _example(parameter: Parameter) -> str:
    return f"Write, for instance: -p {parameter.name}={_EXAMPLES[parameter.type]}"
