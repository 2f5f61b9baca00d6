"""What the store of versions promises."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import deltalake
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paddock.data.session import Session
from paddock.data.versions import VersionStore
from paddock.errors import ConfigurationError, DataError


def _file(session: Session, dataset: str = "shop.items") -> Path:
    (file,) = session.store.folder(dataset).glob("*.parquet")
    return file


def test_versions_are_numbered_from_zero_and_keep_their_rows(session: Session, items: pd.DataFrame) -> None:
    """Each different content is a version of its own, and stays readable by its number."""
    first = session.write("items", items)
    second = session.write("items", items.head(2))
    assert (first.number, second.number) == (0, 1)
    assert session.store.read("shop.items", 0).num_rows == 3
    assert session.store.read("shop.items", 1).num_rows == 2
    assert [version.rows for version in session.store.history("shop.items")] == [3, 2]


def test_identical_content_is_the_same_version(session: Session, items: pd.DataFrame) -> None:
    """Writing what is already the newest version adds nothing."""
    first = session.write("items", items)
    assert session.write("items", items.copy()) == first
    assert len(session.store.history("shop.items")) == 1


def test_content_that_comes_back_is_a_new_version(session: Session, items: pd.DataFrame) -> None:
    """A, B, A are three versions, and the last reads as the first."""
    for frame in (items, items.head(1), items):
        session.write("items", frame)
    store = session.store
    assert [version.number for version in store.history("shop.items")] == [0, 1, 2]
    assert store.read("shop.items", 2).equals(store.read("shop.items", 0))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5, min_size=1), min_size=1, max_size=4))
def test_history_is_the_sequence_of_writes(session: Session, tmp_path: Path, contents: list[list[int]]) -> None:
    """For any sequence of contents: the history is that sequence without immediate repeats, each readable, exactly."""
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    store = VersionStore(str(folder))
    contract = session.catalogue.contract("shop.items")
    expected: list[list[int]] = []
    for numbers in contents:
        table = _table(session, numbers)
        store.write(contract, table, "r")
        if not expected or expected[-1] != numbers:
            expected.append(numbers)
    fresh = VersionStore(str(folder))
    assert len(fresh.history("shop.items")) == len(expected)
    for number, numbers in enumerate(expected):
        assert fresh.read("shop.items", number).column("stock").to_pylist() == numbers


def _table(session: Session, numbers: list[int]) -> object:
    from paddock.data.validation import to_table

    frame = pd.DataFrame({"item": range(len(numbers)), "price": 1.0, "stock": pd.array(numbers, dtype="Int64")})
    return to_table(session.catalogue.contract("shop.items"), frame)


def test_a_flipped_bit_is_never_read_as_another_number(session: Session) -> None:
    """Of 300 single flipped bits anywhere in a file, each is an error, or the rows are still exactly the same."""
    generator = np.random.default_rng(3)
    frame = pd.DataFrame({"item": np.arange(500), "price": generator.uniform(0, 9, 500), "stock": 1})
    session.write("items", frame)
    before = session.store.read("shop.items", 0)
    file = _file(session)
    content = file.read_bytes()
    draw = random.Random(7)
    caught = 0
    for _ in range(300):
        position = draw.randrange(len(content) * 8)
        flipped = bytearray(content)
        flipped[position // 8] ^= 1 << (position % 8)
        file.write_bytes(flipped)
        try:
            assert session.store.read("shop.items", 0).equals(before)
        except DataError as error:
            caught += str(file) in error.message
    assert caught > 280


@pytest.mark.parametrize("keep", [0, 3, 11, 200])
def test_a_truncated_file_is_an_error(session: Session, items: pd.DataFrame, keep: int) -> None:
    """However much is cut off, the message names the file and says that it is damaged."""
    session.write("items", items)
    file = _file(session)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DataError, match="is damaged"):
        session.store.read("shop.items", 0)


def test_a_missing_file_is_an_error(session: Session, items: pd.DataFrame) -> None:
    """A version whose file is gone is an error that says so."""
    session.write("items", items)
    _file(session).unlink()
    with pytest.raises(DataError, match="is missing"):
        session.store.read("shop.items", 0)


def test_a_damaged_file_is_healed_by_writing_again(session: Session, items: pd.DataFrame) -> None:
    """Writing the same content over a damaged file makes the version whole."""
    session.write("items", items)
    _file(session).write_bytes(b"")
    session.write("items", items)
    assert session.store.read("shop.items", 0).num_rows == 3


def test_other_delta_readers_open_the_table(session: Session, items: pd.DataFrame) -> None:
    """Any Delta reader sees the newest version, and travels to older ones by the same numbers."""
    session.write("items", items)
    session.write("items", items.head(1))
    folder = session.store.folder("shop.items")
    assert deltalake.DeltaTable(folder).to_pyarrow_table().num_rows == 1
    assert deltalake.DeltaTable(folder, version=0).to_pyarrow_table().num_rows == 3


def test_unknown_versions_are_refused(session: Session, items: pd.DataFrame) -> None:
    """The message says which versions there are."""
    with pytest.raises(DataError, match="none was ever written"):
        session.store.read("shop.items", 0)
    session.write("items", items)
    with pytest.raises(DataError, match="expected a version from 0 to 0, got 4"):
        session.store.read("shop.items", 4)


def test_columns_are_chosen_by_name(session: Session, items: pd.DataFrame) -> None:
    """Only the named columns come back; an unknown one is refused with the nearest name."""
    session.write("items", items)
    assert session.store.read("shop.items", 0, ["price"]).column_names == ["price"]
    with pytest.raises(ConfigurationError, match="Did you mean 'price'"):
        session.store.read("shop.items", 0, ["prize"])


def test_a_table_of_another_writer_is_refused(session: Session, items: pd.DataFrame) -> None:
    """A commit that went around the contract is not taken for a version."""
    session.write("items", items)
    deltalake.write_deltalake(session.store.folder("shop.items"), session.store.read("shop.items", 0), mode="append")
    with pytest.raises(ConfigurationError, match="commit 1 was not written by Paddock"):
        VersionStore(session.store.data_url).history("shop.items")


def test_history_outlives_checkpoints(session: Session) -> None:
    """After more commits than a Delta checkpoint spans, every version is still known."""
    for number in range(105):
        session.write("log", pd.DataFrame({"what": [f"event {number}"]}))
    fresh = VersionStore(session.store.data_url)
    assert len(fresh.history("shop.log")) == 105
    assert fresh.read("shop.log", 3).to_pylist() == [{"what": "event 3"}]
