"""Reading and writing a dataset of a million rows, against bare pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from paddock.data.contract import Column, Contract
from paddock.data.validation import check, to_table
from paddock.data.versions import VersionStore

from tests.benchmarks.ratio import Ratio, measure

_ROWS = 1_000_000


def ratios(folder: Path) -> Iterator[Ratio]:
    """The ratios of reading and writing a million rows of ten columns."""
    table = _table()
    contract = _contract(table)
    store = VersionStore(str(folder / "data"))
    bare = folder / "bare.parquet"
    pq.write_table(table, bare)
    version = store.write(contract, table, "bench")

    yield measure(
        "read 1e6 x 10, verified : pyarrow read",
        lambda: VersionStore(store.data_url).read(contract.dataset, version.number),
        lambda: pq.read_table(bare),
        rounds=15,
    )
    yield measure(
        "read 2 of its columns, verified : pyarrow read",
        lambda: VersionStore(store.data_url).read(contract.dataset, version.number, ["f0", "name"]),
        lambda: pq.read_table(bare, columns=["f0", "name"]),
        rounds=15,
    )
    fresh = iter(range(1000))

    def write(checked: bool) -> None:
        # A new constant each time: identical content would be recognised and not written.
        changed = table.set_column(0, "f0", pa.array(np.full(_ROWS, float(next(fresh)))))
        candidate = to_table(contract, changed) if checked else changed
        if checked:
            check(contract, candidate)
        store.write(contract, candidate, "bench")

    def write_bare() -> None:
        changed = table.set_column(0, "f0", pa.array(np.full(_ROWS, float(next(fresh)))))
        pq.write_table(changed, bare)

    yield measure("write 1e6 x 10, hashed, committed : pyarrow write", lambda: write(False), write_bare, rounds=5)
    yield measure("the same with the contract checked : pyarrow write", lambda: write(True), write_bare, rounds=5)


def _table() -> pa.Table:
    generator = np.random.default_rng(0)
    columns: dict[str, object] = {f"f{i}": generator.normal(size=_ROWS) for i in range(5)}
    columns |= {f"i{i}": generator.integers(0, 1000, _ROWS) for i in range(4)}
    columns["name"] = pa.array([f"name {i % 1000}" for i in range(_ROWS)])
    return pa.table(columns)


def _contract(table: pa.Table) -> Contract:
    names = {"double": "float64", "int64": "int64", "string": "string"}
    columns = tuple(Column(name=f.name, dtype=names[str(f.type)], description="A number.") for f in table.schema)
    return Contract(dataset="bench.rows", description="A million rows.", columns=columns)
