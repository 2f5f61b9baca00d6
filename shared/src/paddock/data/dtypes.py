"""The dtypes that a contract may name, as Arrow types."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

INTEGERS = ("int8", "int16", "int32", "int64")
FLOATS = ("float32", "float64")
NUMBERS = INTEGERS + FLOATS
# Up to here every integer is a float64 of its own.
EXACT_IN_FLOAT64 = 2**53
# Unsigned integers are missing because Delta Lake has none; timestamps are in UTC, in microseconds.
NAMES = (*NUMBERS, "string", "bool", "date", "timestamp")


def arrow_type(name: str) -> pa.DataType:
    """The Arrow type of a dtype name."""
    import pyarrow as pa

    special = {"date": pa.date32(), "timestamp": pa.timestamp("us", tz="UTC"), "bool": pa.bool_()}
    return special[name] if name in special else pa.type_for_alias(name)


def limits(name: str) -> tuple[int, int]:
    """The smallest and largest value of an integer dtype."""
    bits = int(name.removeprefix("int"))
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def name_of(kind: pa.DataType) -> str:
    """The dtype name of an Arrow type, or Arrow's own name where no dtype has that type."""
    return next((name for name in NAMES if arrow_type(name) == kind), str(kind))
