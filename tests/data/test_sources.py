"""What sources promise: exact rows, or one message that says where and how to mend it."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from paddock.data import dtypes
from paddock.data.session import Session, open_session
from paddock.data.sources import Source, content_hash, read
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project
from paddock.settings import load_settings

HEAD = b"id,n,x,ok,day,at\n"
COLUMNS = {"id": "string", "n": "int64", "x": "float64", "ok": "bool", "day": "date", "at": "timestamp"}


def _source(path: str, columns: dict[str, str] | None = None, **facts: Any) -> Source:
    return Source("clinic.intake", "catalog.toml:3", "Intake.", COLUMNS if columns is None else columns, path, **facts)


def _read(folder: Path, name: str, content: bytes, columns: dict[str, str] | None = None, **facts: Any) -> pa.Table:
    (folder / name).write_bytes(content)
    return read(_source(name, columns, **facts), folder)[0]


def test_csv_cells_become_what_is_declared(tmp_path: Path) -> None:
    """Codes keep their zeros, big integers their digits beside empty cells; an empty cell is null, "" a text."""
    content = HEAD + (
        b'007,9007199254740993,.5,TRUE,2026-01-31,2026-01-31T12:00:00+01:00\n"a ""b"",\nc",,,,,\n"",-1,1e3,false,,\n'
    )
    assert _read(tmp_path, "in.csv", content).to_pylist() == [
        {"id": "007", "n": 2**53 + 1, "x": 0.5, "ok": True, "day": date(2026, 1, 31),
         "at": datetime(2026, 1, 31, 11, tzinfo=UTC)},
        {"id": 'a "b",\nc', "n": None, "x": None, "ok": None, "day": None, "at": None},
        {"id": "", "n": -1, "x": 1000.0, "ok": False, "day": None, "at": None},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfid,n\n1,2\n", b"id,n\r\n1,2\r\n", b'n,"id"\n2,1\n', b"id,n\n1,2\r\n"]
)
def test_harmless_variants_of_csv_read_the_same(tmp_path: Path, content: bytes) -> None:
    """A byte-order mark, Windows line ends, quotes and another order of columns change nothing."""
    table = _read(tmp_path, "in.csv", content, {"id": "string", "n": "int8"})
    assert table.to_pydict() == {"id": ["1"], "n": [2]}
    assert table.schema.types == [pa.string(), pa.int8()]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    """No rows is an answer, in the declared dtypes."""
    table = _read(tmp_path, "in.csv", HEAD)
    assert table.num_rows == 0
    assert table.schema.types == [dtypes.arrow_type(dtype) for dtype in COLUMNS.values()]


TWO = {"id": "string", "n": "int64"}
BAD_TEXTS: list[tuple[str, str, bytes, dict[str, str], list[str]]] = [
    ("empty", "in.csv", b"", TWO, ["in.csv: the file is empty", "Fetch it again"]),
    ("ragged, long", "in.csv", b"id,n\n1,2\n3,4,5\n", TWO, ["in.csv:3: expected 2 columns, got 3", "Mend the line"]),
    ("ragged, short", "in.csv", b'id,n\n"a\nb",2\n3\n', TWO, ["in.csv:4: expected 2 columns, got 1"]),
    ("blank line", "in.csv", b"id,n\n1,2\n\n3,4\n", TWO, ["in.csv:3: expected 2 columns, got a blank line"]),
    ("latin-1", "in.csv", b"id,n\na,1\nM\xfcller,2\n", TWO, ["in.csv:3", "byte 0xfc at byte 2", "Save it as UTF-8"]),
    ("utf-16", "in.csv", "id,n\n1,2\n".encode("utf-16"), TWO, ["got UTF-16", "Save it as UTF-8"]),
    ("nul", "in.csv", b"i\0d\0,\0n\0\n", TWO, ["in.csv:1: expected UTF-8 text, got a NUL byte"]),
    ("cut", "in.csv", b"id,n\n1,2\n3,45", TWO, ["in.csv:3: the last line has no end", "if it is whole, end its last"]),
    ("open quote", "in.csv", b'id,n\n1,2\n"3,4\n5,6\n', TWO, ["in.csv:3", "never closed", "double those"]),
    ("stray quote", "in.csv", b'id,n\n5" pipe,2\n6" pipe,3\n', TWO, ["in.csv:2: a cell has a quote in its middle"]),
    ("repeated", "in.csv", b"id,n,id\n1,2,3\n", TWO, ["in.csv:1: two columns are called 'id'", "Rename"]),
    (
        "drift",
        "in.csv",
        b"id,m\n1,2\n",
        TWO,
        ["column 'm' is not declared", "Did you mean 'n'?|Known: n", "columns in"],
    ),
    ("missing", "in.csv", b"id\n1\n", TWO, ["in.csv:1: column 'n' is missing; got id", "what is sent has changed"]),
    ("zeros", "in.csv", b"id,n\n1,007\n", TWO, ["in.csv:2: column 'n'", "declare it as string", "got '007'"]),
    ("late text", "in.csv", b"id,n\n1,2\n3,x7\n", TWO, ["in.csv:3: column 'n': expected int64, got 'x7'", "Mend"]),
    ("after newline", "in.csv", b'id,n\n"a\n\nb",2\n3,x\n', TWO, ["in.csv:5: column 'n'"]),
    ("1.0", "in.csv", b"id,n\n1,1.0\n", TWO, ["expected int64, got '1.0'"]),
    ("space", "in.csv", b"id,n\n1, 2\n", TWO, ["expected int64, got ' 2'"]),
    ("range", "in.csv", b"n\n300\n", {"n": "int8"}, ["in.csv:2", "int8 from -128 to 127, got '300'"]),
    ("digits", "in.csv", b"n\n99999999999999999999\n", {"n": "int64"}, ["in.csv:2: column 'n'", "9223372036854775807"]),
    ("comma", "in.csv", b'x\n"1,5"\n', {"x": "float64"}, ["expected float64, got '1,5'"]),
    ("nan", "in.csv", b"x\nnan\n", {"x": "float64"}, ["expected float64, got 'nan'"]),
    ("overflow", "in.csv", b"x\n1e999\n", {"x": "float64"}, ["too large", "got '1e999'"]),
    ("bool", "in.csv", b"ok\n1\n", {"ok": "bool"}, ["bool: true or false, got '1'"]),
    ("date", "in.csv", b"d\n31.01.2026\n", {"d": "date"}, ["a date such as 2026-01-31", "got '31.01.2026'"]),
    ("no such day", "in.csv", b"d\n2026-01-01\n2026-02-30\n", {"d": "date"}, ["in.csv:3: column 'd'", "'2026-02-30'"]),
    ("no zone", "in.csv", b"t\n2026-01-31T12:00:00\n", {"t": "timestamp"}, ["a moment with a time zone"]),
    ("gzip", "in.csv.gz", gzip.compress(b"id,n\n1,2\n" * 99)[:-20], TWO, ["whole gzip file", "Fetch it again"]),
    ("no gzip", "in.csv.gz", b"id,n\n1,2\n", TWO, ["expected a whole gzip file"]),
    ("json empty", "in.jsonl", b"\n", TWO, ["the file is empty"]),
    ("json cut", "in.jsonl", b'{"id": "a", "n": 1}\n{"id": "b"', TWO, ["in.jsonl:2: the last line has no end"]),
    (
        "json list",
        "in.jsonl",
        b'[{"id": "a"}]\n',
        TWO,
        ["in.jsonl:1: expected one JSON object, got '[", "in each line"],
    ),
    ("json broken", "in.jsonl", b'{"id": "a", "n": 1}\n{"id"}\n', TWO, ["in.jsonl:2: expected one JSON object"]),
    ("json twice", "in.jsonl", b'{"id": "a", "id": "b"}\n', TWO, ["in.jsonl:1: the key 'id' stands twice", "Rename"]),
    ("json nan", "in.jsonl", b'{"x": NaN}\n', {"x": "float64"}, ["in.jsonl:1", "NaN is no JSON; write null"]),
    ("json nested", "in.jsonl", b'{"id": {"a": 1}, "n": 1}\n', TWO, ["column 'id'", "a nested dict", "Flatten it"]),
    ("json deep", "in.jsonl", b"[" * 100_000 + b"\n", TWO, ["in.jsonl:1: expected one JSON object"]),
    ("json text", "in.jsonl", b'{"id": "a", "n": 1}\n{"id": "b", "n": "1"}\n', TWO, ["in.jsonl:2", "int64, got '1'"]),
    ("json number", "in.jsonl", b'{"id": 7, "n": 1}\n', TWO, ["column 'id': expected string, got 7"]),
    ("json half", "in.jsonl", b'{"n": 1.5}\n', {"n": "int64"}, ["column 'n'", "got 1.5"]),
    ("json inexact", "in.jsonl", b'{"n": 9007199254740994.0}\n', {"n": "int64"}, ["in.jsonl:1: column 'n'"]),
    ("json bool", "in.jsonl", b'{"n": true}\n', {"n": "int64"}, ["expected int64, got True"]),
    ("json wide", "in.jsonl", b'{"x": 9007199254740993}\n', {"x": "float64"}, ["float64, exactly"]),
    ("json drift", "in.jsonl", b'{"id": "a", "n": 1}\n{"id": "a", "m": 1}\n', TWO, ["in.jsonl:2: column 'm'"]),
    ("json missing", "in.jsonl", b'{"id": "a"}\n', TWO, ["column 'n' is missing"]),
    ("json surrogate", "in.jsonl", b'{"id": "\\ud800", "n": 1}\n', TWO, ["column 'id'", "surrogate"]),
]


@pytest.mark.parametrize(("name", "content", "columns", "said"), [row[1:] for row in BAD_TEXTS],
                         ids=[row[0] for row in BAD_TEXTS])  # fmt: skip
def test_a_bad_text_file_is_one_message(
    tmp_path: Path, name: str, content: bytes, columns: dict[str, str], said: list[str]
) -> None:
    """Each names the file, the line where it knows one, what was expected and got, and the remedy."""
    with pytest.raises(DataError) as caught:
        _read(tmp_path, name, content, columns)
    text = str(caught.value)
    assert text.startswith(str(tmp_path / name))
    assert caught.value.remedy
    for words in said:
        assert any(option in text for option in words.split("|")), text


def test_whole_floats_in_json_are_integers(tmp_path: Path) -> None:
    """1.0 is the integer 1, a whole number is a float, null and a key left out are null."""
    content = b'{"n": 1.0, "x": 2}\n{"n": null}\n{"n": 9007199254740993, "x": 0.5}\n'
    table = _read(tmp_path, "in.jsonl", content, {"n": "int64", "x": "float64"})
    assert table.to_pydict() == {"n": [1, None, 2**53 + 1], "x": [2.0, None, 0.5]}


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, write_page_checksum=True)
    return buffer.getvalue()


@pytest.mark.parametrize("keep", [0, 3, 50, -5])
def test_a_cut_parquet_file_is_one_message(tmp_path: Path, keep: int) -> None:
    """However much is cut off, the file is named and nothing is read."""
    with pytest.raises(DataError, match=r"in\.parquet: .*(empty|cut or damaged)") as caught:
        _read(tmp_path, "in.parquet", _parquet(pa.table({"n": range(99)}))[:keep], {})
    assert "Fetch it again" in caught.value.remedy


def test_a_flipped_bit_in_a_page_with_a_checksum_is_noticed(tmp_path: Path) -> None:
    """Where the writer stored checksums, they are verified."""
    content = bytearray(_parquet(pa.table({"x": [float(n) ** 0.5 for n in range(999)]})))
    content[3000] ^= 4
    with pytest.raises(DataError, match="cut or damaged"):
        _read(tmp_path, "in.parquet", bytes(content), {})


def test_parquet_columns_are_cast_without_loss_or_refused(tmp_path: Path) -> None:
    """Declared dtypes hold; a value that would change, a drift and a repeated name are errors; else it is as it is."""
    content = _parquet(pa.table({"id": ["a", "b"], "n": [1.0, 2.5]}))
    assert _read(tmp_path, "in.parquet", content, {}).schema.types == [pa.string(), pa.float64()]
    with pytest.raises(DataError, match=r"in\.parquet, row 1: column 'n': expected int64, got 2\.5"):
        _read(tmp_path, "in.parquet", content, TWO)
    with pytest.raises(DataError, match="column 'n' is not declared"):
        _read(tmp_path, "in.parquet", content, {"id": "string"})
    twice = pa.table([pa.array([1]), pa.array([2])], names=["n", "n"])
    with pytest.raises(DataError, match="two columns are called 'n'"):
        _read(tmp_path, "in.parquet", _parquet(twice), {})


def test_a_missing_file_is_one_message(tmp_path: Path) -> None:
    """The path is named, and how to say where files lie; a folder is no file."""
    (tmp_path / "in.csv").mkdir()
    for name, said in (("nowhere.csv", "the file is missing"), ("in.csv", "is no file")):
        with pytest.raises(DataError, match=said) as caught:
            read(_source(name), tmp_path)
        assert "PADDOCK_SOURCES_ROOT" in caught.value.remedy


def test_a_symlink_does_not_lead_outside_the_root(tmp_path: Path) -> None:
    """Neither a link to a file nor one to a folder is followed out of the root; one inside it is."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.csv").write_text("n\n1\n")
    (root / "link.csv").symlink_to(tmp_path / "secret.csv")
    (root / "folder").symlink_to(tmp_path)
    for path in ("link.csv", "folder/secret.csv"):
        for reader in (read, content_hash):
            with pytest.raises(ConfigurationError, match="leads outside the sources' root"):
                reader(_source(path, {"n": "int64"}), root)
    (root / "real.csv").write_text("n\n1\n")
    (root / "inside.csv").symlink_to(root / "real.csv")
    assert read(_source("inside.csv", {"n": "int64"}), root)[0].num_rows == 1


def test_another_file_than_declared_is_refused(tmp_path: Path) -> None:
    """The SHA-256 of the declaration holds for reading and for identities."""
    content = b"n\n1\n"
    right = hashlib.sha256(content).hexdigest()
    assert _read(tmp_path, "in.csv", content, {"n": "int64"}, sha256=right).num_rows == 1
    for reader in (read, content_hash):
        with pytest.raises(DataError, match=f"expected SHA-256 {'0' * 64}, got {right}") as caught:
            reader(_source("in.csv", {"n": "int64"}, sha256="0" * 64), tmp_path)
        assert "catalog.toml:3" in caught.value.remedy


def test_a_stale_file_is_refused(tmp_path: Path) -> None:
    """A file older than `max_age_days` says its age and the limit; a fresh one is read."""
    (tmp_path / "in.csv").write_text("n\n1\n")
    source = _source("in.csv", {"n": "int64"}, max_age_days=2.0)
    assert read(source, tmp_path)[0].num_rows == 1
    os.utime(tmp_path / "in.csv", (time.time() - 3.5 * 86400,) * 2)
    for reader in (read, content_hash):
        with pytest.raises(DataError, match=r"is stale: expected a file of at most 2 days, got one of 3\.5 days"):
            reader(source, tmp_path)


def test_the_content_hash_answers_to_bytes_and_declaration(tmp_path: Path) -> None:
    """Other bytes or dtypes give another hash; a new description, limit or time of writing does not."""
    (tmp_path / "in.csv").write_text("n\n1\n")
    plain = _source("in.csv", {"n": "int64"})
    before = content_hash(plain, tmp_path)
    assert read(plain, tmp_path)[1] == before
    os.utime(tmp_path / "in.csv", (1, 1))
    assert content_hash(_source("in.csv", {"n": "int64"}, max_age_days=1e9), tmp_path) == before
    assert content_hash(_source("in.csv", {"n": "int32"}), tmp_path) != before
    (tmp_path / "in.csv").write_text("n\n2\n")
    assert content_hash(plain, tmp_path) != before


CLINIC = '[sources.intake]\ndescription = "Intake."\npath = "data/in.csv"\ncolumns = { n = "int64" }\n'


@pytest.fixture
def clinic(make_project: Callable[..., Project]) -> Session:
    """A session of a project with one source of two rows."""
    project = make_project("clinic", catalog=CLINIC, files={"data/in.csv": "n\n1\n\n"})
    return open_session(project, load_settings(project.workspace))


def test_a_session_reads_its_projects_sources(clinic: Session) -> None:
    """Every form holds the same rows, integers stay integers beside nulls, and the content hash is remembered."""
    frame = clinic.source("intake")
    assert (frame["n"].dtype, frame["n"][0]) == ("Int64", 1)
    assert clinic.source("intake", as_="arrow").to_pydict() == {"n": [1, None]}
    assert clinic.source("intake", as_="polars").height == 2
    assert clinic.source("intake", as_="ibis").to_pyarrow().num_rows == 2
    assert clinic.sources == {"intake": clinic.source_hash("intake")}


def test_an_unknown_source_suggests_the_nearest(clinic: Session) -> None:
    """A misspelt name is an error that suggests the right one."""
    for ask in (clinic.source, clinic.source_hash):
        with pytest.raises(ConfigurationError, match=r"declares no source 'intakes'\nDid you mean 'intake'"):
            ask("intakes")


def test_a_session_sees_one_content(clinic: Session) -> None:
    """What was read stays as it was; a change between looking and reading is an error, not another table."""
    path = clinic.project.folder / "data/in.csv"
    first = clinic.source("intake", as_="arrow")
    path.write_text("n\n5\n")
    assert clinic.source("intake", as_="arrow").equals(first)
    fresh = open_session(clinic.project, load_settings(clinic.project.workspace))
    fresh.source_hash("intake")
    path.write_text("n\n6\n")
    with pytest.raises(DataError, match=r"clinic\.intake: it changed while the run was going on"):
        fresh.source("intake")


def test_the_sources_root_is_a_setting(clinic: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PADDOCK_SOURCES_ROOT moves all files of sources, relative to the workspace."""
    workspace = clinic.project.workspace
    (workspace.root / "drop/data").mkdir(parents=True)
    (workspace.root / "drop/data/in.csv").write_text("n\n8\n")
    monkeypatch.setenv("PADDOCK_SOURCES_ROOT", "drop")
    session = open_session(clinic.project, load_settings(workspace))
    assert session.source("intake", as_="arrow").to_pydict() == {"n": [8]}
