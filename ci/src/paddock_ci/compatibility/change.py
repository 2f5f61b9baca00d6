"""The differences between two contracts of one dataset, each of which its readers survive or not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from paddock.data import domain, dtypes
from paddock.data.contract import Column, Contract
from paddock.errors import ConfigurationError

# How a contract says that a number has no unit: not at all, or as the field's standard (UCUM) does.
NO_UNIT = ("", "1")


class Change(NamedTuple):
    """One difference: what it is, in words, and the columns whose users it concerns.

    Without columns it concerns whoever reads the dataset. `is_gone`: no column has that name any more, so that a reader
    that uses it fails, however much it changed itself. `is_of_rows`: no new column could stand beside what is lost.
    """

    what: str
    columns: tuple[str, ...]
    is_breaking: bool
    is_gone: bool = False
    is_of_rows: bool = False


def compare(old: Contract, new: Contract) -> tuple[Change, ...]:
    """How `new` differs from `old`; breaking is what a reader could rely on and no longer can.

    What promises more than before breaks no reader; whether the writer keeps it, its own run tells.
    """
    return (*_columns(old, new), *_rows(old, new))


def _columns(old: Contract, new: Contract) -> Iterator[Change]:
    for column in old.columns:
        if column.name in new.names:
            yield from _of_column(column, new.column(column.name), old, new)
        else:
            yield _gone(column, old, new)
    for column in new.columns:
        if column.name not in old.names:
            kind = "nullable column" if column.nullable else "column"
            yield Change(f"{kind} '{column.name}' is new", (column.name,), is_breaking=False)


def _gone(column: Column, old: Contract, new: Contract) -> Change:
    heirs = [other.name for other in new.columns if other.name not in old.names and _is_heir(column, other)]
    what = f"is now called '{heirs[0]}'" if len(heirs) == 1 else "is gone"
    return Change(f"column '{column.name}' {what}", (column.name,), is_breaking=True, is_gone=True)


def _is_heir(column: Column, other: Column) -> bool:
    """Whether a new column is an old one by another name, as far as its declaration tells."""
    return (column.dtype, column.unit, column.description) == (other.dtype, other.unit, other.description)


def _of_column(old: Column, new: Column, before: Contract, after: Contract) -> Iterator[Change]:
    """The differences of a column that kept its name."""

    def changed(what: str, is_breaking: bool = True) -> Change:
        return Change(f"column '{old.name}' {what}", (old.name,), is_breaking)

    if old.dtype != new.dtype:
        yield changed(f"is {new.dtype} instead of {old.dtype}", not _is_safe(old, new))
    if _unit(old) != _unit(new):
        # A unit that was never told is no promise: to tell it now takes nothing from a reader.
        yield changed(f"has {_told(new)} instead of {_told(old)}", old.unit != "")
    if old.nullable != new.nullable:
        yield changed("may be missing now" if new.nullable else "is never missing now", new.nullable)
    if old.dtype == new.dtype or _is_safe(old, new):
        yield from (changed(what) for what in _widened(old, new))
    if old.unique and not (new.unique or after.key == (new.name,)):
        yield changed("may have one value twice now")
    if old.personal != new.personal:
        yield changed("is personal now" if new.personal else "is no longer personal", is_breaking=False)


def _is_safe(old: Column, new: Column) -> bool:
    """Whether a wider integer holds nothing that the narrower one could not."""
    if not {old.dtype, new.dtype} <= set(dtypes.INTEGERS):
        return False
    (low, high), (lowest, highest) = dtypes.limits(old.dtype), domain.bounds(new)
    return dtypes.limits(new.dtype)[1] >= high and low <= lowest and highest <= high


def _unit(column: Column) -> str:
    return "" if column.unit in NO_UNIT else column.unit


def _told(column: Column) -> str:
    return f"the unit '{column.unit}'" if _unit(column) else "no unit"


def _widened(old: Column, new: Column) -> Iterator[str]:
    """In what the values that there may be became more."""
    listed = _listed(new)
    if listed is not None and all(domain.admits(old, value) for value in listed):
        return
    (low, high), (lowest, highest) = _bounds(old), _bounds(new)
    if lowest < low:
        yield f"may be below {low:.12g} now" + (f", down to {lowest:.12g}" if math.isfinite(lowest) else "")
    if highest > high:
        yield f"may be above {high:.12g} now" + (f", up to {highest:.12g}" if math.isfinite(highest) else "")
    if old.allowed:
        added = [value for value in new.allowed if value not in old.allowed]
        told = ", ".join(map(repr, added)) if new.allowed else "any value"
        if added or not new.allowed:
            yield f"may be {told} now"
    if old.regex and old.regex != new.regex:
        # Whether one pattern admits all that another does is not decided here, so nobody may rely on it.
        yield (
            f"matches {new.regex!r} now instead of {old.regex!r}" if new.regex else f"need not match {old.regex!r} now"
        )


def _listed(column: Column) -> tuple[Any, ...] | None:
    """The values of a column that lists them; those of `bool` are no promise that could get wider."""
    try:
        return domain.listed(column) if column.allowed else None
    except ConfigurationError:
        # Its own checks leave no value at all, so that there is none which is new.
        return ()


def _bounds(column: Column) -> tuple[float, float]:
    if column.dtype in dtypes.INTEGERS:
        return domain.bounds(column)
    low = -math.inf if column.minimum is None else column.minimum
    return low, math.inf if column.maximum is None else column.maximum


def _rows(old: Contract, new: Contract) -> Iterator[Change]:
    """The differences in what is promised of whole rows."""
    if old.key and set(old.key) <= set(new.names) and not _tells_apart(new, old.key):
        # One that is gone is told as such.
        yield Change(
            f"rows may share the values of {', '.join(old.key)} now", old.key, is_breaking=True, is_of_rows=True
        )
    if old.min_rows > 0 and new.min_rows == 0:
        yield Change("there may be no rows now", (), is_breaking=True, is_of_rows=True)
    if old.max_age_days is not None and (new.max_age_days is None or new.max_age_days > old.max_age_days):
        limit = "of any age" if new.max_age_days is None else f"{new.max_age_days:g} days old"
        yield Change(
            f"rows may be {limit} now; the limit was {old.max_age_days:g}", (), is_breaking=True, is_of_rows=True
        )


def _tells_apart(contract: Contract, key: tuple[str, ...]) -> bool:
    """Whether no two rows of a contract can share the values of `key`: fewer columns tell them apart already."""
    promised = [set(contract.key)] if contract.key else []
    promised += [{column.name} for column in contract.columns if column.unique and not column.nullable]
    return any(columns <= set(key) for columns in promised)
