"""The rule that decided before there was a model: a threshold on two measurements."""

from __future__ import annotations

import pandas as pd
from paddock.models.rules import ThresholdRule

from {{ cookiecutter.__package }} import costs

# Size and texture: what a reader can judge by eye.
COLUMNS = ["mean_radius", "mean_texture"]


def fit(training: pd.DataFrame) -> ThresholdRule:
    """The thresholds that cost least on the training cases."""
    return ThresholdRule(miss_cost=costs.MISS_COST).fit(training[COLUMNS], training["malignant"])


def decide(rule: ThresholdRule, cases: pd.DataFrame) -> pd.Series:
    """For each case, what the rule says."""
    return pd.Series(rule.predict(cases[COLUMNS]), index=cases.index)
