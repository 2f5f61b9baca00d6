"""What the model looks at: who had what, and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix


def inputs(history: pd.DataFrame) -> pd.DataFrame:
    """`user_id`, `item_id` and `day` of each interaction; whatever else is known of people, the model does not see."""
    return history[["user_id", "item_id", "day"]]


def matrix(history: pd.DataFrame, users: NDArray[Any], items: NDArray[Any], weight: ArrayLike) -> csr_matrix:
    """The summed `weight` of the interactions of each user with each item, (users, items); of others, nothing."""
    had = inputs(history)
    user = pd.Index(users).get_indexer(pd.Index(had["user_id"]))
    item = pd.Index(items).get_indexer(pd.Index(had["item_id"]))
    is_asked = (user >= 0) & (item >= 0)
    value = np.broadcast_to(np.asarray(weight, dtype=np.float32), len(had))[is_asked]
    return csr_matrix((value, (user[is_asked], item[is_asked])), shape=(len(users), len(items)))
