"""The databases that queries go to, by the scheme of their URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from paddock.data.databases import duckdb_file, postgresql
from paddock.errors import ConfigurationError, PaddockError, ToolError
from paddock.settings import reason, without_password

if TYPE_CHECKING:
    import pyarrow as pa

_WAIT_SECONDS = 15.0


def select(url: str, query: str, root: Path) -> pa.Table:
    """The rows that `query` selects; raises ToolError when the database fails, never with its password."""
    scheme = url.partition("://")[0]
    connector = _BY_SCHEME.get(scheme, _by_ibis)
    try:
        return connector(url, query, root)
    except PaddockError:
        raise
    # Each driver has its own exceptions, and all of them mean that the database did not answer.
    except Exception as error:
        raise ToolError(
            f"{without_password(url)}: the query failed: {reason(error, url)}",
            "Nothing was read. Mend the query, the URL or the database, and run again.",
        ) from error


def _from_duckdb(url: str, query: str, root: Path) -> pa.Table:
    parts = urlsplit(url)
    return duckdb_file.select(root / (parts.netloc + parts.path), query, _WAIT_SECONDS)


def _from_postgresql(url: str, query: str, root: Path) -> pa.Table:
    return postgresql.select(url, query)


def _by_ibis(url: str, query: str, root: Path) -> pa.Table:
    """From any database that Ibis knows."""
    import ibis

    scheme = url.partition("://")[0]
    try:
        backend = ibis.connect(url)
    except ImportError as error:
        raise ConfigurationError(
            f"{without_password(url)}: this database needs packages that are not installed",
            f"Install: ibis-framework[{scheme}]",
        ) from error
    except ValueError as error:
        if "Don't know how to connect" not in str(error):
            raise
        raise ConfigurationError(
            f"{without_password(url)}: no database has the scheme '{scheme}'",
            f"Known: {', '.join(_BY_SCHEME)}, and what Ibis knows.",
        ) from error
    return backend.sql(query).to_pyarrow()


_BY_SCHEME: dict[str, Callable[[str, str, Path], pa.Table]] = {
    "duckdb": _from_duckdb,
    "postgres": _from_postgresql,
    "postgresql": _from_postgresql,
}
