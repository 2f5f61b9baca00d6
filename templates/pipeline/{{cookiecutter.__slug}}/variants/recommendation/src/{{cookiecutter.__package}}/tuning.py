"""Which half-life is best, by days before those that the backtest judges."""

from __future__ import annotations

from datetime import date

import pandas as pd
from paddock.models import ranking

from {{ cookiecutter.__package }} import model, rule, shortlists, splitting

# What is tried, as multiples of the pipeline's parameter; the first one where nothing tells them apart.
GRID = (1.0, 0.25, 4.0)
# So many days, the last of the history, are what the lists have to find.
DAYS = 7


def half_life(history: pd.DataFrame, items: pd.DataFrame, until: date, factors: int, half_life_days: float) -> float:
    """Of GRID times `half_life_days`, the one whose lists find most of what users took up in the last DAYS."""
    before = date.fromordinal(until.toordinal() - DAYS)
    known, taken_up = splitting.history(history, before), splitting.taken_up(history, before)
    ranked = rule.fit(known, splitting.on_offer(items, before), before)
    users = taken_up["user_id"].drop_duplicates()

    def found(days: float) -> float:
        lists = shortlists.by_model(model.fit(known, before, factors, days), ranked, users, known)
        return float(ranking.ndcg_at(ranking.hits(lists, taken_up)).sum())

    return max((factor * half_life_days for factor in GRID), key=found)
