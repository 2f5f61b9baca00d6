"""A Parquet file that others wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from paddock.data.sources import columns as checks
from paddock.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def read(content: bytes, where: str, columns: Mapping[str, str]) -> pa.Table:
    """The rows, with page checksums verified where the file has them; in the declared dtypes, if any."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not content:
        raise DataError(f"{where}: the file is empty", "Fetch it again; where it comes from, something broke.")
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        checks.refuse_repeated(file.schema_arrow.names, where)
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            f"{where}: expected a whole Parquet file, got one that is cut or damaged: {str(error).splitlines()[0]}",
            "Fetch it again.",
        ) from error
    return checks.declared(table, where, columns)
