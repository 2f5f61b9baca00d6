"""The rule that estimated before there was a model: what patients of the same weight class did."""

from __future__ import annotations

import pandas as pd
from paddock.models.rules import BandRule

# The classes of the World Health Organization: underweight, normal, overweight, obese.
BMI_CLASSES = (18.5, 25.0, 30.0)


def fit(training: pd.DataFrame) -> BandRule:
    """The mean progression of each class among the training patients."""
    return BandRule(edges=BMI_CLASSES).fit(training[["bmi"]], training["progression"])


def estimate(rule: BandRule, patients: pd.DataFrame) -> pd.Series:
    """For each patient, what the rule says."""
    return pd.Series(rule.predict(patients[["bmi"]]), index=patients.index)
