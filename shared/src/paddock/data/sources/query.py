"""A query as a source: one SELECT, answered by a database."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data.sources import warehouses
from paddock.data.sources.columns import declared
from paddock.data.sources.declaration import Source
from paddock.errors import DataError
from paddock.settings import resolve

if TYPE_CHECKING:
    import pyarrow as pa


def read(source: Source, root: Path) -> pa.Table:
    """The rows of the answer, in the declared dtypes, if any; relative DuckDB files lie below `root`."""
    url = str(resolve(f"{source.where}: url", source.url))
    return declared(warehouses.select(url, source.query, root), source.name, source.columns)


def rows_sha256(name: str, table: pa.Table) -> str:
    """The SHA-256 of the rows, whatever their order, and of the columns' names and types."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digest = hashlib.sha256(str([(field.name, str(field.type)) for field in table.schema]).encode())
    digest.update(str(table.num_rows).encode())
    separator = pa.scalar("", pa.large_string())
    rows = pc.binary_join_element_wise(*(_marked(name, field, table) for field in table.schema), separator)
    ordered = pa.concat_arrays(rows.chunks) if rows.num_chunks else pa.array([], pa.large_string())
    ordered = ordered.take(pc.sort_indices(ordered))
    size = pc.sum(pc.binary_length(ordered)).as_py() or 0
    digest.update(memoryview(ordered.buffers()[2] or b"")[:size])
    return digest.hexdigest()


def _marked(name: str, field: pa.Field, table: pa.Table) -> Any:
    """The values as texts that begin with their length, so that no two rows read the same; nothing is a dash."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = table.column(field.name)
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    try:
        texts = values.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{name}: column '{field.name}': expected plain values, got {field.type}",
            "Convert it in the query, for instance by CAST(… AS TEXT).",
        ) from error
    lengths = pc.binary_length(texts).cast(pa.large_string())
    return pc.fill_null(pc.binary_join_element_wise(lengths, texts, pa.scalar(":", pa.large_string())), "-")
