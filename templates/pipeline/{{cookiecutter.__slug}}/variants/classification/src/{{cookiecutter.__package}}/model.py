"""The model that has to beat the rule."""

from __future__ import annotations

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.__package }} import features


def fit(training: pd.DataFrame, regularisation: float) -> Pipeline:
    """A logistic regression on the training cases; `regularisation` is scikit-learn's C, smaller is stronger."""
    model = make_pipeline(StandardScaler(), LogisticRegression(C=regularisation, max_iter=1000))
    return model.fit(features.inputs(training), training["malignant"])


def probability(model: Pipeline, cases: pd.DataFrame) -> pd.Series:
    """For each case, how probable it is that it is malignant."""
    return pd.Series(model.predict_proba(features.inputs(cases))[:, 1], index=cases.index)
