"""Reading and writing a dataset of a million rows as a project does, against bare pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from paddock.data.publishing import publish
from paddock.data.session import Session, open_session
from paddock.project import Workspace, load_project
from paddock.settings import load_settings

from tests.benchmarks.ratio import Ratio, measure

_ROWS = 1_000_000
_DTYPES = {"double": "float64", "int64": "int64", "string": "string"}


def ratios(folder: Path) -> Iterator[Ratio]:
    """The ratios of reading and writing a million rows of ten columns."""
    table = _table()
    workspace = _workspace(folder, table)
    bare = folder / "bare.parquet"
    pq.write_table(table, bare)
    session = _session(workspace)
    publish(session.store, session.serving, session.catalogue, [session.write("rows", table)], "bench")

    yield measure(
        "read 1e6 x 10, verified : pyarrow read",
        lambda: session.read("rows", as_="arrow"),
        lambda: pq.read_table(bare),
        rounds=15,
    )
    yield measure(
        # Once in the life of a process: catalogue, published pointer and the table's log.
        "the same, first read of a session : pyarrow read",
        lambda: _session(workspace).read("rows", as_="arrow"),
        lambda: pq.read_table(bare),
        rounds=15,
    )
    yield measure(
        "read 2 of its columns, verified : pyarrow read",
        lambda: session.read("rows", as_="arrow", columns=["f0", "name"]),
        lambda: pq.read_table(bare, columns=["f0", "name"]),
        rounds=15,
    )
    yield measure(
        "read it as pandas, verified : pyarrow read, to pandas",
        lambda: session.read("rows"),
        lambda: pq.read_table(bare).to_pandas(),
        rounds=9,
    )
    fresh = iter(range(1000))

    def changed() -> pa.Table:
        # A new constant each time: identical content would be recognised and not written.
        return table.set_column(0, "f0", pa.array(np.full(_ROWS, float(next(fresh)))))

    yield measure(
        "write 1e6 x 10, validated, hashed, committed : pyarrow write",
        lambda: session.write("rows", changed()),
        lambda: pq.write_table(changed(), bare),
        rounds=5,
    )


def _session(workspace: Workspace) -> Session:
    return open_session(load_project(workspace, "bench"), load_settings(workspace), run="bench")


def _table() -> pa.Table:
    generator = np.random.default_rng(0)
    columns: dict[str, object] = {f"f{i}": generator.normal(size=_ROWS) for i in range(5)}
    columns |= {f"i{i}": generator.integers(0, 1000, _ROWS) for i in range(4)}
    columns["name"] = pa.array([f"name {i % 1000}" for i in range(_ROWS)])
    return pa.table(columns)


def _workspace(folder: Path, table: pa.Table) -> Workspace:
    """A workspace with a project whose contract is that of the table, with bounds on two of its columns."""
    project = folder / "projects" / "bench"
    project.mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    (project / "pyproject.toml").write_text(
        '[tool.paddock]\nowner = "bench"\npackage = "bench"\npipeline = "bench.tasks:Pipeline"\n'
    )
    bounds = {"i0": ", minimum = 0, maximum = 999", "i1": ", minimum = 0"}
    columns = []
    for field in table.schema:
        facts = f'dtype = "{_DTYPES[str(field.type)]}", description = "Values."{bounds.get(field.name, "")}'
        columns.append(f"{field.name} = {{ {facts} }}")
    (project / "catalog.toml").write_text(
        '[datasets.rows]\ndescription = "A million rows."\n[datasets.rows.columns]\n' + "\n".join(columns) + "\n"
    )
    return Workspace(folder)
