"""Ranked lists of items: the popularity rule to beat, lists made of scores, measures that decide.

Frames of interactions have the columns `user_id`, `item_id`, `day` (dates); frames of lists have `user_id`,
`rank` (from 1), `item_id`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from paddock.errors import ConfigurationError, DataError

# What `top` says where a user has no item left.
NO_ITEM = -1


@dataclass(frozen=True)
class PopularityRule:
    """All items, the most popular first: `items` (items,) texts, `users` (items,) how many users had each lately."""

    items: NDArray[np.str_]
    users: NDArray[np.int64]


@dataclass(frozen=True)
class Hits:
    """What the lists of `users` (users,) found.

    `found` (users, k) says whether the item at each rank is relevant to the user, `relevant` (users,) how many are.
    """

    users: NDArray[Any]
    found: NDArray[np.bool_]
    relevant: NDArray[np.int64]


def age_in_days(days: pd.Series, until: date) -> NDArray[np.int64]:
    """How many days before `until` each date lies; negative after it."""
    ordinals = np.fromiter((day.toordinal() for day in days), dtype=np.int64, count=len(days))
    return np.asarray(until.toordinal() - ordinals)


def popularity(interactions: pd.DataFrame, items: ArrayLike, until: date, days: int) -> PopularityRule:
    """Rank `items` by how many different users had each in the `days` days up to and with `until`.

    Of two that are equal the one that more users ever had by `until` comes first, then by name. Later interactions
    and other items do not count. Raises ConfigurationError unless `days` is at least 1.
    """
    if days < 1:
        raise ConfigurationError(f"popularity: days: expected at least 1, got {days!r}", "Try 7.")
    names = np.unique(np.asarray(items, dtype=np.str_))
    age = age_in_days(interactions["day"], until)
    lately, ever = (_users_by_item(interactions[(age >= 0) & (age < limit)], names) for limit in (days, np.inf))
    order = np.lexsort((names, -ever, -lately))
    return PopularityRule(names[order], lately[order])


def top(scores: NDArray[Any], excluded: NDArray[np.bool_], k: int = 10) -> NDArray[np.int64]:
    """For each user the columns of the `k` highest scores that are not excluded, best first: (users, k).

    `scores` and `excluded` are (users, items). Equal scores keep the order of their columns, NaN comes last;
    NO_ITEM stands where nothing is left. Memory is that of the scores, so give many users in batches.
    """
    order = np.lexsort((-scores, excluded), axis=-1)[:, :k]
    chosen = np.where(np.take_along_axis(excluded, order, axis=1), NO_ITEM, order)
    return np.pad(chosen, ((0, 0), (0, k - chosen.shape[1])), constant_values=NO_ITEM)


def lists(users: ArrayLike, items: ArrayLike, chosen: NDArray[np.int64]) -> pd.DataFrame:
    """The lists that `top` chose as a frame `user_id`, `rank`, `item_id`; `items` are the columns' names."""
    is_item = chosen != NO_ITEM
    rank = np.broadcast_to(np.arange(1, chosen.shape[1] + 1, dtype=np.int8), chosen.shape)
    user_id = np.repeat(np.asarray(users), is_item.sum(axis=1))
    return pd.DataFrame({"user_id": user_id, "rank": rank[is_item], "item_id": np.asarray(items)[chosen[is_item]]})


def hits(listed: pd.DataFrame, relevant: pd.DataFrame, k: int = 10) -> Hits:
    """What the first `k` ranks of each list found of `relevant` (`user_id`, `item_id`), for the users named there.

    A user without a list found nothing; an item that is listed twice counts at its better rank.
    """
    wanted = relevant[["user_id", "item_id"]].drop_duplicates()
    users, counts = np.unique(wanted["user_id"].to_numpy(dtype=object), return_counts=True)
    first = listed[listed["rank"] <= k].sort_values("rank").drop_duplicates(["user_id", "item_id"])
    both = first.merge(wanted, on=["user_id", "item_id"])
    found = np.zeros((len(users), k), dtype=np.bool_)
    found[pd.Index(users).get_indexer(both["user_id"]), both["rank"].to_numpy() - 1] = True
    return Hits(users, found, counts.astype(np.int64))


def ndcg_at(found: Hits) -> NDArray[np.float64]:
    """The normalised discounted cumulative gain of each user's list, (users,), from 0 to 1; 0 if nothing is relevant.

    An item is relevant or not, and k is the width of `found` (Järvelin and Kekäläinen, ACM TOIS 20, 2002, with the
    logarithm to base 2 of the rank plus 1).
    """
    discount = 1 / np.log2(np.arange(2, found.found.shape[1] + 2))
    ideal = np.append(0.0, discount.cumsum())[np.minimum(found.relevant, len(discount))]
    return _ratio(found.found @ discount, ideal)


def recall_at(found: Hits) -> NDArray[np.float64]:
    """The share of each user's relevant items that the list found, (users,); 0 if nothing is relevant."""
    return _ratio(found.found.sum(axis=1), found.relevant)


def coverage(listed: ArrayLike, catalogue: ArrayLike) -> float:
    """The share of the catalogue's items that stand in any list (Ge, Delgado-Battenfeld and Jannach, RecSys 2010).

    Raises DataError when the catalogue is empty.
    """
    known = np.unique(np.asarray(catalogue, dtype=np.str_))
    if not len(known):
        raise DataError("coverage: expected a catalogue of items, got none", "Give every item that could be listed.")
    return float(np.isin(known, np.asarray(listed, dtype=np.str_)).mean())


def concentration(listed: ArrayLike, most: int = 10) -> float:
    """The share of all places in lists that the `most` most listed items hold: near 1, everybody sees the same.

    Raises DataError when nothing is listed.
    """
    _, counts = np.unique(np.asarray(listed, dtype=np.str_), return_counts=True)
    if not len(counts):
        raise DataError("concentration: expected listed items, got none", "Give the items of all lists.")
    return float(np.sort(counts)[-most:].sum() / counts.sum())


def _users_by_item(interactions: pd.DataFrame, items: NDArray[np.str_]) -> NDArray[np.int64]:
    pairs = interactions[["user_id", "item_id"]].drop_duplicates()
    code = pd.Index(items).get_indexer(pd.Index(pairs["item_id"]))
    return np.bincount(code[code >= 0], minlength=len(items)).astype(np.int64)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0))
