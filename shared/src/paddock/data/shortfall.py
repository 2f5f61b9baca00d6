"""What the rows of an earlier version lack of the dataset's contract as it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from paddock.data.contract import Contract
from paddock.data.dtypes import arrow_type
from paddock.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def missing(contract: Contract, names: Sequence[str]) -> tuple[str, ...]:
    """The columns that the contract promises and that are not among `names`."""
    return tuple(name for name in contract.names if name not in names)


def shortfall(contract: Contract, rows: pa.Table) -> str:
    """In words, how `rows` break the contract; empty where a reader gets all that it promises.

    Columns that the contract does not have (any more) harm nobody.
    """
    from paddock.data.validation import check, to_table

    gone = missing(contract, rows.column_names)
    if gone:
        return f"lacks {_columns(gone)}"
    rows = rows.select(list(contract.names))
    other = [one for one in contract.columns if rows.schema.field(one.name).type != arrow_type(one.dtype)]
    if other:
        return f"has '{other[0].name}' as {rows.schema.field(other[0].name).type}, not {other[0].dtype}"
    try:
        check(contract, to_table(contract, rows))
    except DataError as error:
        return f"breaks it: {error.message.removeprefix(f'{contract.dataset}: ')}"
    return ""


def _columns(names: Sequence[str]) -> str:
    return f"the column{'s' if len(names) > 1 else ''} {', '.join(names)}"
