"""What ranked lists and their measures promise."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from paddock.errors import ConfigurationError, DataError
from paddock.models import metrics, ranking
from sklearn.metrics import ndcg_score
from skops import io as skops

DAY = date(2026, 3, 1)
SHAPES = st.tuples(st.integers(1, 6), st.integers(2, 12))


def _interactions(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Rows of user, item and how many days before DAY."""
    return pd.DataFrame([(user, item, DAY - timedelta(age)) for user, item, age in rows], columns=COLUMNS)


COLUMNS = ["user_id", "item_id", "day"]


def _frame(*rows: tuple[str, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["user_id", "rank", "item_id"])


def _hits(scores: np.ndarray, relevant: np.ndarray, k: int) -> ranking.Hits:
    """By way of frames, as a notebook goes."""
    users, items = (np.array([f"{number:02d}" for number in range(size)]) for size in scores.shape)
    listed = ranking.lists(users, items, ranking.top(scores, np.zeros(scores.shape, dtype=bool), k))
    user, item = relevant.nonzero()
    return ranking.hits(listed, pd.DataFrame({"user_id": users[user], "item_id": items[item]}), k)


@given(data=st.data(), shape=SHAPES, k=st.integers(1, 14))
def test_ndcg_is_that_of_scikit_learn(data: st.DataObject, shape: tuple[int, int], k: int) -> None:
    """For any scores and any relevant items, also fewer items than k, the mean over users is scikit-learn's."""
    # No ties: scikit-learn breaks them from the other end.
    scores = np.array([data.draw(st.permutations(range(shape[1]))) for _ in range(shape[0])], dtype=float)
    relevant = data.draw(arrays.arrays(np.bool_, shape))
    known = relevant[relevant.any(axis=1)]
    found = ranking.ndcg_at(_hits(scores, relevant, k))
    assert len(found) == len(known)
    if len(known):
        expected = ndcg_score(known, scores[relevant.any(axis=1)], k=k, ignore_ties=True)
        assert found.mean() == pytest.approx(expected)


@given(data=st.data(), shape=SHAPES, k=st.integers(1, 14))
def test_recall_is_the_share_that_was_found(data: st.DataObject, shape: tuple[int, int], k: int) -> None:
    """Counted one by one: the relevant items among the first k, of all relevant ones."""
    scores = data.draw(arrays.arrays(np.float64, shape, elements=st.integers(0, 4)))
    relevant = data.draw(arrays.arrays(np.bool_, shape))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    expected = [row[best].sum() / row.sum() for row, best in zip(relevant, order, strict=True) if row.any()]
    assert ranking.recall_at(_hits(scores, relevant, k)) == pytest.approx(expected)


def test_the_order_counts_for_ndcg_alone() -> None:
    """A relevant item at rank 2 is worth 1/log2(3) of one at rank 1, and as much to recall."""
    found = ranking.Hits(np.array(["a", "b"]), np.array([[True, False], [False, True]]), np.array([1, 1]))
    assert ranking.ndcg_at(found) == pytest.approx([1, 1 / np.log2(3)])
    assert ranking.recall_at(found).tolist() == [1, 1]


def test_nothing_relevant_is_nothing_found() -> None:
    """A user to whom nothing is relevant scores 0, as in scikit-learn, and never NaN."""
    found = ranking.Hits(np.array(["a"]), np.zeros((1, 3), dtype=bool), np.array([0]))
    assert ranking.ndcg_at(found).tolist() == ranking.recall_at(found).tolist() == [0.0]


def test_measures_of_two_lists_make_a_gain() -> None:
    """Users stand in the same order whatever lists are judged, so that two measures can be compared row by row."""
    relevant = pd.DataFrame({"user_id": ["b", "a", "c"], "item_id": ["x", "y", "z"]})
    good, bad = _frame(("a", 1, "y"), ("b", 1, "x"), ("c", 1, "z")), _frame(("c", 1, "z"))
    measured = [ranking.ndcg_at(ranking.hits(each, relevant)) for each in (bad, good)]
    assert [each.tolist() for each in measured] == [[0, 0, 1], [1, 1, 1]]
    assert metrics.gain(1 - measured[0], 1 - measured[1]).mean == pytest.approx(2 / 3)


def test_an_item_listed_twice_is_found_once() -> None:
    """Repeating a good item makes no list better, and what stands behind rank k does not count."""
    relevant = pd.DataFrame({"user_id": ["a", "a"], "item_id": ["x", "y"]})
    found = ranking.hits(_frame(("a", 1, "x"), ("a", 2, "x"), ("a", 3, "y")), relevant, k=2)
    assert found.found.tolist() == [[True, False]]
    assert ranking.recall_at(found).tolist() == [0.5]


@given(data=st.data(), shape=SHAPES, k=st.integers(1, 14))
def test_the_top_is_the_best_of_what_is_left(data: st.DataObject, shape: tuple[int, int], k: int) -> None:
    """Whatever is excluded: no excluded item, none twice, best first, and as many as there are up to k."""
    scores = data.draw(arrays.arrays(np.float64, shape, elements=st.integers(0, 3) | st.just(-np.inf)))
    excluded = data.draw(arrays.arrays(np.bool_, shape))
    chosen = ranking.top(scores, excluded, k)
    assert chosen.shape == (shape[0], k)
    for row, out, columns in zip(scores, excluded, chosen, strict=True):
        expected = sorted(np.flatnonzero(~out), key=lambda column: (-row[column], column))[:k]
        assert columns.tolist() == expected + [ranking.NO_ITEM] * (k - len(expected))


def test_an_item_without_a_score_comes_last() -> None:
    """NaN says that nothing is known: such items fill a list up, in the order of their columns."""
    scores = np.array([[np.nan, -5.0, np.nan, 2.0]])
    assert ranking.top(scores, np.zeros((1, 4), dtype=bool), k=4).tolist() == [[3, 1, 0, 2]]


def test_a_list_that_is_short_has_no_empty_rows() -> None:
    """The frame holds only items that are there, ranks from 1 on."""
    made = ranking.lists(["a", "b"], ["x", "y"], np.array([[1, ranking.NO_ITEM], [0, 1]]))
    assert made.to_dict("list") == {"user_id": ["a", "b", "b"], "rank": [1, 1, 2], "item_id": ["y", "x", "y"]}


def test_the_most_popular_lately_comes_first() -> None:
    """Different users of the last days count; then those of all days; then the name."""
    rows = _interactions(
        ("a", "new", 0), ("b", "new", 6), ("a", "loved", 1), ("a", "loved", 2), ("a", "loved", 3),
        ("a", "old", 7), ("b", "old", 7), ("c", "old", 7), ("a", "z", 9), ("a", "y", 9), ("a", "later", -1),
    )  # fmt: skip
    rule = ranking.popularity(rows, ["later", "loved", "never", "new", "old", "y", "z"], DAY, days=7)
    assert rule.items.tolist() == ["new", "loved", "old", "y", "z", "later", "never"]
    assert rule.users.tolist() == [2, 1, 0, 0, 0, 0, 0]


def test_the_rule_ranks_only_what_it_is_asked_about() -> None:
    """An item that is not offered is in no list, however popular."""
    rule = ranking.popularity(_interactions(("a", "x", 0), ("b", "y", 0)), ["y", "y"], DAY, days=1)
    assert rule.items.tolist() == ["y"]


def test_a_rule_looks_back_a_day_at_least() -> None:
    """No days are no popularity."""
    with pytest.raises(ConfigurationError, match="expected at least 1, got 0"):
        ranking.popularity(_interactions(), ["x"], DAY, days=0)


def test_a_rule_survives_being_stored() -> None:
    """Stored without pickle and loaded again, it ranks the same."""
    rule = ranking.popularity(_interactions(("a", "x", 0), ("b", "y", 0), ("c", "y", 0)), ["x", "y"], DAY, days=1)
    content = skops.dumps(rule)
    trusted = skops.get_untrusted_types(data=content)
    assert trusted == ["paddock.models.ranking.PopularityRule"]
    loaded = skops.loads(content, trusted=trusted)
    assert loaded.items.tolist() == rule.items.tolist()
    assert loaded.users.tolist() == rule.users.tolist()


def test_the_age_of_a_day_is_negative_after_it() -> None:
    """The day itself is 0 days old, the one before it 1; the first day of all is no error."""
    days = pd.Series([DAY, DAY - timedelta(1), DAY + timedelta(1), date.min])
    assert ranking.age_in_days(days, DAY).tolist() == [0, 1, -1, DAY.toordinal() - 1]


def test_coverage_counts_items_of_the_catalogue_once() -> None:
    """However often an item is listed, and whatever else is; an empty catalogue is an error."""
    assert ranking.coverage(["x", "x", "other"], ["x", "y", "z", "z"]) == pytest.approx(1 / 3)
    with pytest.raises(DataError, match="expected a catalogue of items, got none"):
        ranking.coverage(["x"], [])


def test_concentration_is_the_share_of_the_most_listed() -> None:
    """All places when there are no more items than that; an error when nothing is listed."""
    assert ranking.concentration(["x", "x", "y", "z"], most=1) == 0.5
    assert ranking.concentration(["x", "y"], most=2) == 1
    with pytest.raises(DataError, match="expected listed items, got none"):
        ranking.concentration([])
