"""What the choice of the half-life promises."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from {{ cookiecutter.__package }} import tuning

TODAY = date(2026, 3, 1)
ITEMS = pd.DataFrame({"item_id": [f"{taste}{item}" for taste in "ab" for item in range(6)], "released": TODAY})
ITEMS["released"] -= timedelta(365)


def _two_tastes(age: int) -> pd.DataFrame:
    """Forty users who had five of six items of their taste `age` days ago, and take up the sixth today."""
    rows = [
        (f"user-{number}", f"{'ab'[number % 2]}{item}", TODAY - timedelta(0 if item == number // 2 % 6 else age))
        for number in range(40)
        for item in range(6)
    ]
    return pd.DataFrame(rows, columns=["user_id", "item_id", "day"])


def test_what_finds_most_is_chosen() -> None:
    """Where all that tells of tastes is long ago, the half-life is chosen that remembers it."""
    assert tuning.half_life(_two_tastes(age=90), ITEMS, TODAY, factors=4, half_life_days=14.0) == 56.0


def test_where_nothing_tells_them_apart_the_parameter_stays() -> None:
    """Without anything that is taken up in the last days, the parameter itself is taken."""
    history = _two_tastes(age=90)
    known = history[history["day"] < TODAY]
    assert tuning.half_life(known, ITEMS, TODAY, factors=4, half_life_days=14.0) == 14.0
