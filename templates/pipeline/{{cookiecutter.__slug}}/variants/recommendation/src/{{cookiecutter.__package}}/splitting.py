"""What may be known on a day, and what it is judged by afterwards."""

from __future__ import annotations

from datetime import date

import pandas as pd
from paddock.errors import DataError


def day_before_end(interactions: pd.DataFrame, days_back: int) -> date:
    """The day `days_back` days before the last one with an interaction."""
    return date.fromordinal(max(1, interactions["day"].max().toordinal() - days_back))


def history(interactions: pd.DataFrame, until: date) -> pd.DataFrame:
    """The interactions up to and with the day `until`: all that rule and model may learn from."""
    known = interactions[interactions["day"] <= until].reset_index(drop=True)
    if known.empty:
        raise DataError(f"interactions: none up to {until}, expected some to learn from", "Lower test_days.")
    return known


def taken_up(interactions: pd.DataFrame, until: date) -> pd.DataFrame:
    """The pairs `user_id`, `item_id` that are seen after `until` for the first time: what a list should have shown."""
    first = interactions.sort_values("day").drop_duplicates(["user_id", "item_id"])
    return first.loc[first["day"] > until, ["user_id", "item_id"]].reset_index(drop=True)


def on_offer(items: pd.DataFrame, until: date) -> pd.DataFrame:
    """The items that are released by `until`: all that a list may hold."""
    return items[items["released"] <= until].reset_index(drop=True)


def members(users: pd.DataFrame, until: date) -> pd.DataFrame:
    """The users who have joined by `until`: all who get a list."""
    return users[users["joined"] <= until].reset_index(drop=True)
