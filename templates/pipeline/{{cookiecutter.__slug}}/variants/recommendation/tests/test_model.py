"""What the model promises."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd

from {{ cookiecutter.__package }} import model

TODAY = date(2026, 3, 1)


def _two_tastes(age: int = 0) -> pd.DataFrame:
    """Twenty users who like items a0 to a5, twenty who like b0 to b5; each has all of them but one."""
    rows = [
        (f"{taste}-{user}", f"{taste}{item}", TODAY - timedelta(age))
        for taste in "ab"
        for user in range(20)
        for item in range(6)
        if item != user % 6
    ]
    return pd.DataFrame(rows, columns=["user_id", "item_id", "day"])


def test_the_model_finds_the_taste() -> None:
    """Who has had five of six items that belong together wants the sixth more than any of the others."""
    fitted = model.fit(_two_tastes(), TODAY, factors=4, half_life_days=14.0)
    own, *others = model.scores(fitted, ["a-0"], ["a0", *(f"b{item}" for item in range(6))])[0]
    assert own > 0.5
    assert own > 2 * max(others)


def test_the_same_interactions_make_the_same_model() -> None:
    """Fitting again gives the same bytes, in whatever order the rows stand, and no warning."""
    history = _two_tastes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = model.fit(history, TODAY, 4, 14.0)
        second = model.fit(history.iloc[::-1], TODAY, 4, 14.0)
    assert {name: part.tolist() for name, part in first.items()} == {
        name: part.tolist() for name, part in second.items()
    }


def test_what_is_long_ago_counts_less() -> None:
    """A user who went from one taste to the other is shown the new one first."""
    changed = [("c", f"a{item}", TODAY - timedelta(100)) for item in range(3)]
    changed += [("c", f"b{item}", TODAY) for item in range(3)]
    history = pd.concat([_two_tastes(), pd.DataFrame(changed, columns=["user_id", "item_id", "day"])])
    wanted = model.scores(model.fit(history, TODAY, 4, 14.0), ["c"], ["a5", "b5"])[0]
    assert wanted[1] > 2 * wanted[0]


def test_what_the_model_does_not_know_scores_nothing() -> None:
    """An unknown user or item is no error; popularity decides about them."""
    fitted = model.fit(_two_tastes(), TODAY, 4, 14.0)
    found = model.scores(fitted, ["a-0", "nobody"], ["a0", "nothing"])
    assert found.shape == (2, 2)
    assert np.flatnonzero(found).tolist() == [0]
    assert model.knows(fitted, ["a-0", "nobody"]).tolist() == [True, False]
