"""The declaration of a source in a `catalog.toml`, read strictly."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from paddock.data import dtypes
from paddock.data.place import Place
from paddock.data.sources.formats import FORMATS, suffix_of
from paddock.data.sources.statement import fault
from paddock.errors import nearest
from paddock.settings import check_reference

_KEYS = ("description", "path", "query", "url", "columns", "sha256", "max_age_days")
_OF_FILES = ("sha256", "max_age_days")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Source:
    """A file (`path`, relative to the sources' root) or a query of a database (`query`, `url`) that a project reads.

    `columns` gives dtypes by name; `url` is a text, or `{"secret": NAME}` for an environment variable;
    `where` is the declaration's file and line.
    """

    name: str
    where: str
    description: str
    columns: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    sha256: str = ""
    max_age_days: float | None = None
    query: str = ""
    url: str | Mapping[str, str] = ""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what decides how bytes or rows become a table."""
        facts = [suffix_of(self.path) if self.path else "", list(self.columns.items()), self.query]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def source_of(project: str, name: str, table: dict[str, Any], place: Place) -> Source:
    """The source that `[sources.<name>]` declares; raises ConfigurationError with file and line."""
    where = f"sources.{name}"
    place.check_name("sources", name)
    place.refuse_unknown(table, _KEYS, where)
    if ("path" in table) == ("query" in table):
        got = "both" if "path" in table else "neither"
        place.fail(where, "", f"expected either path or query, got {got}", 'Write, for instance: path = "data/in.csv"')
    source = Source(
        name=f"{project}.{name}",
        where=f"{place.path}:{place.line(where, '')}",
        description=place.described(table, where),
        columns=_columns(place, where, table),
        path=_path(place, where, table),
        sha256=_sha256(place, where, table),
        max_age_days=place.positive(table, where, "max_age_days"),
        query=_query(place, where, table),
        url=_url(place, where, table),
    )
    if source.path and not source.columns and FORMATS[suffix_of(source.path) or ""].needs_columns:
        place.fail(where, "columns", "is missing", 'Name every column: columns = { case_id = "string" }')
    return source


def _path(place: Place, where: str, table: dict[str, Any]) -> str:
    path = place.value(table, where, "path", str, "")
    if "path" not in table:
        return ""
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts or "\\" in path or PureWindowsPath(path).drive:
        place.fail(
            where, "path", f"expected a path below the sources' root, got {path!r}",
            "Write it relative, with / and without '..'; PADDOCK_SOURCES_ROOT moves the root.",
        )  # fmt: skip
    if suffix_of(path) is None:
        place.fail(where, "path", f"no format for '{parts.name}'", f"Known: {', '.join(FORMATS)}.")
    return path


def _columns(place: Place, where: str, table: dict[str, Any]) -> dict[str, str]:
    columns: dict[str, Any] = place.value(table, where, "columns", dict, {})
    for name, dtype in columns.items():
        if not isinstance(dtype, str) or dtype not in dtypes.NAMES:
            remedy = nearest(str(dtype), dtypes.NAMES)
            place.fail(where, "columns", f"{name}: expected a dtype, got {dtype!r}", remedy)
    if "columns" in table and not columns:
        place.fail(where, "columns", "expected columns, got none", "Name them, or remove the line.")
    return columns


def _sha256(place: Place, where: str, table: dict[str, Any]) -> str:
    text = place.value(table, where, "sha256", str, "")
    if "sha256" in table and not _SHA256.fullmatch(text):
        place.fail(where, "sha256", f"expected 64 hexadecimal digits, got {text!r}", "Write what sha256sum prints.")
    return text


def _query(place: Place, where: str, table: dict[str, Any]) -> str:
    query = place.value(table, where, "query", str, "")
    if "query" not in table:
        return ""
    for key in _OF_FILES:
        if key in table:
            place.fail(where, key, "a query has none; it is for files", "Remove it.")
    problem = fault(query)
    if problem:
        place.fail(where, "query", f"expected one SELECT statement, got {problem}", "Write a single SELECT.")
    return query


def _url(place: Place, where: str, table: dict[str, Any]) -> str | dict[str, str]:
    if "query" not in table:
        if "url" in table:
            place.fail(where, "url", "a file has none; it is for queries", "Remove it.")
        return ""
    url = table.get("url")
    check_reference(f"{place.path}:{place.line(where, 'url')}: {where}.url", url)
    if not isinstance(url, dict) and (not isinstance(url, str) or "://" not in url):
        got = "nothing" if url is None else "another value"
        place.fail(where, "url", f"expected the URL of a database, got {got}", 'Write: url = { secret = "NAME" }')
    return url
