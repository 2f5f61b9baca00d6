"""The rule that recommended before there was a model: what most users had lately, to everybody."""

from __future__ import annotations

from datetime import date

import pandas as pd
from paddock.models.ranking import PopularityRule, popularity

# How many days count as lately: of 2, 3, 5, 7 and 14 the best in weeks before those that the backtest judges.
DAYS = 3


def fit(history: pd.DataFrame, items: pd.DataFrame, until: date) -> PopularityRule:
    """Rank `items` by how many users had each in the last days up to `until`."""
    return popularity(history, items["item_id"].to_numpy(), until, DAYS)
