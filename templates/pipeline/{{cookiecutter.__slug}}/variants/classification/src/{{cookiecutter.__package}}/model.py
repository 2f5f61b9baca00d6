"""The model that has to beat the rule."""

from __future__ import annotations

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.__package }} import features

# What cross-validation tries, as multiples of the pipeline's parameter.
GRID = (0.1, 1.0, 10.0)


def tuned(training: pd.DataFrame, regularisation: float) -> float:
    """Of GRID times `regularisation`, what predicts best in cross-validation on the training cases (log loss)."""
    choices = {"logisticregression__C": [factor * regularisation for factor in GRID]}
    search = GridSearchCV(_unfitted(regularisation), choices, scoring="neg_log_loss", cv=5, refit=False)
    search.fit(features.inputs(training), training["malignant"])
    return float(search.best_params_["logisticregression__C"])


def fit(training: pd.DataFrame, regularisation: float) -> Pipeline:
    """A logistic regression on the training cases; `regularisation` is scikit-learn's C, smaller is stronger."""
    return _unfitted(regularisation).fit(features.inputs(training), training["malignant"])


def probability(model: Pipeline, cases: pd.DataFrame) -> pd.Series:
    """For each case, how probable it is that it is malignant."""
    return pd.Series(model.predict_proba(features.inputs(cases))[:, 1], index=cases.index)


def _unfitted(regularisation: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=regularisation, max_iter=1000))
