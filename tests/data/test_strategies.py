"""What strategies and samples of a contract promise."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from paddock.data import dtypes
from paddock.data.contract import Column, Contract
from paddock.data.forms import converter
from paddock.data.sampling import sample
from paddock.data.strategies import broken_frames, frames
from paddock.data.validation import check, has_checks, to_table
from paddock.data.versions import VersionStore
from paddock.errors import ConfigurationError, DataError

FULL = Contract(
    dataset="clinic.cases",
    description="Every kind of promise.",
    columns=(
        Column("case", "string", "A code.", regex=r"[A-Z]{2}-\d{4}", unique=True),
        Column("site", "string", "Where.", allowed=("north", "south")),
        Column("day", "date", "When."),
        Column("age", "int8", "Years.", minimum=0, maximum=120, nullable=True),
        Column("dose", "float32", "Milligrams.", minimum=0.1, maximum=0.7),
        Column("score", "float64", "Score.", nullable=True),
        Column("seen", "timestamp", "Moment."),
        Column("ill", "bool", "Outcome.", nullable=True),
        Column("big", "int64", "Count.", minimum=-(2**62)),
        Column("note", "string", "Free text.", nullable=True, personal=True),
    ),
    key=("site", "day", "case"),
    min_rows=3,
)
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)


@st.composite
def columns(draw: Callable[..., Any], name: str) -> Column:
    """Any column that some value can obey."""
    dtype = draw(st.sampled_from(dtypes.NAMES))
    facts: dict[str, Any] = {"nullable": draw(st.booleans()), "unique": draw(st.booleans())}
    if dtype in dtypes.NUMBERS:
        numbers = st.integers(-100, 100) if dtype in dtypes.INTEGERS else st.floats(-1e6, 1e6)
        low, high = sorted([draw(numbers), draw(numbers)])
        facts["minimum"] = draw(st.sampled_from([None, low]))
        facts["maximum"] = draw(st.sampled_from([None, high + 1]))
    if dtype == "string":
        facts["regex"] = draw(st.sampled_from(["", "", r"a|bc+", r"\w{3}", r"x\d*"]))
        facts["allowed"] = draw(st.sampled_from([(), (), ("a", "bccc", "x1", "été")]))
    return Column(name, dtype, "Any.", **facts)


@st.composite
def contracts(draw: Callable[..., Any]) -> Contract:
    """Any contract that a row or more can obey."""
    made = tuple(draw(columns(f"c{number}")) for number in range(draw(st.integers(1, 3))))
    key = tuple(column.name for column in made if not column.nullable and draw(st.booleans()))
    return Contract("any.thing", "Any.", made, key=key, min_rows=draw(st.integers(0, 1)))


def _refused(contract: Contract, frame: Any) -> DataError:
    with pytest.raises(DataError) as caught:
        check(contract, to_table(contract, frame))
    return caught.value


@QUICK
@given(data=st.data(), contract=contracts())
def test_frames_of_any_contract_obey_it(data: st.DataObject, contract: Contract) -> None:
    """Validation takes every frame of the strategy, and changes nothing in it."""
    frame = data.draw(frames(contract, max_rows=6))
    table = to_table(contract, frame)
    check(contract, table)
    pd.testing.assert_frame_equal(converter("pandas")(table), frame)


@QUICK
@given(data=st.data(), contract=contracts())
def test_a_broken_frame_of_any_contract_is_refused_for_its_column(data: st.DataObject, contract: Contract) -> None:
    """Validation refuses every broken frame, naming the column, also where the row is the first that breaks it."""
    try:
        broken = broken_frames(contract, max_rows=6)
    except ConfigurationError:
        # Nothing to break: a nullable column without any check.
        assert all(column.nullable and not has_checks(column) for column in contract.columns)
        return
    frame, column, row = data.draw(broken)
    message = _refused(contract, frame).message
    assert f"column '{column}'" in message or f"key ({column}" in message
    assert f"row {row}:" in message or "again" in message or "no other row has" in message


@QUICK
@given(frame=frames(FULL, max_rows=8))
def test_frames_survive_the_store_exactly(tmp_path_factory: pytest.TempPathFactory, frame: pd.DataFrame) -> None:
    """What is written and read back is the same frame, dtypes included."""
    folder = tmp_path_factory.getbasetemp() / "store"
    shutil.rmtree(folder, ignore_errors=True)
    store = VersionStore(str(folder))
    table = to_table(FULL, frame)
    check(FULL, table)
    store.write(FULL, table, "run")
    back = store.read(FULL.dataset, 0)
    assert back.equals(table)
    pd.testing.assert_frame_equal(converter("pandas")(back), frame)


def test_every_promise_gets_broken() -> None:
    """Each column with a promise is broken by some frame, the key by another."""
    seen: set[tuple[str, str]] = set()

    @settings(QUICK, max_examples=150, database=None, derandomize=True)
    @given(broken=broken_frames(FULL, max_rows=4))
    def collect(broken: tuple[pd.DataFrame, str, int]) -> None:
        frame, column, _ = broken
        seen.add((column, _refused(FULL, frame).message.split("expected ")[1].split(", got")[0]))

    collect()
    assert {column for column, _ in seen} == {column.name for column in FULL.columns} - {"score", "ill", "note"}
    for column, expected in [
        ("case", "a value that no other row has"), ("age", "at least 0 and at most 120"), ("day", "a value"),
        ("site", "one of 'north', 'south'"), ("case", "text that matches '[A-Z]{2}-\\\\d{4}'"),
    ]:  # fmt: skip
        assert any(found == column and expected in words for found, words in seen), (column, expected)


def test_a_repeated_key_is_a_breach() -> None:
    """Where no column is unique by itself, a repeated key is one of the ways to break a contract."""
    contract = Contract("a.b", "…", (Column("k", "int8", "…"), Column("l", "bool", "…")), key=("k", "l"))

    @settings(QUICK, max_examples=50, database=None, derandomize=True)
    @given(broken=broken_frames(contract))
    def collect(broken: tuple[pd.DataFrame, str, int]) -> None:
        found.add("again" in _refused(contract, broken[0]).message)

    found: set[bool] = set()
    collect()
    assert found == {True, False}


@QUICK
@given(frame=frames(FULL), short=frames(FULL, min_rows=0, max_rows=1))
def test_rows_are_as_many_as_asked(frame: pd.DataFrame, short: pd.DataFrame) -> None:
    """By default no fewer than the contract demands, else what the caller says."""
    assert 3 <= len(frame) <= 30
    assert len(short) <= 1


def test_an_impossible_number_of_rows_is_refused() -> None:
    """A contract that admits fewer rows than it demands, or than are asked for, is named."""
    contract = Contract("a.b", "…", (Column("ok", "bool", "…", unique=True),), min_rows=3)
    with pytest.raises(ConfigurationError, match="at most 2 rows, expected at least 3"):
        frames(contract)
    with pytest.raises(ConfigurationError, match=r"a\.b: .* cannot have 3 different values"):
        sample(contract, 3)


def test_without_hypothesis_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for ask in (lambda: frames(FULL), lambda: broken_frames(FULL), lambda: sample(FULL, 3)):
        with pytest.raises(ConfigurationError) as caught:
            ask()
        assert "paddock[testing]" in caught.value.remedy


def test_a_sample_obeys_and_is_the_same_for_the_same_seed() -> None:
    """Many rows that validation takes; another seed gives others."""
    frame = sample(FULL, 500, seed=3)
    check(FULL, to_table(FULL, frame))
    assert len(frame) == 500
    assert frame["age"].isna().any()
    pd.testing.assert_frame_equal(sample(FULL, 500, seed=3), frame)
    plain = replace(FULL, columns=FULL.columns[1:], key=())
    assert not sample(plain, 200, seed=4)["score"].equals(sample(plain, 200, seed=5)["score"])


@QUICK
@given(contract=contracts(), rows=st.integers(0, 40), seed=st.integers(0, 9))
def test_samples_of_any_contract_obey_it(contract: Contract, rows: int, seed: int) -> None:
    """Either a frame that validation takes, or the contract cannot have that many rows."""
    try:
        frame = sample(contract, rows, seed)
    except ConfigurationError:
        assert rows > 4
        assert contract.key or any(column.unique for column in contract.columns)
        return
    if rows >= contract.min_rows:
        check(contract, to_table(contract, frame))
    assert len(frame) == rows


def test_a_key_of_small_parts_is_filled_to_the_last_row() -> None:
    """Every combination of the key's values can be sampled, and one more is refused."""
    parts = (
        Column("a", "int8", "…", minimum=1, maximum=5),
        Column("b", "bool", "…"),
        Column("c", "string", "…", allowed=("x", "y")),
    )
    contract = Contract("a.b", "…", parts, key=("a", "b", "c"))
    assert len(sample(contract, 20).drop_duplicates()) == 20
    with pytest.raises(ConfigurationError, match="cannot have 21 different values"):
        sample(contract, 21)


def test_a_sample_is_uniform_in_its_bounds() -> None:
    """Bounded numbers fill their range; unbounded ones gather around zero."""
    frame = sample(replace(FULL, columns=FULL.columns[1:], key=()), 5000)
    assert abs(frame["dose"].mean() - 0.4) < 0.02
    assert frame["dose"].min() >= 0.1
    assert abs(frame["score"].mean()) < 0.1


def test_the_widest_integers_are_sampled_within_their_bounds(tmp_path: Path) -> None:
    """Bounds at the ends of int64 overflow nothing."""
    column = Column("n", "int64", "…", minimum=-(2**63), maximum=2**63 - 1, unique=True)
    frame = sample(Contract("a.b", "…", (column,), key=("n",)), 500)
    assert frame["n"].is_unique
    assert (frame["n"] < -(2**61)).any()
    assert (frame["n"] > 2**61).any()
