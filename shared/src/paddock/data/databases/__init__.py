"""The serving database: published pointers beside the tables that services read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from paddock.data.databases import duckdb_file, postgresql
from paddock.data.databases.serving import Publication, Release, Serving
from paddock.errors import ConfigurationError, nearest
from paddock.settings import Settings

__all__ = ["Publication", "Release", "Serving", "open_serving"]

_BY_SCHEME: dict[str, Callable[[str, float], Serving]] = {
    "duckdb": duckdb_file.DuckDBServing,
    "postgresql": postgresql.PostgreSQLServing,
}


def open_serving(settings: Settings) -> Serving:
    """The serving database that the settings name; nothing is connected yet."""
    scheme = urlsplit(settings.serving_url).scheme
    if scheme not in _BY_SCHEME:
        raise ConfigurationError(
            f"serving_url: expected duckdb:///PATH or postgresql://…, got the scheme '{scheme}'",
            nearest(scheme, _BY_SCHEME),
        )
    return _BY_SCHEME[scheme](settings.serving_url, settings.database_wait)
