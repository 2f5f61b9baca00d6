"""Samples: many rows that obey a contract, the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paddock.data import domain, dtypes
from paddock.data.contract import Column, Contract
from paddock.data.forms import converter
from paddock.errors import ConfigurationError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_NULLS = 0.1
_SOME_TEXTS = 50  # different texts of a pattern, where they may repeat
_DAY = 24 * 3600
_YEAR_2000 = 10957 * _DAY
_YEAR_9999 = 2932532 * _DAY
_LARGEST = 2**62


@dataclass(frozen=True)
class _Values:
    """Values by number: `take` gives those with the numbers 0 to `size` - 1 that it is asked for."""

    size: int
    take: Callable[[Any], Any]


def sample(contract: Contract, rows: int, seed: int = 0) -> pd.DataFrame:
    """A frame of `rows` rows that obey the contract, deterministic in `seed`.

    Numbers are uniform within their bounds, or normal where nothing bounds them; one value in ten is null where
    it may be. Raises ConfigurationError when the contract does not admit that many rows.
    """
    import numpy as np
    import pyarrow as pa

    if rows > domain.most_rows(contract):
        raise _too_few(contract, "its key or a unique column", rows)
    generator = np.random.default_rng(seed)
    made = _key_values(contract, rows, generator, seed)
    for position, column in enumerate(contract.columns):
        if column.name not in made:
            made[column.name] = _column(contract, column, rows, generator, seed + position)
    arrays = [_array(column, made[column.name], generator) for column in contract.columns]
    frame: pd.DataFrame = converter("pandas")(pa.table(arrays, schema=contract.schema))
    return frame


def _key_values(contract: Contract, rows: int, generator: np.random.Generator, seed: int) -> dict[str, Any]:
    """The values of the key's columns, no two rows alike; empty where a column is unique anyway."""
    columns = [contract.column(name) for name in contract.key]
    if not columns or any(column.unique for column in columns):
        return {}
    floats = [column for column in columns if _is_drawn(column)]
    if floats:
        return {floats[0].name: _distinct_floats(contract, floats[0], rows, generator)}
    values = [_values(contract, column, rows, distinct=len(columns) == 1, seed=seed) for column in columns]
    sizes: list[int] = []
    for value in values:
        sizes.append(max(1, min(value.size, _LARGEST // math.prod(sizes))))
    if math.prod(sizes) < rows:
        raise _too_few(contract, f"its key ({', '.join(contract.key)})", rows)
    numbers = _distinct_numbers(math.prod(sizes), rows, generator)
    made = {}
    for column, value, size in zip(columns, values, sizes, strict=True):
        numbers, rest = numbers // size, numbers % size
        made[column.name] = value.take(rest)
    return made


def _column(contract: Contract, column: Column, rows: int, generator: np.random.Generator, seed: int) -> Any:
    import numpy as np

    if _is_drawn(column):
        draw = _distinct_floats if column.unique else _some_floats
        return draw(contract, column, rows, generator)
    values = _values(contract, column, rows, column.unique, seed)
    if column.unique and values.size < rows and not column.nullable:
        raise _too_few(contract, f"column '{column.name}'", rows)
    if column.unique:
        return _padded(values.take(_distinct_numbers(values.size, min(values.size, rows), generator)), rows)
    return values.take(generator.integers(0, values.size - 1, rows, dtype=np.uint64, endpoint=True))


def _is_drawn(column: Column) -> bool:
    return column.dtype in dtypes.FLOATS and not column.allowed


def _values(contract: Contract, column: Column, rows: int, distinct: bool, seed: int) -> _Values:
    """The values that the column's contract admits, enough of them for `rows` rows where they are `distinct`."""
    import numpy as np

    listed = domain.listed(column)
    if listed is None and column.regex:
        from paddock.data.texts import matching

        count = rows if distinct else min(rows, _SOME_TEXTS)
        listed = matching(column.regex, count, seed)
        if len(listed) < (rows if distinct and not column.nullable else min(rows, 1)):
            raise _too_few(contract, f"column '{column.name}'", rows)
    if listed is not None:
        return _Values(len(listed), lambda numbers: [listed[int(number)] for number in numbers])
    if column.dtype == "string":
        return _Values(36**8, lambda numbers: [np.base_repr(int(number), 36).lower().zfill(8) for number in numbers])
    if column.dtype in dtypes.INTEGERS:
        low, high = _window(column, 4 * rows)
        return _Values(
            high - low + 1, lambda numbers: (numbers.astype(np.uint64) + np.uint64(low % 2**64)).astype(np.int64)
        )
    step = _DAY if column.dtype == "date" else 1
    span = min(max(30 * 365 * _DAY, 4 * rows * step), _YEAR_9999 - _YEAR_2000) // step
    unit = "D" if column.dtype == "date" else "s"
    return _Values(span, lambda numbers: (_YEAR_2000 // step + numbers.astype(np.int64)).astype(f"datetime64[{unit}]"))


def _window(column: Column, width: int) -> tuple[int, int]:
    """The bounds of a column of integers; a side that nothing bounds is as far away as is needed."""
    low, high = domain.bounds(column)
    width = max(width, 2000)
    if column.minimum is None and column.maximum is None:
        return max(low, -width // 2), min(high, width // 2)
    if column.maximum is None:
        return low, min(high, low + width)
    return (max(low, high - width), high) if column.minimum is None else (low, high)


def _some_floats(contract: Contract, column: Column, rows: int, generator: np.random.Generator) -> Any:
    import numpy as np

    kind = np.float32 if column.dtype == "float32" else np.float64
    low: Any = column.minimum
    high: Any = column.maximum
    inner = [domain.inward(bound, column.dtype, side) for bound, side in ((low, 1), (high, -1))]
    if low is not None and high is not None:
        # Not high - low, which may be too large for a float.
        part = generator.uniform(size=rows)
        drawn = low * (1 - part) + high * part
    else:
        drawn = generator.standard_normal(rows)
        if low is not None:
            drawn = low + abs(drawn)
        elif high is not None:
            drawn = high - abs(drawn)
    # Rounding may have led out of the bounds.
    low, high = (None if bound is None else kind(bound) for bound in inner)
    return drawn.astype(kind).clip(low, high)


def _distinct_floats(contract: Contract, column: Column, rows: int, generator: np.random.Generator) -> Any:
    import numpy as np

    values = np.unique(_some_floats(contract, column, rows, generator))
    while len(values) < rows:
        more = np.unique([*values, *_some_floats(contract, column, rows, generator)]).astype(values.dtype)
        if len(more) == len(values):
            if column.nullable:
                return _padded(values, rows)
            raise _too_few(contract, f"column '{column.name}'", rows)
        values = more
    return generator.permutation(values)[:rows]


def _padded(values: Any, rows: int) -> Any:
    """The values of a nullable unique column, which has nothing in the rows that are left."""
    if len(values) == rows:
        return values
    return [*(values if isinstance(values, list) else values.tolist()), *[None] * (rows - len(values))]


def _distinct_numbers(size: int, rows: int, generator: np.random.Generator) -> Any:
    """`rows` different numbers from 0 to `size` - 1."""
    import numpy as np

    if size <= 4 * rows:
        return generator.permutation(size)[:rows].astype(np.uint64)
    found = np.array([], dtype=np.uint64)
    while len(found) < rows:
        more = generator.integers(0, size - 1, rows, dtype=np.uint64, endpoint=True)
        found = np.unique(np.concatenate([found, more]))
    return generator.permutation(found)[:rows]


def _array(column: Column, values: Any, generator: np.random.Generator) -> Any:
    import pyarrow as pa

    target = dtypes.arrow_type(column.dtype)
    array = pa.array(values)
    array = (
        array.cast(pa.timestamp("us")).cast(target)
        if column.dtype == "timestamp" and not column.allowed
        else array.cast(target)
    )
    if not column.nullable or column.unique:
        return array
    import pyarrow.compute as pc

    return pc.if_else(pa.array(generator.uniform(size=len(array)) < _NULLS), pa.scalar(None, target), array)


def _too_few(contract: Contract, what: str, rows: int) -> ConfigurationError:
    return ConfigurationError(
        f"{contract.dataset}: {what} cannot have {rows} different values",
        "Ask for fewer rows, or allow more values in catalog.toml.",
    )
