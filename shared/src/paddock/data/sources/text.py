"""The bytes of a text file, made sure to be whole and UTF-8."""

from __future__ import annotations

import codecs
import gzip
import zlib

from paddock.errors import DataError

_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE = "Save it as UTF-8."


def unzipped(content: bytes, where: str) -> bytes:
    """The bytes inside a gzip file; raises DataError when it is cut or damaged."""
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{where}: expected a whole gzip file, got one that is cut or damaged: {error}", "Fetch it again."
        ) from error


def checked(content: bytes, where: str) -> bytes:
    """The bytes without a byte-order mark; raises DataError unless they are UTF-8 whose last line has an end."""
    if content.startswith(_OTHER_MARKS):
        raise DataError(f"{where}: expected UTF-8, got UTF-16", _SAVE)
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        raise DataError(f"{where}: the file is empty", "Fetch it again; where it comes from, something broke.")
    if (position := content.find(b"\0")) >= 0:
        raise DataError(f"{where}:{_line(content, position)}: expected UTF-8 text, got a NUL byte", _SAVE)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line, column = _line(content, error.start), error.start - content.rfind(b"\n", 0, error.start)
        raise DataError(
            f"{where}:{line}: expected UTF-8, got byte 0x{content[error.start]:02x} at byte {column} of the line",
            f"{_SAVE} It may be Latin-1 (iconv -f LATIN1 -t UTF-8).",
        ) from error
    if not content.endswith((b"\n", b"\r")):
        raise DataError(
            f"{where}:{_line(content, len(content))}: the last line has no end, so the file may be cut",
            "Fetch it again; if it is whole, end its last line with a newline.",
        )
    return content


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
