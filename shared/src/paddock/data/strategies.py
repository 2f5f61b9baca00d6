"""Hypothesis strategies made from contracts: frames that obey, and frames that break one promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Literal

from paddock.data import breaches, domain, dtypes
from paddock.data.breaches import Breach
from paddock.data.contract import Column, Contract
from paddock.data.forms import converter
from paddock.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd
    from hypothesis.strategies import SearchStrategy

_LONGEST_TEXT = 20


def frames(contract: Contract, min_rows: int | None = None, max_rows: int = 30) -> SearchStrategy[pd.DataFrame]:
    """Frames that obey the contract, in the dtypes that a session's `read` gives.

    They have at least `min_rows` rows, by default as many as the contract demands, which may exceed `max_rows`.
    Raises ConfigurationError when the contract admits fewer.
    """
    return _rows(contract, contract.min_rows if min_rows is None else min_rows, max_rows).map(_framed(contract))


def broken_frames(contract: Contract, max_rows: int = 30) -> SearchStrategy[tuple[pd.DataFrame, str, int]]:
    """Frames in which exactly one promise is broken, each with the column and the row that break it.

    Of a repeated value the row is one of the two; of a repeated key the column is the key's first. Raises
    ConfigurationError when no value could break the contract.
    """
    st = _hypothesis()
    # A repetition needs two rows, and some contracts admit only one.
    possible = [breach for breach in breaches.of(contract) if breach.rows <= domain.most_rows(contract)]
    if not possible:
        raise ConfigurationError(
            f"{contract.dataset}: no value of the right dtype breaks its contract", "Promise more in catalog.toml."
        )
    sizes = {breach.rows: _rows(contract, max(contract.min_rows, breach.rows), max_rows) for breach in possible}
    frame = _framed(contract)

    def broken(draw: Callable[..., Any]) -> tuple[pd.DataFrame, str, int]:
        breach: Breach = draw(st.sampled_from(possible))
        rows = draw(sizes[breach.rows])
        row = draw(st.integers(0, len(rows) - 1))
        values = [
            replaced for replaced in breach.rows_with(rows, row) if breaches.keeps_the_rest(contract, breach, replaced)
        ]
        if not values:
            from hypothesis import reject

            reject()
        return frame(draw(st.sampled_from(values))), breach.column, row

    found: SearchStrategy[tuple[pd.DataFrame, str, int]] = st.composite(broken)()
    return found


def _rows(contract: Contract, min_rows: int, max_rows: int) -> SearchStrategy[list[tuple[Any, ...]]]:
    st = _hypothesis()
    most = domain.most_rows(contract)
    if most < min_rows:
        raise ConfigurationError(
            f"{contract.dataset}: its contract admits at most {most:g} rows, expected at least {min_rows}",
            "Allow more values, or ask for fewer rows.",
        )
    row = st.tuples(*(_values(column) for column in contract.columns))
    rows: SearchStrategy[list[tuple[Any, ...]]] = st.lists(
        row,
        min_size=min_rows,
        max_size=int(min(max(max_rows, min_rows), most)),
        unique_by=tuple(_identities(contract)) or None,
    )
    return rows


def _identities(contract: Contract) -> list[Callable[[Sequence[Any]], Any]]:
    """What must differ from row to row: each unique column, and the key as a whole."""
    groups: list[tuple[str, ...]] = [(column.name,) for column in contract.columns if column.unique]
    if contract.key:
        groups.append(contract.key)
    return [_Identity(tuple(contract.names.index(name) for name in group)) for group in groups]


@dataclass(frozen=True)
class _Identity:
    """The values of a row at `places`; nothing is never the same as nothing."""

    places: tuple[int, ...]

    def __call__(self, row: Sequence[Any]) -> Any:
        return tuple(object() if row[place] is None else row[place] for place in self.places)


def _values(column: Column) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    values = _present(column)
    return st.none() | values if column.nullable else values


def _present(column: Column) -> SearchStrategy[Any]:
    from hypothesis import strategies as st

    listed = domain.listed(column)
    if listed is not None:
        return st.sampled_from(listed)
    if column.dtype in dtypes.INTEGERS:
        return st.integers(*domain.bounds(column))
    if column.dtype in dtypes.FLOATS:
        low, high = (
            domain.inward(bound, column.dtype, side) for bound, side in ((column.minimum, 1), (column.maximum, -1))
        )
        width: Literal[32, 64] = 32 if column.dtype == "float32" else 64
        return st.floats(low, high, width=width, allow_nan=False, allow_infinity=False)
    if column.regex:
        return st.from_regex(column.regex, fullmatch=True)
    if column.dtype == "date":
        return st.dates()
    if column.dtype == "timestamp":
        return st.datetimes(timezones=st.just(UTC))
    return st.text(st.characters(codec="utf-8"), max_size=_LONGEST_TEXT)


def _framed(contract: Contract) -> Callable[[Sequence[Sequence[Any]]], pd.DataFrame]:
    import pyarrow as pa

    # A broken frame may hold nothing where its contract wants a value.
    breakable = pa.schema([field.with_nullable(True) for field in contract.schema])

    def frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
        columns = list(zip(*rows, strict=True)) or [()] * len(contract.columns)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, contract.schema, strict=True)]
        has_nothing = any(
            array.null_count and not field.nullable for array, field in zip(arrays, contract.schema, strict=True)
        )
        made: pd.DataFrame = converter("pandas")(pa.table(arrays, schema=breakable if has_nothing else contract.schema))
        return made

    return frame


def _hypothesis() -> Any:
    try:
        from hypothesis import strategies
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "strategies of contracts need packages that are not installed", "Install: paddock[testing]"
        ) from error
    return strategies
