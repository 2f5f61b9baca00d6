"""The ways in which rows can break one promise of a contract, all others kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from paddock.data import domain, dtypes
from paddock.data.contract import Column, Contract

Row = tuple[Any, ...]
_TEXTS = ("", "0", "a", "Z", "\n", "☃", "0" * 99, "a" * 99, "a-1", "A 1")
_MOMENTS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1900, 2000, 2100))


@dataclass(frozen=True)
class Breach:
    """One promise about `column`, broken by each of what `rows_with` makes of at least `rows` obeying rows."""

    column: str
    rows: int
    rows_with: Callable[[Sequence[Row], int], list[list[Row]]]
    # The contract without the promise that is broken.
    rest: Contract


def of(contract: Contract) -> tuple[Breach, ...]:
    """Every breach that the contract makes possible."""
    found = [breach for column in contract.columns for breach in _of_column(contract, column)]
    if contract.key and not any(contract.column(name).unique for name in contract.key):
        places = [contract.names.index(name) for name in contract.key]
        found.append(Breach(contract.key[0], 2, _repeating(places), replace(contract, key=())))
    return tuple(found)


def keeps_the_rest(contract: Contract, breach: Breach, rows: Sequence[Row]) -> bool:
    """Whether `rows` break no other promise than the breach's."""
    for column in breach.rest.columns:
        values = [row[contract.names.index(column.name)] for row in rows]
        if not all(domain.admits(column, value) for value in values):
            return False
        present = [value for value in values if value is not None]
        if column.unique and len(set(present)) < len(present):
            return False
    places = [contract.names.index(name) for name in breach.rest.key]
    return not places or len({tuple(row[place] for place in places) for row in rows}) == len(rows)


def _of_column(contract: Contract, column: Column) -> Iterator[Breach]:
    place = contract.names.index(column.name)
    for weaker, values in _wrong_values(column):
        wrong = [value for value in values if not domain.admits(column, value) and domain.admits(weaker, value)]
        if wrong:
            columns = tuple(weaker if other is column else other for other in contract.columns)
            yield Breach(column.name, 1, _setting(place, wrong), replace(contract, columns=columns))
    if column.unique:
        columns = tuple(replace(column, unique=False) if other is column else other for other in contract.columns)
        # The same promise twice, where the column is the whole key.
        key = () if contract.key == (column.name,) else contract.key
        yield Breach(column.name, 2, _repeating([place]), replace(contract, columns=columns, key=key))


def _wrong_values(column: Column) -> Iterator[tuple[Column, Sequence[Any]]]:
    """For each promise about single values: the column without it, and values that may break it."""
    if not column.nullable:
        yield replace(column, nullable=True), [None]
    if column.minimum is not None:
        yield replace(column, minimum=None), _beyond(column, column.minimum, -1)
    if column.maximum is not None:
        yield replace(column, maximum=None), _beyond(column, column.maximum, 1)
    if column.allowed:
        yield replace(column, allowed=()), _others(column)
    if column.regex:
        yield replace(column, regex=""), _TEXTS


def _beyond(column: Column, bound: float, side: int) -> list[Any]:
    import numpy as np

    if column.dtype in dtypes.INTEGERS:
        low, high = dtypes.limits(column.dtype)
        return [value for value in (int(bound) + side, int(bound) + 10 * side) if low <= value <= high]
    kind = np.float32 if column.dtype == "float32" else np.float64
    near = np.nextafter(kind(bound), kind(side * math.inf))
    return [float(value) for value in (near, kind(near + side), kind(near + 1000 * side)) if np.isfinite(value)]


def _others(column: Column) -> Sequence[Any]:
    """Values of the column's dtype, among them some that its contract does not list."""
    if column.dtype in dtypes.INTEGERS:
        return range(max(domain.bounds(column)[0], -99), min(domain.bounds(column)[1], 99) + 1)
    others: dict[str, Sequence[Any]] = {
        "string": _TEXTS,
        "bool": (False, True),
        "date": tuple(date(moment.year, 1, 1) for moment in _MOMENTS),
        "timestamp": _MOMENTS,
    }
    return others.get(column.dtype, (0.5, -7.25, 123.0))


def _setting(place: int, values: Sequence[Any]) -> Callable[[Sequence[Row], int], list[list[Row]]]:
    def rows_with(rows: Sequence[Row], row: int) -> list[list[Row]]:
        return [_replaced(rows, row, {place: value}) for value in values]

    return rows_with


def _repeating(places: Sequence[int]) -> Callable[[Sequence[Row], int], list[list[Row]]]:
    def rows_with(rows: Sequence[Row], row: int) -> list[list[Row]]:
        others = [other for number, other in enumerate(rows) if number != row and other[places[0]] is not None]
        return [_replaced(rows, row, {place: other[place] for place in places}) for other in others]

    return rows_with


def _replaced(rows: Sequence[Row], row: int, values: dict[int, Any]) -> list[Row]:
    changed = tuple(values.get(place, value) for place, value in enumerate(rows[row]))
    return [*rows[:row], changed, *rows[row + 1 :]]
