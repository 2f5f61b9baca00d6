"""The formats of files that are sources, by the end of their name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paddock.data.sources import delimited, json_lines, parquet_file
from paddock.data.sources.text import unzipped

if TYPE_CHECKING:
    import pyarrow as pa

# Gets the bytes, where they are from (for messages), and the declared columns with their dtypes.
Reader = Callable[[bytes, str, Mapping[str, str]], "pa.Table"]


@dataclass(frozen=True)
class Format:
    """How the bytes of a file become a table, and whether the columns have to be declared for that."""

    read: Reader
    needs_columns: bool


def _zipped(read: Reader) -> Reader:
    return lambda content, where, columns: read(unzipped(content, where), where, columns)


FORMATS: dict[str, Format] = {
    ".csv": Format(delimited.read, needs_columns=True),
    ".csv.gz": Format(_zipped(delimited.read), needs_columns=True),
    ".jsonl": Format(json_lines.read, needs_columns=True),
    ".jsonl.gz": Format(_zipped(json_lines.read), needs_columns=True),
    ".parquet": Format(parquet_file.read, needs_columns=False),
}


def suffix_of(path: str) -> str | None:
    """The known end of a path, or None."""
    return next((suffix for suffix in FORMATS if path.endswith(suffix)), None)
