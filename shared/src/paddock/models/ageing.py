"""What an old model learned from, so that it can be measured what it costs to keep one."""

from __future__ import annotations

import math

import pandas as pd

from paddock.errors import ConfigurationError, DataError


def earlier(frame: pd.DataFrame, by: str, share: float = 0.5) -> pd.DataFrame:
    """The first rows of `frame` by the column `by`, about `share` of them; rows that are equal there stay together.

    A model that is fitted on them is as old as what comes after them: judge it beside the present one. Raises
    ConfigurationError unless 0 < share < 1, DataError without rows.
    """
    if not 0 < share < 1:
        raise ConfigurationError(f"earlier: share: expected a number between 0 and 1, got {share!r}", "Try 0.5.")
    if frame.empty:
        raise DataError("earlier: expected rows to order, got none", "Give it the rows that the model learns from.")
    last = frame[by].sort_values().iloc[math.ceil(share * len(frame)) - 1]
    kept: pd.DataFrame = frame[frame[by] <= last]
    return kept.reset_index(drop=True)
