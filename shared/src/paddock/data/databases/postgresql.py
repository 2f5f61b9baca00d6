"""PostgreSQL, through ADBC: to serve from, and to select from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from paddock.data.databases import serving
from paddock.data.databases.serving import Publication, Release
from paddock.errors import ConfigurationError, ToolError
from paddock.settings import reason, without_password

if TYPE_CHECKING:
    import pyarrow as pa

# Publishers of one database go one after the other; any fixed number that nobody else uses will do.
_LOCK = "SELECT pg_advisory_xact_lock(7239440562)"


class PostgreSQLServing:
    """A PostgreSQL database; readers of a serving table see the old rows until the new ones are whole."""

    def __init__(self, url: str, wait: float) -> None:
        self._url = url
        self._wait = wait

    def published(self) -> Mapping[str, Publication]:
        """The present publication of each dataset."""
        with self._connected() as cursor:
            return {found.dataset: found for found in _select(cursor, serving.SELECT_POINTERS)}

    def publications(self, dataset: str) -> tuple[Publication, ...]:
        """Every publication of a dataset, oldest first."""
        with self._connected() as cursor:
            return _select(cursor, serving.SELECT_LOG, dataset)

    def log(self) -> tuple[Publication, ...]:
        """Every publication of every dataset, oldest first."""
        with self._connected() as cursor:
            return _select(cursor, serving.SELECT_ALL)

    def publish(self, releases: Sequence[Release], run: str) -> None:
        """Move all pointers and replace all serving tables in one transaction."""
        with self._connected() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {int(self._wait * 1000)}")
            cursor.execute(_LOCK)
            for statement in (serving.CREATE_SCHEMA, serving.CREATE_LOG, serving.CREATE_POINTERS):
                cursor.execute(statement)
            contracts = {found.dataset: found.contract_hash for found in _select(cursor, serving.SELECT_POINTERS)}
            now = datetime.now(UTC)
            for release in releases:
                version = release.version
                _serve(cursor, release, keep=contracts.get(version.dataset) == version.contract_hash)
                cursor.execute(serving.INSERT_LOG, serving.log_row(release, run, now))
            cursor.connection.commit()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        dbapi = _driver(self._url)
        try:
            # ADBC opens a transaction by itself; leaving without a commit rolls it back.
            with dbapi.connect(self._url) as connection, connection.cursor() as cursor:
                yield cursor
        except dbapi.Error as error:
            raise ToolError(
                f"{without_password(self._url)}: the serving database failed: {reason(error, self._url)}",
                "Nothing was published: what was served is still served. Mend the cause and run again.",
            ) from error


def select(url: str, query: str) -> pa.Table:
    """The rows that `query` selects, in a transaction that may only read."""
    with _driver(url).connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def _driver(url: str) -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"{without_password(url)}: PostgreSQL needs packages that are not installed", "Install: paddock[postgres]"
        ) from error
    return dbapi


def _select(cursor: Any, query: str, *values: str) -> tuple[Publication, ...]:
    cursor.execute("SELECT to_regclass('paddock.published')::text")
    if cursor.fetchone()[0] is None:
        # Nothing was ever published there.
        return ()
    cursor.execute(query, values or None)
    return serving.publications_of(cursor.fetchall())


def _serve(cursor: Any, release: Release, keep: bool) -> None:
    """Replace the rows of the serving table; a table whose contract still holds is kept, with its grants."""
    dataset = release.version.dataset
    name = serving.table_name(dataset)
    project, _, table = dataset.partition(".")
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {serving.schema_name(dataset)}")
    if release.rows is None:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        return
    cursor.execute("SELECT to_regclass($1)::text", (name,))
    if keep and cursor.fetchone()[0] is not None:
        # Not TRUNCATE: readers inside a transaction would see an empty table.
        cursor.execute(f"DELETE FROM {name}")
    else:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TABLE {name} ({_columns(release)})")
    cursor.adbc_ingest(table, release.rows, mode="append", db_schema_name=project)


_TYPES = {
    "int8": "SMALLINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
    "float": "REAL", "double": "DOUBLE PRECISION", "string": "TEXT", "bool": "BOOLEAN",
    "date32[day]": "DATE", "timestamp[us, tz=UTC]": "TIMESTAMPTZ",
}  # fmt: skip


def _columns(release: Release) -> str:
    """The columns of the serving table, with the contract's key as its primary key."""
    schema: pa.Schema = release.rows.schema if release.rows is not None else None
    parts = [f"{serving.quoted(field.name)} {_TYPES[str(field.type)]}" for field in schema]
    key = [name for name in release.contract.key if name in schema.names]
    if key and len(key) == len(release.contract.key):
        parts.append(f"PRIMARY KEY ({', '.join(map(serving.quoted, key))})")
    return ", ".join(parts)
