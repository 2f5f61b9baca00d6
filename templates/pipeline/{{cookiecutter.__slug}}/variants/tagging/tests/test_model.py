"""What the model promises."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from paddock.errors import DataError

from {{ cookiecutter.__package }} import features, model

TEXTS = pd.DataFrame(
    {
        "item_id": [f"ticket-{number:05d}" for number in range(60)],
        "text": ["the kettle leaks", "where is it", ""] * 20,
    }
)
LABELS = pd.DataFrame({"item_id": TEXTS["item_id"][::3], "tag": "damage"})
DAMAGE = features.TAGS.index("damage")


def test_words_that_no_keyword_names_are_learned() -> None:
    """What people tagged alike scores high, other texts low."""
    fitted = model.fit(TEXTS, LABELS, regularisation=10.0)
    asked = pd.DataFrame({"text": ["my new kettle leaks", "where is my order"]})
    high, low = model.scores(fitted, asked)[:, DAMAGE]
    assert high > 0.8
    assert low < 0.2


def test_a_tag_that_nobody_gave_gets_the_same_score_everywhere() -> None:
    """A tag without examples, or with one, is no error: its score is low, never 0, and says nothing about a text."""
    one = pd.DataFrame({"item_id": TEXTS["item_id"][:1], "tag": "refund"})
    found = model.scores(model.fit(TEXTS, pd.concat([LABELS, one]), regularisation=10.0), TEXTS)
    for tag in set(features.TAGS) - {"damage"}:
        scores = found[:, features.TAGS.index(tag)]
        assert np.ptp(scores) == 0
        assert 0 < scores[0] < 0.05


def test_fitting_again_gives_the_same_model() -> None:
    """Nothing is left to chance."""
    first, second = (model.scores(model.fit(TEXTS, LABELS, regularisation=1.0), TEXTS) for _ in range(2))
    assert (first == second).all()


def test_cross_validation_dares_no_more_than_helps() -> None:
    """Where every parameter of the grid ranks the tags rightly, the strongest regularisation is taken."""
    assert model.tuned(TEXTS, LABELS, regularisation=10.0) == 10.0 * min(model.GRID)


def test_nothing_to_learn_from_is_said() -> None:
    """Without texts that people have read, or without a word in them, the message says what to do."""
    for training in (TEXTS.iloc[:0], TEXTS.assign(text=" \n")):
        with pytest.raises(DataError, match="expected some with words that a person has read"):
            model.fit(training, LABELS, regularisation=1.0)
        with pytest.raises(DataError, match="expected some with words that a person has read"):
            model.tuned(training, LABELS, regularisation=1.0)
