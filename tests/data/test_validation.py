"""What validation promises: the contract's exact schema without loss, or one message about one value."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from paddock.data.contract import Column, Contract
from paddock.data.validation import check, to_table
from paddock.errors import ConfigurationError, DataError


def _contract(*columns: Column, **facts: Any) -> Contract:
    return Contract("shop.items", "…", columns, **({"min_rows": 0} | facts))


def _column(dtype: str, **facts: Any) -> Contract:
    return _contract(Column("v", dtype, "…", **facts))


def _series(values: Any, **options: Any) -> pd.DataFrame:
    return pd.DataFrame({"v": pd.Series(values, **options)})


def _refused(contract: Contract, frame: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        check(contract, to_table(contract, frame))
    assert caught.value.message.startswith("shop.items: ")
    assert caught.value.remedy
    return caught.value


NEW_YEAR = date(2026, 1, 1)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOSSLESS: list[tuple[str, str, pd.DataFrame, list[Any]]] = [
    ("floats that are whole", "int64", _series([1.0, None, 3.0]), [1, None, 3]),
    ("NaN is nothing", "float64", _series([0.5, np.nan]), [0.5, None]),
    ("minus zero", "float64", _series([-0.0]), [-0.0]),
    ("narrow integers", "int64", _series([1, 2], dtype="int8"), [1, 2]),
    ("wide integers that fit", "int8", _series([1, -128]), [1, -128]),
    ("unsigned that fit", "int64", _series([1, 2], dtype="uint64"), [1, 2]),
    ("nullable integers", "int64", _series([2**53 + 1, None], dtype="Int64"), [2**53 + 1, None]),
    ("objects that are integers", "int64", _series([2**53 + 1, None], dtype=object), [2**53 + 1, None]),
    ("integers as floats", "float64", _series([1, 2]), [1.0, 2.0]),
    ("halves as float32", "float32", _series([0.5, 1e10]), [0.5, 1e10]),
    ("Decimal of money", "float64", _series([decimal.Decimal("9.95"), None]), [9.95, None]),
    ("Decimal that is whole", "int64", _series([decimal.Decimal("3.00")]), [3]),
    ("pandas' own str", "string", _series(["a", None], dtype="str"), ["a", None]),
    ("StringDtype", "string", _series(["a", None], dtype="string"), ["a", None]),
    ("categories", "string", _series(["a", None, "b", "a"], dtype="category"), ["a", None, "b", "a"]),
    ("categories of numbers", "int64", _series([7, 8, 7], dtype="category"), [7, 8, 7]),
    ("objects", "string", _series(["a", pd.NA], dtype=object), ["a", None]),
    ("bool with nulls", "bool", _series([True, None], dtype=object), [True, None]),
    ("nullable bool", "bool", _series([True, None], dtype="boolean"), [True, None]),
    ("dates", "date", _series([date(2026, 1, 31), None]), [date(2026, 1, 31), None]),
    ("moments", "timestamp", _series([NOON]), [NOON]),
    ("nanoseconds that are none", "timestamp", _series([NOON]).astype("datetime64[ns, UTC]"), [NOON]),
    ("another zone", "timestamp", _series([NOON]).assign(v=lambda f: f["v"].dt.tz_convert("Asia/Tokyo")), [NOON]),
    ("nothing at all", "int64", _series([None, None]), [None, None]),
    ("no rows", "string", _series([], dtype="float64"), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("dtype", "frame", "expected"), [row[1:] for row in LOSSLESS], ids=[row[0] for row in LOSSLESS]
)
def test_what_means_the_same_is_converted(dtype: str, frame: pd.DataFrame, expected: list[Any]) -> None:
    """The table has the contract's exact schema, and every value is the same."""
    contract = _column(dtype, nullable=True)
    table = to_table(contract, frame)
    assert table.schema == contract.schema
    assert [_shown(value) for value in table.column("v").to_pylist()] == [_shown(value) for value in expected]


def _shown(value: Any) -> str:
    """Tells -0.0 from 0.0 and 1 from 1.0, but not one library's UTC from another's."""
    return repr(value.astimezone(UTC) if isinstance(value, datetime) else value)


LOSSY: list[tuple[str, str, Any, list[str]]] = [
    ("text in numbers", "int64", _series([1, 2, "x"], dtype=object), ["row 2", "expected int64", "got 'x'"]),
    ("number in texts", "string", _series(["a", 7], dtype=object), ["row 1", "expected string", "got 7"]),
    ("texts of numbers", "int64", _series(["1", "2"]), ["row 0", "expected int64", "got '1'"]),
    ("numbers as texts", "string", _series([7]), ["expected string (the column holds int64)", "got 7"]),
    ("half", "int64", _series([1.0, 2.5]), ["row 1", "expected int64", "got 2.5"]),
    ("beyond 2^53 in floats", "int64", _series([1.0, None, 2.0**53 + 2]), ["row 2", "int64, exactly", "9007199254740"]),
    ("infinity", "int64", _series([1.0, np.inf]), ["row 1", "got inf"]),
    ("too wide", "int8", _series([1, 300]), ["row 1", "expected int8", "got 300"]),
    ("too wide, unsigned", "int64", _series([1, 2**63], dtype="uint64"), ["row 1", "got 9223372036854775808"]),
    ("beyond int64", "int64", _series([1, 2**70], dtype=object), ["row 1", f"got {2**70}"]),
    ("beyond 2^53 to float", "float64", _series([1, 2**53 + 1]), ["row 1", "expected float64", "9007199254740993"]),
    ("rounded", "float32", _series([0.5, 0.1]), ["row 1", "float32, exactly (the column holds double)", "got 0.1"]),
    ("too large", "float32", _series([1e300]), ["row 0", "float32", "got 1e+300"]),
    ("fine Decimal", "float64", _series([decimal.Decimal("0.10000000000000000001")]), ["float64, exactly"]),
    ("half a Decimal", "int64", _series([decimal.Decimal("1.5")]), ["row 0", "got Decimal('1.5')"]),
    ("no zone", "timestamp", _series([datetime(2026, 1, 31)]), ["timestamp with a time zone", "row 0"]),
    ("nanoseconds", "timestamp", _series([pd.Timestamp(1, unit="ns", tz="UTC")]), ["row 0", "expected timestamp"]),
    ("moments as dates", "date", _series([NOON]), ["expected date"]),
    ("numbers as bool", "bool", _series([1, 0]), ["expected bool", "got 1"]),
    ("bool as numbers", "int8", _series([True]), ["expected int8", "got True"]),
    ("lists", "string", _series([["a"], ["b"]]), ["expected string", "got ['a']"]),
    ("objects of no kind", "string", _series([object(), pd.NA], dtype=object), ["row 0", "expected string"]),
    ("mixed with NA", "int64", _series([pd.NA, 1, "x"], dtype=object), ["row 2", "got 'x'"]),
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "frame", "said"), [row[1:] for row in LOSSY], ids=[row[0] for row in LOSSY])
def test_what_would_change_is_refused(dtype: str, frame: pd.DataFrame, said: list[str]) -> None:
    """Dataset, column, row, expected and got are named, and nothing is rounded, cut or guessed."""
    message = _refused(_column(dtype, nullable=True), frame).message
    assert "column 'v'" in message
    for words in said:
        assert words in message, message


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame([[1, 2]], columns=["v", "v"]), "two columns are called 'v'"),
        (pa.table([pa.array([1]), pa.array([2])], names=["v", "v"]), "two columns are called 'v'"),
        (pd.DataFrame({"v": [1], "w": [2]}), "column 'w' is not in its contract"),
        (pd.DataFrame({"w": [2]}), "Did you mean 'v'|column 'w' is not in its contract"),
        (pd.DataFrame({0: [1]}), "column '0' is not in its contract"),
        (pd.DataFrame(index=[1]), "column 'v' is missing, which its contract promises"),
    ],
)
def test_other_columns_than_promised_are_refused(frame: Any, said: str) -> None:
    """Repeated, unknown and missing columns are named."""
    error = _refused(_column("int64"), frame)
    assert any(option in str(error) for option in said.split("|"))


@pytest.mark.parametrize(
    "given",
    [
        pl.DataFrame({"n": [2, 1], "s": ["a", None]}),
        pl.LazyFrame({"n": [2, 1], "s": ["a", None]}),
        pl.DataFrame({"n": [2, 1], "s": ["a", None]}, schema_overrides={"n": pl.UInt8, "s": pl.Categorical}),
        pa.table({"s": pa.array(["a", None]).dictionary_encode(), "n": pa.array([2, 1], pa.int16())}),
        pa.table({"s": pa.array(["a", None], pa.large_string()), "n": [2.0, 1.0]}),
        pd.DataFrame({"s": ["a", None], "n": [2, 1]}, index=[9, 9]),
    ],
    ids=["polars", "lazy", "categorical", "dictionary", "large", "pandas"],
)
def test_every_kind_of_frame_gives_the_same_table(given: Any) -> None:
    """Polars, Arrow and pandas rows become one schema in the contract's order."""
    contract = _contract(Column("n", "int64", "…"), Column("s", "string", "…", nullable=True))
    table = to_table(contract, given)
    assert table.schema == contract.schema
    assert table.to_pydict() == {"n": [2, 1], "s": ["a", None]}
    check(contract, table)


@pytest.mark.parametrize("given", [pl.DataFrame({"v": [0.5, math.nan]}), pa.table({"v": [0.5, math.nan]})])
def test_nan_is_nothing_in_every_kind_of_frame(given: Any) -> None:
    """A contract knows one kind of nothing: NaN becomes null, and is refused where a value is promised."""
    assert to_table(_column("float64", nullable=True), given).column("v").to_pylist() == [0.5, None]
    assert "row 1: expected a value, got nothing" in _refused(_column("float64"), given).message


def test_something_else_than_a_frame_is_refused() -> None:
    """The message says what to give."""
    for given in ([1, 2], {"v": [1]}, pd.Series([1])):
        with pytest.raises(ConfigurationError, match="expected a pandas or Polars frame or an Arrow table, got"):
            to_table(_column("int64"), given)


def test_nothing_where_a_value_is_promised_is_refused() -> None:
    """The first such row is named, with how many there are."""
    message = _refused(_column("float64"), _series([1.0, np.nan, None])).message
    assert message == "shop.items: column 'v', row 1: expected a value, got nothing (2 rows break this)"


def _is(**facts: Any) -> Callable[[str], Contract]:
    return lambda dtype: _column(dtype, nullable=True, **facts)


@pytest.mark.parametrize(
    ("dtype", "contract", "good", "bad", "said"),
    [
        ("int64", _is(minimum=0, maximum=9), [0, 9, None], [0, -1, 10], "row 1: expected at least 0 and at most 9"),
        ("int64", _is(minimum=2**53), [2**53], [2**53 - 1], "row 0: expected at least"),
        ("float64", _is(maximum=0.5), [-9.0, 0.5], [0.6], "expected at most 0.5, got 0.6"),
        ("float64", _is(minimum=0.0), [-0.0], [float("-inf")], "expected at least 0, got -inf"),
        ("string", _is(allowed=("a", "b")), ["a", None], ["b", "c"], "row 1: expected one of 'a', 'b', got 'c'"),
        ("bool", _is(allowed=(True,)), [True, None], [False], "one of True, got False"),
        ("date", _is(allowed=(NEW_YEAR,)), [NEW_YEAR], [NOON.date()], "got datetime.date(2026, 1, 31)"),
        ("string", _is(regex="a|bc"), ["a", "bc", None], ["ax"], "expected text that matches 'a|bc', got 'ax'"),
        ("string", _is(regex="a"), ["a"], ["a\n"], r"got 'a\n'"),
        ("string", _is(regex="(?=x).y"), ["xy"], ["zy"], "got 'zy'"),
        ("string", _is(regex=r"\d"), ["7", "٣"], [""], "got ''"),
        ("string", _is(regex=r"(?i)é"), ["É"], ["e"], "got 'e'"),
        ("int64", _is(unique=True), [1, 2, None, None], [1, None, 1, 2], "row 2: expected a value that no other row"),
        ("timestamp", _is(unique=True), [NOON, None, None], [NOON, NOON], "row 1: expected a value that no other"),
    ],
)  # fmt: skip
def test_values_are_checked(
    dtype: str, contract: Callable[[str], Contract], good: list[Any], bad: list[Any], said: str
) -> None:
    """What obeys passes, nulls too; the first value that does not is named with what was expected."""
    kind = {"int64": "Int64", "bool": "boolean"}.get(dtype)
    check(contract(dtype), to_table(contract(dtype), _series(good, dtype=kind)))
    message = _refused(contract(dtype), _series(bad, dtype=kind)).message
    assert said in message
    assert message.startswith("shop.items: column 'v', row ")


def test_the_first_row_comes_first() -> None:
    """Of several violations the one in the earliest row is told, whatever its column."""
    contract = _contract(Column("a", "int64", "…", minimum=0), Column("b", "string", "…", regex="x+"))
    message = _refused(contract, pd.DataFrame({"a": [1, 1, -1], "b": ["x", "y", "y"]})).message
    assert "column 'b', row 1" in message
    assert "(2 rows break this)" in message


def test_no_two_rows_share_a_key() -> None:
    """The key as a whole counts: its parts may repeat."""
    contract = _contract(Column("a", "int64", "…"), Column("b", "string", "…"), key=("a", "b"))
    check(contract, to_table(contract, pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"]})))
    error = _refused(contract, pd.DataFrame({"a": [1, 2, 1], "b": ["x", "x", "x"]}))
    assert "key (a, b), row 0: expected different values in each row, got (1, 'x') again" in error.message
    assert "extend the key" in error.remedy


@pytest.mark.parametrize(
    ("contract", "values"),
    [
        (_column("string", personal=True, regex="[a-z]+"), ["ada", "Grace Hopper"]),
        (_column("string", personal=True, allowed=("ada",)), ["Grace Hopper"]),
        (_column("string", personal=True, unique=True), ["Grace Hopper", "Grace Hopper"]),
        (_column("int64", personal=True), ["Grace Hopper"]),
        (_contract(Column("v", "string", "…", personal=True), key=("v",)), ["Grace Hopper", "Grace Hopper"]),
    ],
)
def test_personal_values_are_not_repeated(contract: Contract, values: list[str]) -> None:
    """A message about a column marked personal says where, never what."""
    message = str(_refused(contract, _series(values)))
    assert "Grace" not in message
    assert "personal value" in message


def test_a_mixed_personal_column_is_not_repeated() -> None:
    """Neither is a value in a column that holds more than one kind."""
    assert "Grace" not in str(_refused(_column("int64", personal=True), _series([1, "Grace Hopper"], dtype=object)))


def test_an_undeclared_mixed_column_is_not_repeated() -> None:
    """Nor one in a column that no contract describes."""
    frame = pd.DataFrame({"v": [1, 2], "w": pd.Series([1, "Grace Hopper"], dtype=object)})
    assert "Grace" not in str(_refused(_column("int64"), frame))


@pytest.mark.parametrize(("rows", "min_rows"), [(0, 1), (2, 3)])
def test_too_few_rows_are_refused(rows: int, min_rows: int) -> None:
    """A dataset that shrank says how far; as many as promised pass."""
    contract = _contract(Column("v", "int64", "…"), min_rows=min_rows)
    error = _refused(contract, _series(range(rows), dtype="int64"))
    assert f"expected at least {min_rows} rows, got {rows}" in error.message
    check(contract, to_table(contract, _series(range(min_rows))))


def test_an_empty_table_obeys_when_it_may() -> None:
    """Without rows every promise about values holds, in the exact schema."""
    contract = _contract(Column("v", "string", "…", regex="x", unique=True), key=("v",))
    table = to_table(contract, pd.DataFrame({"v": []}))
    check(contract, table)
    assert table.schema == contract.schema
