"""Sources: what a project reads from outside the catalogue."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.data.sources import location, query
from paddock.data.sources.declaration import Source, source_of
from paddock.data.sources.formats import FORMATS, suffix_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Source", "content_hash", "read", "source_of"]


def read(source: Source, root: Path) -> tuple[pa.Table, str]:
    """The rows of a source whose files lie below `root`, with their content hash.

    Raises DataError naming file, line, column and value when the bytes are not what is declared,
    ConfigurationError for a declaration that leads nowhere, ToolError when a database or the disk fails.
    """
    if source.query:
        table = query.read(source, root)
        return table, _hash(source, query.rows_sha256(source.name, table))
    path = location.find(source, root)
    content = location.content(path)
    sha256 = hashlib.sha256(content).hexdigest()
    location.check(source, path, sha256)
    format_ = FORMATS[suffix_of(source.path) or ""]
    return format_.read(content, str(path), source.columns), _hash(source, sha256)


def content_hash(source: Source, root: Path) -> str:
    """The content hash that `read` would give; rows of a file are not parsed, and those of a query have no order."""
    if source.query:
        return read(source, root)[1]
    path = location.find(source, root)
    sha256 = location.sha256(path)
    location.check(source, path, sha256)
    return _hash(source, sha256)


def _hash(source: Source, sha256: str) -> str:
    return hashlib.sha256(f"{source.digest} {sha256}".encode()).hexdigest()
