"""What the features promise, for any cases that the contract allows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from paddock import testing

from {{ cookiecutter.__package }} import costs, features

PROJECT = Path(__file__).parents[1]


@settings(max_examples=25, deadline=None)
@given(cases=testing.frames(PROJECT, "cases", min_rows=1, max_rows=8))
def test_inputs_are_numbers_for_any_legal_case(cases: pd.DataFrame) -> None:
    """The model never meets a missing or infinite number, nor the answer itself."""
    inputs = features.inputs(cases)
    assert len(inputs) == len(cases)
    assert np.isfinite(inputs.to_numpy()).all()
    assert not {"case_id", "malignant"} & set(inputs.columns)


@settings(max_examples=25, deadline=None)
@given(cases=testing.frames(PROJECT, "cases", min_rows=1, max_rows=8))
def test_a_case_never_changes_sides(cases: pd.DataFrame) -> None:
    """Whether a case is held out depends on the case alone, not on its neighbours or their order."""
    turned = cases.iloc[::-1]
    assert features.is_held_out(turned).sort_index().equals(features.is_held_out(cases))
    assert len(features.training(cases)) == int((~features.is_held_out(cases)).sum())


def test_a_missed_case_weighs_more_than_a_false_alarm() -> None:
    """The model says yes from one in six on, since a miss costs five false alarms."""
    said = costs.decide(pd.Series([0.0, 0.16, 0.17, 1.0]))
    assert said.tolist() == [False, False, True, True]
