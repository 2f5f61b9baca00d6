"""What the features promise, for any patients that the contract allows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from paddock import testing

from {{ cookiecutter.__package }} import features

PROJECT = Path(__file__).parents[1]


@settings(max_examples=25, deadline=None)
@given(patients=testing.frames(PROJECT, "patients", min_rows=1, max_rows=8))
def test_inputs_are_numbers_for_any_legal_patient(patients: pd.DataFrame) -> None:
    """The model never meets a missing or infinite number, nor the answer itself."""
    inputs = features.inputs(patients)
    assert len(inputs) == len(patients)
    assert np.isfinite(inputs.to_numpy()).all()
    assert not {"patient_id", "progression"} & set(inputs.columns)


@settings(max_examples=25, deadline=None)
@given(patients=testing.frames(PROJECT, "patients", min_rows=1, max_rows=8))
def test_a_patient_never_changes_sides(patients: pd.DataFrame) -> None:
    """Whether a patient is held out depends on the patient alone, not on his or her neighbours or their order."""
    turned = patients.iloc[::-1]
    assert features.is_held_out(turned).sort_index().equals(features.is_held_out(patients))
    assert len(features.training(patients)) == int((~features.is_held_out(patients)).sum())
