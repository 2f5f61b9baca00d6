"""What a difference between two versions promises."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock.data.difference import Difference, diff

ROW = st.tuples(
    st.one_of(st.none(), st.integers(0, 3)), st.sampled_from([None, 0.5, math.nan, 2.0]), st.sampled_from(["a", None])
)


def _table(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    kinds = {"k": pa.int64(), "x": pa.float64(), "s": pa.string()}
    return pa.table({name: pa.array(column, kind) for (name, kind), column in zip(kinds.items(), columns, strict=True)})


def _counts(found: Difference) -> tuple[int, int, int]:
    return found.added, found.removed, found.changed


def test_rows_are_matched_by_key() -> None:
    """A new key is added, a missing one removed, and a row with other values changed, counted by column."""
    old = _table([(1, 0.5, "a"), (2, 1.0, "b"), (3, 1.5, "c")])
    new = _table([(4, 9.0, "d"), (2, 1.0, "B"), (3, 2.5, "C")])
    found = diff(old, new, ["k"])
    assert _counts(found) == (1, 1, 2)
    assert found.changed_by_column == {"x": 1, "s": 2}
    assert (found.rows_before, found.rows_after) == (3, 3)


def test_without_a_key_rows_are_compared_as_multisets() -> None:
    """A row that stands once more is added once, and nothing counts as changed."""
    old = _table([(1, 0.5, "a"), (1, 0.5, "a"), (2, 1.0, "b")])
    new = _table([(1, 0.5, "a"), (2, 1.0, "b"), (2, 1.0, "b"), (2, 1.0, "b")])
    assert _counts(diff(old, new, [])) == (2, 1, 0)


def test_a_key_that_does_not_tell_rows_apart_is_no_key() -> None:
    """Where two rows share the key, rows are compared as multisets instead of being multiplied."""
    table = _table([(1, 0.5, "a"), (1, 1.5, "b")])
    assert _counts(diff(table, table, ["k"])) == (0, 0, 0)
    assert _counts(diff(table, table.slice(0, 1), ["k"])) == (0, 1, 0)


@pytest.mark.parametrize("key", [["k"], []], ids=["key", "no key"])
def test_nothing_equals_nothing_and_nan_equals_nan(key: list[str]) -> None:
    """Nulls, also in the key, and NaN are no difference; a null in place of a value is one."""
    table = _table([(1, math.nan, None), (None, None, "b")])
    assert _counts(diff(table, table, key)) == (0, 0, 0)
    other = _table([(1, math.nan, "a"), (None, None, "b")])
    assert _counts(diff(table, other, key)) == ((0, 0, 1) if key else (1, 1, 0))


def test_columns_that_came_went_or_changed_their_dtype_are_named() -> None:
    """Their names and dtypes are told, and rows are compared over what both have."""
    old = pa.table({"k": [1, 2], "gone": [0, 0], "n": pa.array([1, 2], pa.int32()), "t": [1, 2]})
    new = pa.table({"k": [1, 2], "came": [0, 0], "n": pa.array([1, 2], pa.int64()), "t": ["1", "x"]})
    found = diff(old, new, ["k"])
    assert found.columns_added == ("came",)
    assert found.columns_removed == ("gone",)
    assert found.columns_retyped == {"n": ("int32", "int64"), "t": ("int64", "string")}
    assert found.changed_by_column == {"t": 1}


def test_moments_and_odd_names_are_compared() -> None:
    """Moments with a zone need no extension of the database, and any column name is only a name."""
    old = pa.table({"k": [1], 'the "time"': pa.array([0], pa.timestamp("us", "UTC")), "present": [1]})
    new = pa.table({"k": [1], 'the "time"': pa.array([1], pa.timestamp("us", "UTC")), "present": [2]})
    assert diff(old, new, ["k"]).changed_by_column == {'the "time"': 1, "present": 1}


def test_tables_with_nothing_in_common_differ_in_all_rows() -> None:
    """Without a common column every row went and came."""
    assert _counts(diff(pa.table({"a": [1, 2]}), pa.table({"b": [1]}), ["a"])) == (1, 2, 0)


@settings(max_examples=10, deadline=None)
@given(old=st.lists(ROW, max_size=6), new=st.lists(ROW, max_size=6))
def test_the_counts_add_up(old: list[tuple[Any, ...]], new: list[tuple[Any, ...]]) -> None:
    """For any two tables, the rows before plus the added minus the removed are the rows after, either way round."""
    for key in ([], ["k"]):
        forth, back = diff(_table(old), _table(new), key), diff(_table(new), _table(old), key)
        assert len(old) + forth.added - forth.removed == len(new)
        assert _counts(back) == (forth.removed, forth.added, forth.changed)
        assert diff(_table(old), _table(list(reversed(old))), key).added == 0
