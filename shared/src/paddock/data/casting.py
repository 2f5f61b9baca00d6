"""Conversions between dtypes that lose nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paddock.data import dtypes

if TYPE_CHECKING:
    import pyarrow as pa


class Misfit(Exception):  # noqa: N818 - no error of its own: who knows the place turns it into one
    """The first value that does not fit a dtype: its row, itself, and what was expected there, in words."""

    def __init__(self, row: int, value: object, expected: str) -> None:
        super().__init__(f"row {row}: expected {expected}, got {value!r}")
        self.row = row
        self.value = value
        self.expected = expected


def lossless(values: pa.ChunkedArray, dtype: str) -> pa.ChunkedArray:
    """`values` in `dtype`; NaN becomes null. Raises Misfit where a value would not mean the same."""
    import pyarrow as pa
    import pyarrow.compute as pc

    target = dtypes.arrow_type(dtype)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_floating(values.type):
        # NaN means "missing" to pandas and Polars users alike; a contract knows only one kind of nothing.
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    if values.type == target:
        return values
    if values.null_count == len(values):
        return pa.chunked_array([pa.nulls(len(values), target)])
    if not _may_convert(dtype, values.type):
        hint = " with a time zone" if dtype == "timestamp" and pa.types.is_timestamp(values.type) else ""
        raise _misfit(values, pc.is_valid(values), f"{dtype}{hint} (the column holds {values.type})")
    if dtype in dtypes.INTEGERS and pa.types.is_floating(values.type):
        # Beyond 2^53 an integer that came as a float may have been another one.
        _refuse(
            values, pc.greater(pc.abs(values), dtypes.EXACT_IN_FLOAT64), f"{dtype}, exactly (the column holds floats)"
        )
    return _cast(values, dtype)


def _cast(values: pa.ChunkedArray, dtype: str) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    target = dtypes.arrow_type(dtype)
    if dtype in dtypes.FLOATS and pa.types.is_decimal(values.type):
        # By way of their digits, because Arrow's own conversion is off by a bit now and then.
        converted = values.cast(pa.string()).cast(target)
        back = converted.cast(pa.string()).cast(values.type)
        _refuse(values, pc.not_equal(back, values), f"{dtype}, exactly (the column holds {values.type})")
        return converted
    try:
        converted = values.cast(target)
    except pa.ArrowInvalid as error:
        for row, value in enumerate(values):
            try:
                value.cast(target)
            except pa.ArrowInvalid:
                raise Misfit(row, value.as_py(), dtype) from error
        raise
    if dtype in dtypes.FLOATS and pa.types.is_floating(values.type):
        # Arrow rounds without a word; what does not come back was not the same.
        back = converted.cast(values.type, safe=False)
        _refuse(values, pc.not_equal(back, values), f"{dtype}, exactly (the column holds {values.type})")
    return converted


def _may_convert(dtype: str, source: pa.DataType) -> bool:
    """Whether values of `source` can mean the same in `dtype`."""
    import pyarrow as pa

    if dtype in dtypes.NUMBERS:
        return bool(pa.types.is_integer(source) or pa.types.is_floating(source) or pa.types.is_decimal(source))
    if dtype == "string":
        return bool(pa.types.is_large_string(source) or pa.types.is_string_view(source))
    if dtype == "date":
        return bool(pa.types.is_date(source))
    if dtype == "timestamp":
        return bool(pa.types.is_timestamp(source) and source.tz is not None)
    return False


def _refuse(values: pa.ChunkedArray, wrong: Any, expected: str) -> None:
    """Raise Misfit for the first row in which `wrong` is true."""
    import pyarrow.compute as pc

    if pc.any(wrong).as_py():
        raise _misfit(values, wrong, expected)


def _misfit(values: pa.ChunkedArray, wrong: Any, expected: str) -> Misfit:
    import pyarrow.compute as pc

    row = pc.index(wrong, True).as_py()
    return Misfit(row, values[row].as_py(), expected)
