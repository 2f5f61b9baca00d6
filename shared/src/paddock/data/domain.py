"""The values that a column's contract admits."""

from __future__ import annotations

import math
import re
from typing import Any

from paddock.data import dtypes
from paddock.data.contract import Column, Contract
from paddock.errors import ConfigurationError


def admits(column: Column, value: Any) -> bool:
    """Whether `value`, which is of the column's dtype, keeps every check on single values."""
    if value is None:
        return column.nullable
    if column.minimum is not None and value < column.minimum:
        return False
    if column.maximum is not None and value > column.maximum:
        return False
    if column.allowed and value not in column.allowed:
        return False
    return not column.regex or re.fullmatch(column.regex, value) is not None


def listed(column: Column) -> tuple[Any, ...] | None:
    """The values that the contract lists one by one, or None when it lists none."""
    if column.allowed:
        values = tuple(value for value in dict.fromkeys(column.allowed) if admits(column, value))
        if not values:
            raise ConfigurationError(
                f"column '{column.name}': no allowed value keeps its other checks", "Mend them in catalog.toml."
            )
        return values
    return (False, True) if column.dtype == "bool" else None


def bounds(column: Column) -> tuple[int, int]:
    """The smallest and the largest value of a column of integers."""
    low, high = dtypes.limits(column.dtype)
    return (
        low if column.minimum is None else int(column.minimum),
        high if column.maximum is None else int(column.maximum),
    )


def size(column: Column) -> float:
    """How many different values the column can have; infinite where only the width of a float or text limits it."""
    values = listed(column)
    if values is not None:
        return len(values)
    if column.dtype in dtypes.INTEGERS:
        low, high = bounds(column)
        return high - low + 1
    return 1 if column.minimum is not None and column.minimum == column.maximum else math.inf


def most_rows(contract: Contract) -> float:
    """How many rows a table of the contract can have at most; nothing may repeat in a unique column."""
    unique = [size(column) for column in contract.columns if column.unique and not column.nullable]
    key = math.prod(size(contract.column(name)) for name in contract.key) if contract.key else math.inf
    return min([key, *unique])


def inward(bound: float | None, dtype: str, side: int) -> float | None:
    """The bound of a column of floats, or the nearest value of its dtype on the inner side (1 above, -1 below)."""
    import numpy as np

    if bound is None or dtype == "float64":
        return bound
    near = np.float32(bound)
    return float(near if (float(near) - bound) * side >= 0 else np.nextafter(near, np.float32(side * math.inf)))
