"""The model that has to beat the rule."""

from __future__ import annotations

from typing import Any

import pandas as pd
from paddock.errors import DataError
from paddock.models import tagging
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from {{ cookiecutter.__package }} import features

# A word, or a single mark: a question is put in other words than a complaint.
_TOKENS = r"\w+|[^\w\s]"
# What cross-validation tries, as multiples of the pipeline's parameter.
GRID = (0.3, 1.0, 3.0)


def tuned(training: pd.DataFrame, labels: pd.DataFrame, regularisation: float) -> float:
    """Of GRID times `regularisation`, what ranks tags best in cross-validation on the training texts.

    Without calibration, which changes no order. Raises DataError without texts to learn from.
    """
    choices = {"estimator__C": [factor * regularisation for factor in GRID]}
    learner = tagging.TagwiseClassifier(LogisticRegression(max_iter=1000))
    search = GridSearchCV(learner, choices, scoring=_average_precision, cv=3, refit=False)
    # One vocabulary for all folds, since it knows nothing of tags.
    search.fit(_words().fit_transform(_texts(training)), features.targets(training, labels))
    return float(search.best_params_["estimator__C"])


def fit(training: pd.DataFrame, labels: pd.DataFrame, regularisation: float) -> Pipeline:
    """A calibrated logistic regression a tag; `regularisation` is scikit-learn's C, smaller is stronger.

    It looks at words and pairs of neighbours, so that "not broken" is not "broken". Scores are calibrated on texts
    that they were not learned from (Platt, Probabilistic outputs for support vector machines, 1999). Raises
    DataError without texts to learn from.
    """
    # One regression on all texts, calibrated by what five would say, each about the fifth that it did not see.
    learner = CalibratedClassifierCV(LogisticRegression(C=regularisation, max_iter=1000), cv=5, ensemble=False)
    model = make_pipeline(_words(), tagging.TagwiseClassifier(learner))
    return model.fit(_texts(training), features.targets(training, labels))


def scores(model: Pipeline, texts: pd.DataFrame) -> tagging.Scores:
    """For each text and tag, how probable it is that a person would give it: (texts, tags)."""
    found: tagging.Scores = model.predict_proba(features.inputs(texts)["text"])
    return found


def _words() -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_TOKENS)


def _texts(training: pd.DataFrame) -> pd.Series:
    texts: pd.Series = features.inputs(training)["text"]
    if not texts.str.strip().any():
        raise DataError(
            "texts: expected some with words that a person has read and that are not held out, got none",
            "Set 'labelled' of the texts whose tags are known.",
        )
    return texts


def _average_precision(model: tagging.TagwiseClassifier, words: Any, truth: tagging.Flags) -> float:
    return float(average_precision_score(truth.ravel(), model.predict_proba(words).ravel()))
