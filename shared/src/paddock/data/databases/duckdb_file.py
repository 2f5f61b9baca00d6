"""A DuckDB file: the embedded default to serve from, and a place to select from."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.data.databases import serving
from paddock.data.databases.serving import Publication, Release
from paddock.errors import ToolError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_RETRY_SECONDS = 0.05
_SCHEME = "duckdb:///"
# Nothing that we ask needs an extension, and none is fetched from the network behind anyone's back.
Config = dict[str, str | bool | int | float | list[str]]
CONFIG: Config = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class DuckDBServing:
    """A DuckDB file; one process writes at a time, others wait at most `wait` seconds."""

    def __init__(self, url: str, wait: float) -> None:
        self._path = Path(url.removeprefix(_SCHEME))
        self._wait = wait

    def published(self) -> Mapping[str, Publication]:
        """The present publication of each dataset."""
        found = self._select(serving.SELECT_POINTERS)
        return {publication.dataset: publication for publication in found}

    def publications(self, dataset: str) -> tuple[Publication, ...]:
        """Every publication of a dataset, oldest first."""
        return self._select(serving.SELECT_LOG, dataset)

    def log(self) -> tuple[Publication, ...]:
        """Every publication of every dataset, oldest first."""
        return self._select(serving.SELECT_ALL)

    def publish(self, releases: Sequence[Release], run: str) -> None:
        """Move all pointers and replace all serving tables in one transaction."""
        with self._connected(read_only=False) as connection:
            connection.begin()
            for statement in (serving.CREATE_SCHEMA, serving.CREATE_LOG, serving.CREATE_POINTERS):
                connection.execute(statement)
            now = datetime.now(UTC)
            for release in releases:
                _serve(connection, release.version.dataset, release.rows)
                connection.execute(serving.INSERT_LOG, serving.log_row(release, run, now))
            connection.commit()

    def _select(self, query: str, *values: str) -> tuple[Publication, ...]:
        import duckdb

        if not self._path.exists():
            return ()
        with self._connected(read_only=True) as connection:
            try:
                return serving.publications_of(connection.execute(query, values).fetchall())
            except duckdb.CatalogException:
                # A file without our tables: nothing was published there yet.
                return ()

    @contextlib.contextmanager
    def _connected(self, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(_connect(self._path, read_only, self._wait, CONFIG)) as connection:
                yield connection
        except (duckdb.Error, OSError) as error:
            raise ToolError(
                f"{self._path}: the serving database failed: {str(error).splitlines()[0]}",
                "Nothing was published: what was served is still served. Mend the cause and run again.",
            ) from error


def select(path: Path, query: str, wait: float) -> pa.Table:
    """The rows that `query` selects from the file; it sees no other file, and whoever holds a lock is waited for."""
    config = CONFIG | {"enable_external_access": "false"}
    with contextlib.closing(_connect(path, True, wait, config)) as connection:
        return connection.sql(query).to_arrow_table()


def _connect(path: Path, read_only: bool, wait: float, config: Config) -> duckdb.DuckDBPyConnection:
    """A connection; DuckDB lets one writer or many readers open a file, so others wait."""
    import duckdb

    deadline = time.monotonic() + wait
    while True:
        try:
            return duckdb.connect(path, read_only=read_only, config=config)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() >= deadline:
                raise ToolError(
                    f"{path}: still locked after {wait:g} s: {_holder(error)}",
                    "Close that connection (a notebook, a DuckDB shell), or use PostgreSQL.",
                ) from error
            time.sleep(_RETRY_SECONDS)


def _serve(connection: duckdb.DuckDBPyConnection, dataset: str, rows: pa.Table | None) -> None:
    name = serving.table_name(dataset)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {serving.schema_name(dataset)}")
    if rows is None:
        # Its contract says that it is not served (any more).
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        return
    connection.register("candidate_rows", rows)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM candidate_rows")
    connection.unregister("candidate_rows")


def _holder(error: Exception) -> str:
    """Who holds the file, in DuckDB's words: the only place where it says so."""
    text = str(error)
    start = text.find("Conflicting lock is held in")
    return text[start:].split(". ")[0].strip() if start >= 0 else text.splitlines()[0]
