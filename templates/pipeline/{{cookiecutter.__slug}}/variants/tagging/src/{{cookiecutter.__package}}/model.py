"""The model that has to beat the rule."""

from __future__ import annotations

import pandas as pd
from paddock.errors import DataError
from paddock.models import tagging
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from {{ cookiecutter.__package }} import features

# A word, or a single mark: a question is put in other words than a complaint.
_TOKENS = r"\w+|[^\w\s]"


def fit(training: pd.DataFrame, labels: pd.DataFrame, regularisation: float) -> Pipeline:
    """A calibrated logistic regression a tag; `regularisation` is scikit-learn's C, smaller is stronger.

    It looks at words and pairs of neighbours, so that "not broken" is not "broken". Scores are calibrated on texts
    that they were not learned from (Platt, Probabilistic outputs for support vector machines, 1999). Raises
    DataError without texts to learn from.
    """
    if not training["text"].str.strip().any():
        raise DataError(
            "texts: expected some with words that a person has read and that are not held out, got none",
            "Set 'labelled' of the texts whose tags are known.",
        )
    # One regression on all texts, calibrated by what five would say, each about the fifth that it did not see.
    learner = CalibratedClassifierCV(LogisticRegression(C=regularisation, max_iter=1000), cv=5, ensemble=False)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_TOKENS)
    model = make_pipeline(words, tagging.TagwiseClassifier(learner))
    return model.fit(training["text"], features.targets(training, labels))


def scores(model: Pipeline, texts: pd.DataFrame) -> tagging.Scores:
    """For each text and tag, how probable it is that a person would give it: (texts, tags)."""
    found: tagging.Scores = model.predict_proba(texts["text"])
    return found
