"""A Parquet file whose every byte is verified when it is read.

Pages carry checksums (CRC-32, Parquet format specification, "Checksumming"), and the footer, which the
format does not protect, is hashed by us: a flipped bit is an error, never another number.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.data.state import State
from paddock.errors import ConfigurationError, DataError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_TAIL = 8  # the footer's length (4 bytes, little endian) and the magic


@dataclass(frozen=True)
class Seal:
    """What a file must still be when it is read: its size in bytes and the SHA-256 of its footer."""

    size: int
    footer_sha256: str


def write(table: pa.Table, path: Path) -> Seal:
    """Write `table` to `path`; LZ4, because it reads faster than Snappy with checksums verified."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="lz4", write_page_checksum=True)
    return Seal(path.stat().st_size, _footer_sha256(path))


def read(path: Path, seal: Seal, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of the file at `path`, of `columns` or of all; raises DataError when a byte differs."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        size = path.stat().st_size
        if size != seal.size:
            raise _damaged(path, f"expected {seal.size} bytes, got {size}")
        if _footer_sha256(path) != seal.footer_sha256:
            raise _damaged(path, "its footer differs from what was written")
        _check_names(path, columns or ())
        return pq.read_table(
            path,
            columns=None if columns is None else list(columns),
            page_checksum_verification=True,
            memory_map=True,
            partitioning=None,
        )
    except FileNotFoundError as error:
        raise DataError(f"{path}: the file is missing", _REMEDY) from error
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error).splitlines()[0]) from error


def names(path: Path) -> tuple[str, ...]:
    """The names of the columns of the file at `path`; raises DataError where it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error).splitlines()[0]) from error


_REMEDY = "Read another version (paddock data history), restore the file from a backup, or run the project again."


def _check_names(path: Path, columns: Sequence[str]) -> None:
    import pyarrow.parquet as pq

    known = pq.read_schema(path).names if columns else []
    for name in columns:
        if name not in known:
            raise ConfigurationError(f"{path}: no column '{name}'", nearest(name, known))


def _damaged(path: Path, why: str) -> DataError:
    return DataError(f"{path}: the file is {State.DAMAGED}: {why}", _REMEDY)


def _footer_sha256(path: Path) -> str:
    with path.open("rb") as stream:
        stream.seek(0, 2)
        size = stream.tell()
        if size < _TAIL + len(_MAGIC):
            raise _damaged(path, f"{size} bytes are no Parquet file")
        stream.seek(size - _TAIL)
        length, magic = struct.unpack("<I4s", stream.read(_TAIL))
        if magic != _MAGIC or length > size - _TAIL - len(_MAGIC):
            raise _damaged(path, "it does not end as a Parquet file does")
        stream.seek(size - _TAIL - length)
        return hashlib.sha256(stream.read(length + _TAIL)).hexdigest()
