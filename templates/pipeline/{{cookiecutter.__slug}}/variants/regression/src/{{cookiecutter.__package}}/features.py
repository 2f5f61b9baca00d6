"""What the model looks at, and which patients it never sees while it learns."""

from __future__ import annotations

import pandas as pd
from paddock.models.splitting import held_out

_NOT_MEASURED = ("patient_id", "progression")


def inputs(patients: pd.DataFrame) -> pd.DataFrame:
    """The measurements, and the product of the two that people watch: together they weigh more than apart."""
    measured = patients.drop(columns=[name for name in _NOT_MEASURED if name in patients])
    return measured.assign(bmi_by_pressure=measured["bmi"] * measured["blood_pressure"])


def is_held_out(patients: pd.DataFrame) -> pd.Series:
    """For each patient, whether he or she is kept aside to judge rule and model; about three of ten are."""
    return pd.Series(held_out(patients["patient_id"], share=0.3), index=patients.index)


def training(patients: pd.DataFrame) -> pd.DataFrame:
    """The patients from whom rule and model may learn."""
    return patients[~is_held_out(patients)].reset_index(drop=True)
