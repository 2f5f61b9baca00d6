"""The ten items that each user is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from paddock.models import ranking
from paddock.models.ranking import PopularityRule

from {{ cookiecutter.__package }} import features, model

LENGTH = 10
# So many users at a time, since scores take users times items numbers.
_BATCH = 1000


def by_rule(rule: PopularityRule, users: pd.Series, history: pd.DataFrame) -> pd.DataFrame:
    """For each user the most popular items that he or she never had: `user_id`, `rank`, `item_id`, `source`."""
    # Falling, since the rule's items stand in its order.
    places = -np.arange(len(rule.items), dtype=np.float64)
    made = _shortlists(users, history, rule.items, lambda batch: np.tile(places, (len(batch), 1)))
    return made.assign(source="rule")


def by_model(
    fitted: dict[str, NDArray[Any]], rule: PopularityRule, users: pd.Series, history: pd.DataFrame
) -> pd.DataFrame:
    """For each user the best of the rule's items that he or she never had, by the model's scores and popularity.

    `source` says who made the list: of a user whom the model does not know, popularity alone, which is the rule.
    """
    popularity = model.POPULARITY * rule.users / max(1, rule.users.max(initial=0))
    made = _shortlists(users, history, rule.items, lambda batch: model.scores(fitted, batch, rule.items) + popularity)
    return made.assign(source=np.where(model.knows(fitted, made["user_id"]), "model", "rule"))


def _shortlists(
    users: pd.Series,
    history: pd.DataFrame,
    items: NDArray[np.str_],
    scores: Callable[[NDArray[Any]], NDArray[np.float64]],
) -> pd.DataFrame:
    everyone = users.to_numpy()
    had = features.matrix(history, everyone, items, 1).astype(np.bool_)
    made = []
    for start in range(0, max(1, len(everyone)), _BATCH):
        batch = everyone[start : start + _BATCH]
        chosen = ranking.top(scores(batch), had[start : start + _BATCH].toarray(), LENGTH)
        made.append(ranking.lists(batch, items, chosen))
    return pd.concat(made, ignore_index=True)
