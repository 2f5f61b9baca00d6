"""The model that has to beat the rule."""

from __future__ import annotations

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from {{ cookiecutter.__package }} import features

# The share of patients whose progression an interval should hold.
COVERAGE = 0.9
# What cross-validation tries, as multiples of the pipeline's parameter.
GRID = (0.1, 1.0, 10.0)


def tuned(training: pd.DataFrame, regularisation: float) -> float:
    """Of GRID times `regularisation`, what errs least in cross-validation on the training patients (absolute error)."""
    choices = {"ridge__alpha": [factor * regularisation for factor in GRID]}
    search = GridSearchCV(_unfitted(regularisation), choices, scoring="neg_mean_absolute_error", cv=5, refit=False)
    search.fit(features.inputs(training), training["progression"])
    return float(search.best_params_["ridge__alpha"])


def fit(training: pd.DataFrame, regularisation: float) -> Pipeline:
    """A ridge regression on the training patients; `regularisation` is scikit-learn's alpha, larger is stronger."""
    return _unfitted(regularisation).fit(features.inputs(training), training["progression"])


def half_width(training: pd.DataFrame, regularisation: float) -> float:
    """Half the width of the interval around an estimate: the COVERAGE quantile of errors on patients not learned from.

    Split conformal prediction (Lei et al., 2018), with cross-validation in place of one split.
    """
    inputs, truth = features.inputs(training), training["progression"]
    errors = (truth - cross_val_predict(_unfitted(regularisation), inputs, truth, cv=5)).abs()
    return float(errors.quantile(COVERAGE))


def estimate(model: Pipeline, patients: pd.DataFrame) -> pd.Series:
    """For each patient, the expected progression."""
    return pd.Series(model.predict(features.inputs(patients)), index=patients.index)


def _unfitted(regularisation: float) -> Pipeline:
    return make_pipeline(StandardScaler(), Ridge(alpha=regularisation))
