"""The declaration of a dataset in a `catalog.toml`, read strictly."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from paddock.data import dtypes
from paddock.data.contract import Column, Contract
from paddock.data.place import Place
from paddock.errors import nearest

_DATASET_KEYS = ("description", "columns", "key", "serve", "min_rows", "max_age_days")
_COLUMN_KEYS = tuple(field.name for field in fields(Column) if field.name != "name")
_PYTHON_TYPES: dict[str, type] = {"string": str, "bool": bool, "date": date}


def contract_of(project: str, name: str, table: dict[str, Any], place: Place) -> Contract:
    """The contract that `[datasets.<name>]` declares; raises ConfigurationError with file and line."""
    where = f"datasets.{name}"
    place.check_name("datasets", name)
    place.refuse_unknown(table, _DATASET_KEYS, where)
    columns = place.table(table, "columns", where)
    if not columns:
        place.fail(where, "", "expected columns, got none", f"Add one: [{where}.columns.NAME]")
    key = _texts(place, where, table, "key")
    for column in key:
        if column not in columns:
            place.fail(where, "key", f"names no column: '{column}'", nearest(column, columns))
        if columns[column].get("nullable") is True:
            place.fail(where, "key", f"the column '{column}' is nullable", "Nothing identifies no row: drop nullable.")
    min_rows = place.value(table, where, "min_rows", int, 1)
    if min_rows < 0:
        place.fail(where, "min_rows", f"expected at least 0, got {min_rows}", "Mend that line.")
    return Contract(
        dataset=f"{project}.{name}",
        description=place.described(table, where),
        columns=tuple(_column(place, f"{where}.columns", column, facts) for column, facts in columns.items()),
        key=key,
        serve=place.value(table, where, "serve", bool, False),
        min_rows=min_rows,
        max_age_days=place.positive(table, where, "max_age_days"),
    )


def _column(place: Place, tables: str, name: str, table: dict[str, Any]) -> Column:
    where = f"{tables}.{name}"
    place.check_name(tables, name)
    place.refuse_unknown(table, _COLUMN_KEYS, where)
    dtype = place.value(table, where, "dtype", str, "")
    if dtype not in dtypes.NAMES:
        place.fail(where, "dtype", f"expected a dtype, got {dtype!r}", nearest(dtype, dtypes.NAMES))
    column = Column(
        name=name,
        dtype=dtype,
        description=place.described(table, where),
        unit=place.value(table, where, "unit", str, ""),
        nullable=place.value(table, where, "nullable", bool, False),
        unique=place.value(table, where, "unique", bool, False),
        minimum=_bound(place, where, table, "minimum", dtype),
        maximum=_bound(place, where, table, "maximum", dtype),
        allowed=_allowed(place, where, table, dtype),
        regex=_regex(place, where, table, dtype),
        personal=place.value(table, where, "personal", bool, False),
    )
    if column.minimum is not None and column.maximum is not None and column.minimum > column.maximum:
        place.fail(where, "minimum", f"is {column.minimum}, above the maximum {column.maximum}", "Swap them.")
    return column


def _bound(place: Place, where: str, table: dict[str, Any], key: str, dtype: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if dtype not in dtypes.NUMBERS:
        place.fail(where, key, f"a {dtype} has no bounds", "Remove it; regex or allowed check texts.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        place.fail(where, key, f"expected a number, got {value!r}", "Mend that line.")
    if dtype in dtypes.FLOATS:
        return float(value)
    low, high = dtypes.limits(dtype)
    if value != int(value) or not low <= value <= high:
        place.fail(where, key, f"expected a whole number that fits {dtype}, got {value!r}", "Mend that line.")
    return int(value)


def _allowed(place: Place, where: str, table: dict[str, Any], dtype: str) -> tuple[Any, ...]:
    values = place.value(table, where, "allowed", list, [])
    for value in values:
        if not _is_value(value, dtype):
            place.fail(where, "allowed", f"expected values of {dtype}, got {value!r}", "Mend that line.")
    if "allowed" in table and not values:
        place.fail(where, "allowed", "expected values, got none", "Name them, or remove the line.")
    return tuple(values)


def _is_value(value: object, dtype: str) -> bool:
    """Whether a TOML value is one of `dtype`."""
    if dtype in dtypes.NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return False
        low, high = dtypes.limits(dtype) if dtype in dtypes.INTEGERS else (-math.inf, math.inf)
        return low <= value <= high and (dtype in dtypes.FLOATS or isinstance(value, int))
    if isinstance(value, datetime):
        # To Python, a moment is a date too.
        return dtype == "timestamp" and value.tzinfo is not None
    return type(value) is _PYTHON_TYPES.get(dtype)


def _regex(place: Place, where: str, table: dict[str, Any], dtype: str) -> str:
    pattern = place.value(table, where, "regex", str, "")
    if pattern and dtype != "string":
        place.fail(where, "regex", f"a {dtype} is no text", "Remove it; minimum, maximum or allowed check numbers.")
    try:
        re.compile(pattern)
    except re.error as error:
        place.fail(where, "regex", f"is no regular expression: {error}", "Mend that line.")
    return pattern


def _texts(place: Place, where: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    values = place.value(table, where, key, list, [])
    if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
        place.fail(where, key, f"expected different names, got {values!r}", 'Write, for instance: key = ["case_id"]')
    return tuple(values)
