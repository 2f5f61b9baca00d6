"""Cells of text as values of a dtype, strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paddock.data import dtypes
from paddock.data.casting import Misfit

if TYPE_CHECKING:
    import pyarrow as pa

_INTEGER = r"\A-?(0|[1-9][0-9]*)\z"
_FLOAT = r"\A[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\z"
_ZERO_LED = r"\A[+-]?0[0-9]+(\.[0-9]*)?\z"
_DATE = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
_TIMESTAMP = (
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)\z"
)
_PATTERNS = {"bool": r"\A(?i:true|false)\z", "date": _DATE, "timestamp": _TIMESTAMP}
_WORDS = {
    "bool": "true or false",
    "date": "a date such as 2026-01-31",
    "timestamp": "a moment with a time zone such as 2026-01-31T12:00:00Z",
}


def typed(texts: pa.ChunkedArray, dtype: str) -> pa.ChunkedArray:
    """`texts` as values of `dtype`, nulls kept; raises Misfit for the first text that is none of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if dtype == "string":
        return texts
    _refuse_others(texts, dtype)
    if dtype == "bool":
        # A comparison of nothing is nothing.
        return pc.equal(pc.utf8_lower(texts), "true")
    try:
        values = texts.cast(dtypes.arrow_type(dtype))
    except pa.ArrowInvalid as error:
        raise _first_unfit(texts, dtype) from error
    if dtype in dtypes.FLOATS:
        _refuse(texts, pc.invert(pc.is_finite(values)), f"{dtype} (the number is too large)")
    if dtype in ("date", "timestamp"):
        _refuse(texts, pc.less(pc.year(values), 1), f"{dtype}: {_WORDS[dtype]}")
    return values


def _refuse_others(texts: pa.ChunkedArray, dtype: str) -> None:
    import pyarrow.compute as pc

    if dtype in dtypes.NUMBERS:
        # A code that loses its zeros is another code.
        zero_led = pc.match_substring_regex(texts, _ZERO_LED)
        _refuse(texts, zero_led, f"{dtype} without leading zeros; if it is a code, declare it as string")
    pattern = _PATTERNS.get(dtype) or (_INTEGER if dtype in dtypes.INTEGERS else _FLOAT)
    words = f": {_WORDS[dtype]}" if dtype in _WORDS else ""
    _refuse(texts, pc.invert(pc.match_substring_regex(texts, pattern)), f"{dtype}{words}")


def _refuse(texts: pa.ChunkedArray, wrong: pa.ChunkedArray, expected: str) -> None:
    import pyarrow.compute as pc

    row = pc.index(wrong, True).as_py()
    if row >= 0:
        raise Misfit(row, texts[row].as_py(), expected)


def _first_unfit(texts: pa.ChunkedArray, dtype: str) -> Misfit:
    """The first text that has the shape of a value and is none: 2026-02-30, or 300 as int8."""
    import pyarrow as pa

    target = dtypes.arrow_type(dtype)
    for row, text in enumerate(texts):
        try:
            text.cast(target)
        except pa.ArrowInvalid:
            range_ = " from {} to {}".format(*dtypes.limits(dtype)) if dtype in dtypes.INTEGERS else ""
            return Misfit(row, text.as_py(), f"{dtype}{range_}")
    raise AssertionError("an array cannot be cast, yet each of its values can")
