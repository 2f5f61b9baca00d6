"""What queries as sources promise."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from paddock.data.sources import Source, content_hash, read
from paddock.errors import ConfigurationError, DataError, PaddockError, ToolError


def _query(sql: str, url: Any, columns: dict[str, str] | None = None) -> Source:
    return Source("clinic.orders", "catalog.toml:9", "Orders.", columns or {}, query=sql, url=url)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A DuckDB file with three orders."""
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        connection.execute(
            "CREATE TABLE orders AS SELECT * FROM (VALUES (1, 'a', 1.5), (2, NULL, 2.5), (3, 'c', 0)) t(n, s, x)"
        )
    return tmp_path / "w.duckdb"


def test_a_query_gives_its_rows_in_the_declared_dtypes(warehouse: Path) -> None:
    """A relative DuckDB file lies below the root, an absolute one where it says."""
    columns = {"total": "int64", "x": "float64"}
    for url in ("duckdb://w.duckdb", f"duckdb://{warehouse}"):
        source = _query("SELECT sum(n) AS total, sum(x) AS x FROM orders", url, columns)
        assert read(source, warehouse.parent)[0].to_pylist() == [{"total": 6, "x": 4.0}]
    with pytest.raises(DataError, match=r"clinic\.orders, row 0: column 'x': expected int64"):
        read(_query("SELECT 1.5 AS x", "duckdb://w.duckdb", {"x": "int64"}), warehouse.parent)


def test_the_hash_of_a_query_knows_rows_but_no_order(warehouse: Path) -> None:
    """The same rows in another order hash the same; another value, a null or a swap between rows does not."""

    def hash_of(values: str) -> str:
        # The rows vary inside the file, so that the declaration stays the same.
        with duckdb.connect(warehouse) as connection:
            connection.execute(f"CREATE OR REPLACE VIEW v AS SELECT * FROM (VALUES {values}) t(a, b)")
        return content_hash(_query("SELECT a, b FROM v", "duckdb://w.duckdb"), warehouse.parent)

    same = {hash_of("(1, 'x'), (2, 'y'), (3, NULL)"), hash_of("(3, NULL), (1, 'x'), (2, 'y')")}
    others = {hash_of(v) for v in (
        "(1, 'y'), (2, 'x'), (3, NULL)", "(1, 'x'), (2, 'y'), (3, '-')", "(1, 'x'), (2, 'y')",
        "(1, 'x'), (2, 'y'), (3, NULL), (3, NULL)", "(1, 'x1:z'), (2, 'y'), (3, NULL)",
    )}  # fmt: skip
    assert len(same) == 1
    assert len(others) == 5
    assert not same & others


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM nowhere", "nowhere"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("SELECT n FROM orders WHERE s > 1", "Cannot compare"),
    ],
)
def test_a_failing_query_is_the_databases_fault(warehouse: Path, sql: str, said: str) -> None:
    """What the database says is told in one message, and a query reads no file beside its database."""
    with pytest.raises(ToolError, match=rf"w\.duckdb: the query failed: .*({said})"):
        read(_query(sql, f"duckdb://{warehouse}"), warehouse.parent)


def test_no_variable_of_the_program_is_a_table(warehouse: Path) -> None:
    """A table's name never means a frame that happens to be in memory."""
    orders_in_memory = pa.table({"n": [1]})
    with pytest.raises(ToolError, match="orders_in_memory"):
        read(_query("SELECT * FROM orders_in_memory", f"duckdb://{warehouse}"), warehouse.parent)
    assert orders_in_memory.num_rows == 1


def test_nested_values_of_a_query_are_refused(warehouse: Path) -> None:
    """A list has no identity of its own; the message says how to convert it."""
    with pytest.raises(DataError, match="column 'l': expected plain values") as caught:
        read(_query("SELECT [[1]] AS l", "duckdb://w.duckdb"), warehouse.parent)
    assert "CAST" in caught.value.remedy


def test_a_secret_that_is_not_set_is_named(tmp_path: Path) -> None:
    """The variable is named, with the line that asks for it."""
    with pytest.raises(ConfigurationError, match=r"catalog\.toml:9: url: the environment variable WAREHOUSE_URL is"):
        read(_query("SELECT 1", {"secret": "WAREHOUSE_URL"}), tmp_path)


@pytest.mark.parametrize(
    "url", ["postgres://ada:hunter2@127.0.0.1:9/shop", "duckdb://nowhere.duckdb?password=hunter2",
            "nosuch://ada:hunter2@host/db", "mysql://ada:hunter%322@host/db"]
)  # fmt: skip
def test_no_message_shows_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Whatever goes wrong with a database, the password in its URL stays secret."""
    monkeypatch.setenv("WAREHOUSE_URL", url)
    with pytest.raises(PaddockError) as caught:
        read(_query("SELECT 1 AS n", {"secret": "WAREHOUSE_URL"}), tmp_path)
    assert "hunter" not in str(caught.value)
    assert url.partition("://")[0] in caught.value.message


def test_a_query_of_postgresql(postgresql: str, tmp_path: Path) -> None:
    """PostgreSQL answers in a transaction that may only read."""
    source = _query("SELECT n, 'a' AS s FROM generate_series(1, 3) AS t(n)", postgresql, {"n": "int64", "s": "string"})
    assert read(source, tmp_path)[0].column("n").to_pylist() == [1, 2, 3]
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgresql, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE IF NOT EXISTS numbers")
    with pytest.raises(ToolError, match="read-only transaction"):
        read(_query("SELECT nextval('numbers')", postgresql), tmp_path)


def test_a_query_of_any_other_database_goes_by_ibis(tmp_path: Path) -> None:
    """What Ibis connects to is a source: SQLite, for one."""
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE orders (n INTEGER, s TEXT)")
        connection.execute("INSERT INTO orders VALUES (7, 'x'), (8, NULL)")
    source = _query(
        "SELECT n, s FROM orders WHERE n > 7", f"sqlite://{tmp_path}/shop.sqlite", {"n": "int64", "s": "string"}
    )
    assert read(source, tmp_path)[0].to_pylist() == [{"n": 8, "s": None}]


def test_a_missing_driver_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PostgreSQL's packages the message says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "adbc_driver_postgresql", None)
    with pytest.raises(ConfigurationError) as caught:
        read(_query("SELECT 1", "postgres://host/db"), tmp_path)
    assert "paddock[postgres]" in caught.value.remedy
