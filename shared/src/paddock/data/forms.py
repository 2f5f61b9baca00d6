"""The forms in which rows are given: pandas, Polars, Arrow, Ibis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from paddock.errors import ConfigurationError

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["pandas", "polars", "arrow", "ibis"]


def converter(form: str) -> Callable[[pa.Table], Any]:
    """How an Arrow table becomes `form`; raises ConfigurationError for an unknown one."""
    converters = {"pandas": _pandas, "polars": _polars, "arrow": lambda table: table, "ibis": _ibis}
    if form not in converters:
        raise ConfigurationError(
            f"as_: expected one of {', '.join(converters)}, got {form!r}", 'Write, for instance: as_="polars"'
        )
    return converters[form]


def _pandas(table: pa.Table) -> Any:
    """A frame in NumPy's dtypes, except where a column may hold nulls that NumPy cannot tell from numbers."""
    import pandas as pd
    import pyarrow as pa

    frame = table.to_pandas()
    for column in table.schema:
        if column.nullable and (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)):
            name = "boolean" if pa.types.is_boolean(column.type) else _capitalized(str(column.type))
            dtype = pd.api.types.pandas_dtype(name)
            frame[column.name] = table.column(column.name).to_pandas(types_mapper={column.type: dtype}.get)
    return frame


def _capitalized(name: str) -> str:
    """pandas' name of a nullable integer: Int64, UInt8."""
    return name.replace("u", "U").replace("int", "Int")


def _polars(table: pa.Table) -> Any:
    import polars

    return polars.from_arrow(table)


def _ibis(table: pa.Table) -> Any:
    import ibis

    return ibis.memtable(table)
