"""What the features promise, for any interactions that the contract allows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from paddock import testing

from {{ cookiecutter.__package }} import features

PROJECT = Path(__file__).parents[1]
ANY = testing.frames(PROJECT, "interactions", min_rows=1, max_rows=12)


@settings(max_examples=25, deadline=None)
@given(interactions=ANY)
def test_the_model_sees_who_had_what_and_when(interactions: pd.DataFrame) -> None:
    """Whatever else the table tells of people is left out; no row is."""
    inputs = features.inputs(interactions.assign(address="Main Street 1"))
    assert list(inputs.columns) == ["user_id", "item_id", "day"]
    assert len(inputs) == len(interactions)


@settings(max_examples=25, deadline=None)
@given(interactions=ANY)
def test_each_interaction_counts_once(interactions: pd.DataFrame) -> None:
    """The weights are finite numbers, and those of each user and item add up; of others, nothing is counted."""
    users, items = interactions["user_id"].unique(), interactions["item_id"].unique()
    weight = np.arange(1, len(interactions) + 1)
    counted = features.matrix(interactions, users, items, weight).toarray()
    assert np.isfinite(counted).all()
    assert counted.sum() == weight.sum()
    assert features.matrix(interactions, users[1:], items, weight).sum() == counted[1:].sum()
