"""JSON lines: an object of plain values in each line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from paddock.data import dtypes
from paddock.data.casting import Misfit
from paddock.data.sources import columns as checks
from paddock.data.sources.cells import typed
from paddock.data.sources.text import checked
from paddock.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS: dict[str, frozenset[type]] = {
    "bool": frozenset({bool}),
    **dict.fromkeys(dtypes.NUMBERS, frozenset({int, float})),
}


def read(content: bytes, where: str, columns: Mapping[str, str]) -> pa.Table:
    """The rows, each column in its declared dtype; a key that a line leaves out is null there."""
    import pyarrow as pa

    lines = checked(content, where).removesuffix(b"\n").split(b"\n")
    rows = [_row(line, f"{where}:{number}") for number, line in enumerate(lines, 1)]
    _refuse_drift(rows, columns, where)
    arrays = []
    for name, dtype in columns.items():
        try:
            arrays.append(_array([row.get(name) for row in rows], dtype))
        except Misfit as misfit:
            checks.refuse_value(misfit, name, lambda row: f"{where}:{row + 1}")
    return pa.table(arrays, names=list(columns))


class _RepeatedKeyError(ValueError):
    """A key that stands twice in one object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in names if names.count(name) > 1))
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON; write null")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = _DECODER.decode(line.decode())
    except _RepeatedKeyError as error:
        raise DataError(f"{where}: the key '{error}' stands twice", "Rename one of them where it is made.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{where}: expected one JSON object, got what is none: {error}", "Write one object in each line."
        ) from error
    if not isinstance(row, dict):
        raise DataError(f"{where}: expected one JSON object, got {line[:60].decode(errors='replace')!r}", _ONE_EACH)
    for name, value in row.items():
        if isinstance(value, dict | list):
            raise DataError(
                f"{where}: column '{name}': expected a plain value, got a nested {type(value).__name__}",
                "Flatten it where it is made: one key for each value.",
            )
    return row


_ONE_EACH = "Write one object in each line, without a list around them."


def _refuse_drift(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], where: str) -> None:
    """Raise for a key that is not declared, and for a declared one that no line has."""
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        for name in row:
            seen.setdefault(name, number)
    for name, number in seen.items():
        if name not in columns:
            checks.refuse_drift(list(seen), columns, f"{where}:{number}")
    checks.refuse_drift(list(seen), columns, where)


def _array(values: list[Any], dtype: str) -> pa.ChunkedArray:
    import pyarrow as pa

    allowed = _KINDS.get(dtype, frozenset({str}))
    if not set(map(type, values)) <= allowed | {type(None)}:
        row = next(row for row, value in enumerate(values) if value is not None and type(value) not in allowed)
        raise Misfit(row, values[row], dtype)
    if dtype in dtypes.NUMBERS:
        values = [None if value is None else _number(row, value, dtype) for row, value in enumerate(values)]
        return pa.chunked_array([pa.array(values, dtypes.arrow_type(dtype))])
    if dtype == "bool":
        return pa.chunked_array([pa.array(values, pa.bool_())])
    try:
        texts = pa.chunked_array([pa.array(values, pa.string())])
    except UnicodeEncodeError as error:
        row = next(row for row, value in enumerate(values) if value and not value.isprintable() and _is_broken(value))
        raise Misfit(row, values[row], "text without half a surrogate pair") from error
    return typed(texts, dtype)


def _number(row: int, value: int | float, dtype: str) -> int | float:
    """The number in `dtype`, where it is the same number there."""
    if dtype in dtypes.INTEGERS:
        low, high = dtypes.limits(dtype)
        is_exact = isinstance(value, int) or (value.is_integer() and abs(value) <= dtypes.EXACT_IN_FLOAT64)
        if not is_exact or not low <= value <= high:
            raise Misfit(row, value, f"{dtype} from {low} to {high}")
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if number in (float("inf"), float("-inf")) or (isinstance(value, int) and int(number) != value):
        raise Misfit(row, value, f"{dtype}, exactly")
    return number


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
