"""What differs between two tables: columns, rows, values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paddock.data import dtypes
from paddock.data.databases.duckdb_file import CONFIG
from paddock.data.databases.serving import quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# A name that no column of a contract can have.
_PRESENT = '"(present)"'


@dataclass(frozen=True)
class Difference:
    """How a newer table differs from an older one, over the columns that both have.

    `columns_retyped` gives the old and the new dtype. Rows with the same key but other values are `changed`;
    `changed_by_column` counts them for each column that changed.
    """

    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    columns_retyped: dict[str, tuple[str, str]]
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    changed_by_column: dict[str, int]


def diff(old: pa.Table, new: pa.Table, key: Sequence[str]) -> Difference:
    """How `new` differs from `old`; rows are matched by `key`.

    Without a key, or when it does not tell the rows of both tables apart, a row only counts as added or removed.
    Null equals null, and NaN equals NaN.
    """
    import duckdb

    common = [name for name in old.column_names if name in new.column_names]
    if not common:
        return _difference(old, new, new.num_rows, old.num_rows, 0, {})
    left, right = _comparable(old, new, common)
    with duckdb.connect(config=CONFIG) as connection:
        connection.register("old_rows", left)
        connection.register("new_rows", right)
        if key and set(key) <= set(common) and _is_key(left, key) and _is_key(right, key):
            added, removed, changed, by_column = _by_key(connection, key, [name for name in common if name not in key])
        else:
            (added, removed), changed, by_column = _as_multisets(connection), 0, {}
    return _difference(old, new, added, removed, changed, by_column)


def _difference(
    old: pa.Table, new: pa.Table, added: int, removed: int, changed: int, by_column: dict[str, int]
) -> Difference:
    before, after = old.schema, new.schema
    types = {name: (before.field(name).type, after.field(name).type) for name in before.names if name in after.names}
    return Difference(
        columns_added=tuple(name for name in after.names if name not in types),
        columns_removed=tuple(name for name in before.names if name not in types),
        columns_retyped={name: (dtypes.name_of(a), dtypes.name_of(b)) for name, (a, b) in types.items() if a != b},
        rows_before=old.num_rows,
        rows_after=new.num_rows,
        added=added,
        removed=removed,
        changed=changed,
        changed_by_column=by_column,
    )


def _comparable(old: pa.Table, new: pa.Table, names: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """The columns `names` of both, as types whose values can be told equal; numbers of different types can."""
    import pyarrow as pa

    pairs = [(old.column(name), new.column(name)) for name in names]
    for position, (left, right) in enumerate(pairs):
        if pa.types.is_timestamp(left.type) and left.type == right.type:
            # Zones need an extension of DuckDB; the moments themselves do not.
            pairs[position] = (left.cast(pa.int64()), right.cast(pa.int64()))
        elif left.type != right.type and not (_is_number(left.type) and _is_number(right.type)):
            pairs[position] = (left.cast(pa.string()), right.cast(pa.string()))
    return pa.table([left for left, _ in pairs], list(names)), pa.table([right for _, right in pairs], list(names))


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_key(table: pa.Table, key: Sequence[str]) -> bool:
    """Whether no two rows share the values of `key`."""
    return bool(table.group_by(list(key)).aggregate([]).num_rows == table.num_rows)


def _by_key(
    connection: duckdb.DuckDBPyConnection, key: Sequence[str], values: Sequence[str]
) -> tuple[int, int, int, dict[str, int]]:
    """The numbers of added, removed and changed rows, and of changed values by column."""
    matched = " AND ".join(f"o.{quoted(name)} IS NOT DISTINCT FROM n.{quoted(name)}" for name in key)
    differs = [f"o.{quoted(name)} IS DISTINCT FROM n.{quoted(name)}" for name in values]
    conditions = [" OR ".join(differs) or "false", *differs]
    counts = ", ".join(f"count(*) FILTER (o.{_PRESENT} AND n.{_PRESENT} AND ({condition}))" for condition in conditions)
    row = connection.execute(
        f"""
        SELECT count(*) FILTER (o.{_PRESENT} IS NULL), count(*) FILTER (n.{_PRESENT} IS NULL), {counts}
        FROM (SELECT *, true AS {_PRESENT} FROM old_rows) o FULL JOIN (SELECT *, true AS {_PRESENT} FROM new_rows) n
        ON {matched}
        """
    ).fetchone()
    assert row is not None, "a query of counts alone gives one row"
    added, removed, changed, *by_column = row
    return added, removed, changed, {name: count for name, count in zip(values, by_column, strict=True) if count}


def _as_multisets(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """The numbers of rows that only the new and only the old table has."""

    def only_in(table: str, other: str) -> int:
        row = connection.execute(
            f"SELECT count(*) FROM (SELECT * FROM {table} EXCEPT ALL SELECT * FROM {other})"
        ).fetchone()
        return int(row[0]) if row else 0

    return only_in("new_rows", "old_rows"), only_in("old_rows", "new_rows")
