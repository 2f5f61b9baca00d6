"""A made-up catalogue, its users and what they took from it: there until `sources.py` reads your own tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

GROUPS = ("comedy", "crime", "documentary", "drama", "family", "history", "music", "science")
_SEED = 20260105
_FIRST_DAY = date(2026, 1, 5)
_DAYS = 84
_USERS, _ITEMS = 2000, 300
# Users who have signed up but taken nothing yet, and items that are announced but not released.
_WAITING, _ANNOUNCED = 40, 12
# An item loses half of its appeal in so many days: what was popular in the first week is not in the last.
_HALF_LIFE = 35


@dataclass(frozen=True)
class World:
    """The three tables, with the columns that `catalog.toml` promises."""

    users: pd.DataFrame
    items: pd.DataFrame
    interactions: pd.DataFrame


@cache
def world() -> World:
    """2,000 users, 300 items and some 40,000 interactions in twelve weeks; the same each time."""
    generator = np.random.default_rng(_SEED)
    joined, released = _joined(generator), _released(generator)
    group = generator.integers(len(GROUPS), size=_ITEMS)
    user_id = np.array([f"user-{number:05d}" for number in range(1, _USERS + 1)])
    item_id = np.array([f"item-{number:04d}" for number in range(1, _ITEMS + 1)])
    taken = _taken(generator, joined, released, _liking(generator, group))
    return World(
        pd.DataFrame({"user_id": user_id, "joined": _dates(joined)}),
        pd.DataFrame({"item_id": item_id, "group": np.array(GROUPS)[group], "released": _dates(released)}),
        pd.DataFrame(
            {"user_id": user_id[taken["user"]], "item_id": item_id[taken["item"]], "day": _dates(taken["day"])}
        ),
    )


def _joined(generator: Generator) -> NDArray[np.int64]:
    """The day on which each user signed up: most at the beginning, the others ever since."""
    joined = np.where(generator.uniform(size=_USERS) < 0.6, 0, generator.integers(0, _DAYS, _USERS))
    joined[-_WAITING:] = generator.integers(_DAYS - 21, _DAYS, _WAITING)
    return joined


def _released(generator: Generator) -> NDArray[np.int64]:
    """The day from which each item is there: some before the first day, the others ever since."""
    released = generator.integers(-40, _DAYS, _ITEMS)
    released[-_ANNOUNCED:] = generator.integers(_DAYS, _DAYS + 14, _ANNOUNCED)
    return released


def _liking(generator: Generator, group: NDArray[np.int64]) -> NDArray[np.float64]:
    """How much each user likes each item, (users, items): by a taste for few groups, and by finer traits."""
    tastes = generator.dirichlet(np.full(len(GROUPS), 0.25), _USERS)
    traits = generator.normal(size=(_USERS, 4)) @ generator.normal(size=(4, _ITEMS))
    return np.asarray(4.5 * np.sqrt(tastes[:, group]) + 0.5 * traits)


def _taken(
    generator: Generator, joined: NDArray[np.int64], released: NDArray[np.int64], liking: NDArray[np.float64]
) -> pd.DataFrame:
    """Who took what on which day: columns `user`, `item`, `day`, as numbers."""
    rate = np.exp(generator.normal(-1.6, 0.9, _USERS))
    rate[-_WAITING:] = 0
    appeal = generator.normal(0, 0.8, _ITEMS) + generator.normal(0, 0.03, (_DAYS, _ITEMS)).cumsum(axis=0)
    days = []
    for day in range(_DAYS):
        age = day - released
        strength = np.where(age >= 0, appeal[day] - np.log(2) * age / _HALF_LIFE, -np.inf)
        user = np.repeat(np.arange(_USERS), generator.poisson(rate * (joined <= day)))
        wanted = liking[user] + strength
        # The largest after Gumbel noise: a draw with probabilities as the exponentials.
        item = (wanted + generator.gumbel(size=wanted.shape)).argmax(axis=1)
        days.append(pd.DataFrame({"user": user, "item": item, "day": day}).drop_duplicates())
    return pd.concat(days, ignore_index=True)


def _dates(days: Any) -> NDArray[np.object_]:
    return np.asarray((np.datetime64(_FIRST_DAY) + np.asarray(days)).astype("datetime64[D]").astype(object))
