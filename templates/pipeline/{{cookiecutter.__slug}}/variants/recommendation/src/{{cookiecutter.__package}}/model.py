"""The model that has to beat the rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from paddock.models.ranking import age_in_days

from {{ cookiecutter.__package }} import features

# What being the most popular item adds to a score; a score is about 1 for an item that a user surely wants.
POPULARITY = 0.4
# How much more an interaction of today counts than an item that a user never had (alpha of the paper).
_CONFIDENCE = 10.0
_REGULARISATION = 5.0
_ITERATIONS = 15
_SEED = 0


def fit(history: pd.DataFrame, until: date, factors: int, half_life_days: float) -> dict[str, NDArray[Any]]:
    """Factors of users and items from the interactions up to `until`; after `half_life_days` one counts half.

    Alternating least squares for implicit feedback (Hu, Koren and Volinsky, ICDM 2008). One thread and a fixed
    seed, so that the same interactions make the same model.
    """
    # Here, since whoever only reads lists or scores needs no solver, and a notebook no warning of its progress bars.
    from implicit.als import AlternatingLeastSquares  # codespell:ignore als
    from threadpoolctl import threadpool_limits

    users, items = (np.unique(history[name].to_numpy(dtype=np.str_)) for name in ("user_id", "item_id"))
    weight = _CONFIDENCE * 0.5 ** (age_in_days(history["day"], until) / half_life_days)
    confidence = features.matrix(history, users, items, weight)
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors, _REGULARISATION, iterations=_ITERATIONS, num_threads=1, random_state=_SEED
        )
        model.fit(confidence, show_progress=False)
    return {
        "users": users,
        "items": items,
        "user_factors": model.user_factors,
        "item_factors": model.item_factors,
    }


def knows(model: dict[str, NDArray[Any]], users: ArrayLike) -> NDArray[np.bool_]:
    """For each user, whether the model has learned anything about him or her."""
    return np.isin(np.asarray(users, dtype=np.str_), model["users"])


def scores(model: dict[str, NDArray[Any]], users: ArrayLike, items: ArrayLike) -> NDArray[np.float64]:
    """How much each user may want each item, (users, items); 0 where the model does not know one of them."""
    user, item = _place(model["users"], users), _place(model["items"], items)
    wanted = model["user_factors"][user] @ model["item_factors"][item].T
    return np.where((user >= 0)[:, None] & (item >= 0), wanted, 0.0)


def _place(names: NDArray[Any], asked: ArrayLike) -> NDArray[np.int64]:
    """Where each asked name stands among `names`; -1 where it does not."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(np.asarray(asked, dtype=np.str_))))
