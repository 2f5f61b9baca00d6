"""The profile of a dataset: what each column holds, in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paddock.data import dtypes
from paddock.data.contract import Column, Contract

if TYPE_CHECKING:
    import pandas as pd

_ORDERED = (*dtypes.NUMBERS, "date", "timestamp")


def profile(contract: Contract, rows: pd.DataFrame) -> pd.DataFrame:
    """A line a column: `column`, `dtype`, `missing` (a share), `distinct`, `minimum`, `median`, `maximum`.

    The last three are values, so a column of personal data has none of them; nor have texts and booleans. A column
    that the contract does not know is left out.
    """
    import pandas as pd

    return pd.DataFrame([_line(column, rows[column.name]) for column in contract.columns if column.name in rows])


def _line(column: Column, values: pd.Series) -> dict[str, Any]:
    known = values.dropna()
    is_shown = column.dtype in _ORDERED and not column.personal and len(known) > 0
    return {
        "column": column.name,
        "dtype": column.dtype,
        "missing": values.isna().mean(),
        "distinct": known.nunique(),
        "minimum": known.min() if is_shown else None,
        "median": known.median() if is_shown and column.dtype in dtypes.NUMBERS else None,
        "maximum": known.max() if is_shown else None,
    }
