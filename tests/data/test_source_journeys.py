"""What sources promise about rows that travel through files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock.data import dtypes
from paddock.data.sources import Source, read


def _read(folder: Path, name: str, content: bytes, columns: dict[str, str]) -> pa.Table:
    (folder / name).write_bytes(content)
    return read(Source("clinic.intake", "catalog.toml:3", "Intake.", columns, name), folder)[0]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["007", '"', '"",', "\r\n", "\u2028", ",", " ", "null", "NA"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXTS,
    "bool": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(timezones=st.just(UTC)),
    "float64": st.floats(allow_nan=False, allow_infinity=False),
    "float32": st.floats(allow_nan=False, allow_infinity=False, width=32),
    **{name: st.integers(*dtypes.limits(name)) for name in dtypes.INTEGERS},
}


@st.composite
def typed_tables(draw: Callable[..., Any]) -> tuple[dict[str, str], pa.Table]:
    """Any declaration with a table that it describes."""
    columns = draw(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from(dtypes.NAMES), min_size=1))
    rows = draw(st.integers(1, 5))
    data = {
        name: pa.array(
            draw(st.lists(st.none() | VALUES[dtype], min_size=rows, max_size=rows)), dtypes.arrow_type(dtype)
        )
        for name, dtype in columns.items()
    }
    return columns, pa.table(data)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _as_csv(table: pa.Table) -> bytes:
    out = io.StringIO()
    # Quotes around every text tell an empty text from nothing.
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerow(table.column_names)
    lines = [out.getvalue()]
    for row in table.to_pylist():
        cells = [
            "" if v is None else '"' + v.replace('"', '""') + '"' if isinstance(v, str) else str(_plain(v))
            for v in row.values()
        ]
        lines.append(",".join(cells) + "\n")
    return "".join(lines).encode()


def _as_json(table: pa.Table) -> bytes:
    rows = ({name: _plain(value) for name, value in row.items()} for row in table.to_pylist())
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


@settings(max_examples=120, deadline=None)
@given(made=typed_tables())
def test_any_typed_table_survives_the_journey(tmp_path_factory: pytest.TempPathFactory, made: Any) -> None:
    """Through CSV, JSON lines and Parquet, zipped or not, come back exactly the rows that went in."""
    columns, table = made
    folder = tmp_path_factory.getbasetemp()
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    files = {"t.csv": _as_csv(table), "t.jsonl": _as_json(table), "t.parquet": buffer.getvalue()}
    for name, content in files.items():
        assert _read(folder, name, content, columns).equals(table), (name, content)
    assert _read(folder, "t.csv.gz", gzip.compress(files["t.csv"]), columns).equals(table)
