"""What the rule promises."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from {{ cookiecutter.__package }} import rule, shortlists

TODAY = date(2026, 3, 1)


def test_the_rule_shows_what_most_users_had_lately() -> None:
    """What many users had long ago comes after what a few had these days, and nobody sees again what they had."""
    long_ago = TODAY - timedelta(rule.DAYS)
    rows = [("a", "new", TODAY), ("b", "new", TODAY), ("a", "rare", TODAY)]
    rows += [(user, "old", long_ago) for user in "abc"]
    history = pd.DataFrame(rows, columns=["user_id", "item_id", "day"])
    items = pd.DataFrame({"item_id": ["never", "new", "old", "rare"]})
    lists = shortlists.by_rule(rule.fit(history, items, TODAY), pd.Series(["a", "c", "d"]), history)
    shown = lists.groupby("user_id")["item_id"].agg(list)
    assert shown["d"] == ["new", "rare", "old", "never"]
    assert shown["c"] == ["new", "rare", "never"]
    assert shown["a"] == ["never"]
