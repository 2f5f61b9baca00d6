"""CSV as RFC 4180 writes it: commas, quotes doubled inside quotes, a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from paddock.data.casting import Misfit
from paddock.data.sources import columns as checks
from paddock.data.sources.cells import typed
from paddock.data.sources.text import checked
from paddock.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 26  # no row may be longer
_CELL = rb'(?:"(?:[^"]++|"")*+"|[^",\r\n]*+)'
_CELLS = re.compile(rb"(?:" + _CELL + rb"(?:,|\r\n|\n|\r))*+")
_BLANK = re.compile(rb"(?:\A|\n|\r)(?:\r\n|\n|\r)")
_QUOTED_OR_END = re.compile(rb'"[^"]*"|\r\n|\n|\r')


def read(content: bytes, where: str, columns: Mapping[str, str]) -> pa.Table:
    """The rows, each column in its declared dtype; an empty cell is null, a quoted empty one an empty text."""
    import pyarrow as pa

    content = checked(content, where)
    _refuse_stray_quotes(content, where)
    names = next(csv.reader(io.StringIO(content[: _start(content, 1)[0]].decode(), newline="")), [])
    checks.refuse_repeated(names, f"{where}:1")
    checks.refuse_drift(names, columns, f"{where}:1")
    if len(names) > 1:
        _refuse_blank_lines(content, where, len(names))
    cells = _cells(content, where, names)

    def place(row: int) -> str:
        return f"{where}:{_start(content, row + 1)[1]}"

    arrays = [_column(cells.column(name), name, dtype, place) for name, dtype in columns.items()]
    return pa.table(arrays, names=list(columns))


def _column(texts: pa.ChunkedArray, name: str, dtype: str, place: Callable[[int], str]) -> pa.ChunkedArray:
    try:
        return typed(texts, dtype)
    except Misfit as misfit:
        checks.refuse_value(misfit, name, place)


def _cells(content: bytes, where: str, names: list[str]) -> pa.Table:
    """Every cell as text; raises DataError for the first row of another length than the header."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    ragged: list[Any] = []

    def note(row: Any) -> str:
        ragged.append(row)
        return "skip"

    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(content),
            # Row numbers are only known without threads.
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"{where}: is not CSV: {error}", "Write it with commas, quotes and a header.") from error
    if ragged:
        row = ragged[0]
        raise DataError(
            f"{where}:{_start(content, row.number - 1)[1]}: expected {row.expected_columns} columns, "
            f"got {row.actual_columns}",
            "Mend the line where it is made; a cell with a comma or a newline needs quotes.",
        )
    return cells


def _refuse_stray_quotes(content: bytes, where: str) -> None:
    """Raise DataError for a quote that is not closed, or that stands inside a cell without quotes around it."""
    if b'"' not in content:
        return
    found = _CELLS.match(content)
    end = found.end() if found else 0
    if end < len(content):
        line = content.count(b"\n", 0, end) + 1
        raise DataError(
            f"{where}:{line}: a cell has a quote in its middle, or one that is never closed",
            'Put quotes around the whole cell and double those inside: "5"" pipe".',
        )


def _refuse_blank_lines(content: bytes, where: str, width: int) -> None:
    """Raise DataError for a line without any cell, which Arrow would take for a row of nulls."""
    if not _BLANK.search(content):
        return
    line, end = 1, 0
    for token in _QUOTED_OR_END.finditer(content):
        text = token.group()
        if not text.startswith(b'"'):
            if token.start() == end:
                raise DataError(f"{where}:{line}: expected {width} columns, got a blank line", "Remove that line.")
            end = token.end()
        line += text.count(b"\n") or text == b"\r"


def _start(content: bytes, row: int) -> tuple[int, int]:
    """The byte and the line at which a row begins; the header is row 0. A row may span lines, inside quotes."""
    position, line = 0, 1
    if row == 0:
        return position, line
    for token in _QUOTED_OR_END.finditer(content):
        text = token.group()
        line += text.count(b"\n") or text == b"\r"
        if not text.startswith(b'"'):
            position, row = token.end(), row - 1
            if row == 0:
                break
    return position, line
