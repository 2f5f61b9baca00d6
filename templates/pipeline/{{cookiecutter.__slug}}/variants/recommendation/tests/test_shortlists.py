"""What the lists promise, for any users, items and interactions that the contract allows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock import testing

from {{ cookiecutter.__package }} import model, rule, shortlists

PROJECT = Path(__file__).parents[1]
NEWCOMER = "user-newcomer"


@settings(max_examples=15, deadline=None)
@given(
    interactions=testing.frames(PROJECT, "interactions", min_rows=1, max_rows=12),
    items=testing.frames(PROJECT, "items", min_rows=1, max_rows=14),
    batch=st.integers(1, 20),
)
def test_every_list_is_sound(interactions: pd.DataFrame, items: pd.DataFrame, batch: int) -> None:
    """Ranks from 1 on without a gap, nothing twice, nothing that the user had, as much as there is up to ten."""
    offered = pd.concat([items["item_id"], interactions["item_id"]]).drop_duplicates().to_frame()
    users = pd.Series([*interactions["user_id"].unique(), NEWCOMER])
    until = interactions["day"].max()
    ranked, fitted = rule.fit(interactions, offered, until), model.fit(interactions, until, 4, 10.0)
    had = interactions.groupby("user_id")["item_id"].agg(set)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shortlists, "_BATCH", batch)
        made = (
            shortlists.by_rule(ranked, users, interactions),
            shortlists.by_model(fitted, ranked, users, interactions),
        )
    for lists in made:
        for user in users:
            shown = lists[lists["user_id"] == user]
            left = set(offered["item_id"]) - had.get(user, set())
            assert shown["rank"].tolist() == list(range(1, min(10, len(left)) + 1))
            assert shown["item_id"].is_unique
            assert set(shown["item_id"]) <= left


@settings(max_examples=15, deadline=None)
@given(
    interactions=testing.frames(PROJECT, "interactions", min_rows=1, max_rows=12),
    items=testing.frames(PROJECT, "items", min_rows=1, max_rows=14),
)
def test_a_user_without_history_gets_the_rules_list(interactions: pd.DataFrame, items: pd.DataFrame) -> None:
    """Nothing is known of newcomers, so they see what is popular, and the column says so."""
    until = interactions["day"].max()
    ranked, fitted = rule.fit(interactions, items, until), model.fit(interactions, until, 4, 10.0)
    newcomer = pd.Series([NEWCOMER])
    shown = shortlists.by_model(fitted, ranked, newcomer, interactions)
    assert shown.equals(shortlists.by_rule(ranked, newcomer, interactions))
    assert (shown["source"] == "rule").all()
    known = pd.Series(interactions["user_id"].unique())
    assert (shortlists.by_model(fitted, ranked, known, interactions)["source"] == "model").all()
