"""What the split by time promises, for any interactions that the contract allows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock import testing
from paddock.errors import DataError

from {{ cookiecutter.__package }} import splitting

PROJECT = Path(__file__).parents[1]
ANY = testing.frames(PROJECT, "interactions", min_rows=1, max_rows=12)
PAIR = ["user_id", "item_id"]


@settings(max_examples=25, deadline=None)
@given(interactions=ANY, data=st.data())
def test_nobody_learns_from_what_is_judged(interactions: pd.DataFrame, data: st.DataObject) -> None:
    """Whatever the day: what is learned from lies before it, what is judged after it, and no pair is in both."""
    until = data.draw(st.sampled_from(sorted(interactions["day"])))
    # The same user and item again, so that there is something that was had before.
    interactions = pd.concat([interactions, interactions.assign(day=interactions["day"].max())], ignore_index=True)
    history, judged = splitting.history(interactions, until), splitting.taken_up(interactions, until)
    assert (history["day"] <= until).all()
    after = interactions[interactions["day"] > until]
    assert set(judged.itertuples(index=False, name=None)) == (
        set(after[PAIR].itertuples(index=False, name=None)) - set(history[PAIR].itertuples(index=False, name=None))
    )
    assert not judged.duplicated().any()


@settings(max_examples=25, deadline=None)
@given(interactions=ANY, days_back=st.integers(0, 400))
def test_what_comes_after_changes_nothing(interactions: pd.DataFrame, days_back: int) -> None:
    """The history of a day is the same whether or not later interactions are there."""
    until = splitting.day_before_end(interactions, days_back)
    past = interactions[interactions["day"] <= until]
    if past.empty:
        with pytest.raises(DataError, match="expected some to learn from"):
            splitting.history(interactions, until)
    else:
        assert splitting.history(past, until).equals(splitting.history(interactions, until))


@settings(max_examples=25, deadline=None)
@given(items=testing.frames(PROJECT, "items", min_rows=1, max_rows=12), data=st.data())
def test_only_what_is_released_is_on_offer(items: pd.DataFrame, data: st.DataObject) -> None:
    """An item is on offer from its day on."""
    until = data.draw(st.sampled_from(sorted(items["released"])))
    offered = set(splitting.on_offer(items, until)["item_id"])
    assert offered == {item for item, day in zip(items["item_id"], items["released"], strict=True) if day <= until}
