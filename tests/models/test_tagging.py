"""What the tagging of texts promises."""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from paddock.errors import ConfigurationError, DataError
from paddock.models import tagging
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from skops import io as skops

# Letters that change number or shape without case, accents, and what regular expressions read as their own signs.
_WORDS = st.text(st.sampled_from("abßẞİſΣςéÉ\u0301.*+?^$()[]{}|\\-#&~'\"9_"), min_size=1, max_size=5)


def _found(keyword: str, *texts: str) -> list[bool]:
    return tagging.KeywordRule({"tag": [keyword]}).predict(texts)[:, 0].tolist()


@settings(deadline=None)
@given(keyword=_WORDS, before=st.sampled_from(["", " ", "so, ", "\n("]), after=st.sampled_from(["", " ", "!", ")\n"]))
def test_any_keyword_is_found_wherever_it_stands(keyword: str, before: str, after: str) -> None:
    """At the ends of a text or between marks, in any case, with accents in either spelling, whatever it is made of."""
    # An accent on its own belongs to the character before it, so no keyword begins with one.
    assume(not unicodedata.combining(keyword[0]))
    spellings = [keyword, keyword.upper(), keyword.casefold(), unicodedata.normalize("NFD", keyword)]
    assert all(_found(keyword, *(f"{before}{spelling}{after}" for spelling in spellings)))


@settings(deadline=None)
@given(keyword=_WORDS, text=st.text(st.sampled_from("abß .*+\n"), max_size=12))
def test_a_text_without_the_keywords_characters_never_has_it(keyword: str, text: str) -> None:
    """No keyword is read as a pattern: where it does not stand literally, it is not found."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", keyword).casefold())
    assume(folded not in unicodedata.normalize("NFC", text.casefold()))
    assert not any(_found(keyword, text))


@pytest.mark.parametrize(
    ("keyword", "text", "is_there"),
    [
        ("return", "Many happy returns", False),
        ("return", "RETURN it", True),
        ("return", "re-return.", True),
        ("return", "_return", False),
        ("money back", "my money \n BACK", True),
        ("money back", "moneyback", False),
        ("c++", "I like C++!", True),
        ("c++", "c+", False),
        (".net", "about .NET", True),
        ("straße", "STRASSE", True),
        ("cafe", "cafe\u0301", False),
        ("café", "cafe\u0301", True),
        ("vat", "", False),
    ],
)
def test_keywords_are_whole_words(keyword: str, text: str, is_there: bool) -> None:
    """A keyword inside a longer word does not count; case and kind of white space do not matter."""
    assert _found(keyword, text) == [is_there]


def test_each_tag_has_its_column() -> None:
    """Columns are the tags in their order, each by its own keywords; a tag without keywords is never given."""
    rule = tagging.KeywordRule({"b": ["x", "y"], "a": [], "c": ["y"]}).fit([])
    assert rule.predict(["y", "x", ""]).tolist() == [[True, False, True], [True, False, False], [False, False, False]]
    assert rule.predict([]).shape == (0, 3)
    assert tagging.KeywordRule({}).predict(["x"]).shape == (1, 0)


@pytest.mark.parametrize(
    ("keywords", "message"), [([" "], "with characters, got"), ([""], "with characters"), ("vat", "got the text 'vat'")]
)
def test_keywords_that_find_nothing_or_everything_are_refused(keywords: list[str] | str, message: str) -> None:
    """An empty keyword would stand in every text, and a text would be taken for its letters."""
    with pytest.raises(ConfigurationError, match=message):
        tagging.KeywordRule({"tag": keywords}).fit([])


def test_a_missing_text_is_named() -> None:
    """What is no text is an error with its row, not a text without keywords."""
    with pytest.raises(DataError, match="row 1: expected a text, got float"):
        tagging.KeywordRule({"tag": ["x"]}).predict(["x", float("nan")])


def _learner() -> tagging.TagwiseClassifier:
    return tagging.TagwiseClassifier(CalibratedClassifierCV(LogisticRegression(), cv=5, ensemble=False))


@settings(max_examples=20, deadline=None)
@given(counts=st.lists(st.integers(0, 40), min_size=1, max_size=4), is_sparse=st.booleans())
def test_every_tag_gets_scores_however_few_have_it(counts: list[int], is_sparse: bool) -> None:
    """With no example, one, some or only examples of a tag, its scores lie inside 0 and 1."""
    rows = np.random.default_rng(0).normal(size=(40, 3))
    truth = np.array([np.arange(40) < count for count in counts]).T
    given_rows = sparse.csr_matrix(rows) if is_sparse else rows
    scores = _learner().fit(given_rows, truth).predict_proba(given_rows)
    assert scores.shape == (40, len(counts))
    assert ((scores > 0) & (scores < 1)).all()
    for column, count in zip(scores.T, counts, strict=True):
        if min(count, 40 - count) < 10:
            assert set(column) == {(count + 1) / 42}


def test_tags_are_learned_apart() -> None:
    """Each column follows its own truth, and no rows get no scores."""
    rows = np.repeat(np.eye(2), 30, axis=0)
    learned = _learner().fit(rows, rows.astype(bool))
    assert (np.diff(learned.predict_proba(np.eye(2)), axis=1).ravel() * [-1, 1] > 0.5).all()
    assert learned.predict_proba(np.empty((0, 2))).shape == (0, 2)


def test_a_truth_of_another_shape_is_refused() -> None:
    """One tag as a plain list, or rows too few, are named with what was expected."""
    with pytest.raises(ConfigurationError, match="a row of y for each of the 3 rows"):
        _learner().fit(np.ones((3, 1)), [True, False, True])


def test_rule_and_classifier_survive_being_stored() -> None:
    """Stored without pickle and loaded again, both say the same."""
    rule = tagging.KeywordRule({"a": ["x"], "b": ["c++"]})
    assert _stored(rule).predict(["C++ x", "y"]).tolist() == rule.predict(["C++ x", "y"]).tolist()
    rows = np.random.default_rng(0).normal(size=(40, 2))
    learned = _learner().fit(rows, np.column_stack([rows[:, 0] > 0, np.zeros(40, bool)]))
    assert (_stored(learned).predict_proba(rows) == learned.predict_proba(rows)).all()


def _stored(estimator: object) -> object:
    content = skops.dumps(estimator)
    trusted = skops.get_untrusted_types(data=content)
    assert all(name.startswith(("paddock.models.", "sklearn.")) for name in trusted)
    return skops.loads(content, trusted=trusted)


_LABELS = st.lists(st.tuples(st.sampled_from("pqrs"), st.sampled_from("abc")), unique=True).map(
    lambda rows: pd.DataFrame(rows, columns=["item", "tag"], dtype=object)
)


@settings(deadline=None)
@given(labels=_LABELS, order=st.permutations("pqr"))
def test_pairs_turn_indicators_into_rows_and_back(labels: pd.DataFrame, order: list[str]) -> None:
    """A row for each item and tag carries the cell of its matrix, and the rows that say yes are the labels."""
    items = pd.Series(order, name="item")
    matrix = tagging.indicators(labels, items, ["a", "b"])
    frame = tagging.pairs(items, ["a", "b"], has=matrix, size=[1, 2, 3])
    assert (tagging.is_labelled(frame, labels, "item") == frame["has"]).all()
    kept = labels[labels["item"].isin(order) & labels["tag"].isin(["a", "b"])]
    assert set(frame[frame["has"]][["item", "tag"]].itertuples(index=False, name=None)) == set(
        kept.itertuples(index=False, name=None)
    )
    assert frame.groupby("item", sort=False)["size"].first().tolist() == [1, 2, 3]
    assert tagging.missing_pairs(frame, items, ["a", "b"]) == 0
    assert tagging.missing_pairs(frame.iloc[2:], items, ["a", "b", "c"]) == 2 + 3


def test_each_tag_is_measured_apart() -> None:
    """Precision, recall and F1 of each tag; what nothing can be said about is NaN, not 0 and not an error."""
    found = tagging.by_tag(
        ["a", "a", "a", "a", "b", "c"],
        [True, True, True, False, True, False],
        [True, True, False, True, False, False],
    ).set_index("tag")
    assert found["texts"].to_dict() == {"a": 3, "b": 1, "c": 0}
    assert found.loc["a", ["precision", "recall", "f1"]].tolist() == [2 / 3, 2 / 3, 2 / 3]
    assert np.isnan(found.at["b", "precision"])
    assert found.loc["b", ["recall", "f1"]].tolist() == [0, 0]
    assert found.loc["c", ["precision", "recall", "f1"]].isna().all()


@settings(deadline=None)
@given(text=st.text(max_size=20))
def test_a_known_text_has_no_unknown_word(text: str) -> None:
    """Whatever a text holds, it is known to itself; where nothing is known, all of its words are unknown."""
    assert tagging.unknown_share([text], ["other", text]).tolist() == [0]
    assert tagging.unknown_share([text], []).tolist() in ([0.0], [1.0])


def test_unknown_words_are_counted_without_numbers() -> None:
    """Two of four words are unknown; numbers are no words, and case does not matter."""
    assert tagging.unknown_share(["Order 4711: the NEW lamp"], ["order of THE day"]).tolist() == [0.5]
