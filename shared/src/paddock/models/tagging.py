"""Tags of texts: the keyword rule to beat, a calibrated model a tag, measures by text and tag."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from paddock.errors import ConfigurationError, DataError

Flags = NDArray[np.bool_]
Scores = NDArray[np.float64]
# What a word goes on with: accents that are characters of their own belong to it.
_WORD = r"[\w\u0300-\u036f]"


class KeywordRule(ClassifierMixin, BaseEstimator):
    """Gives a text each tag of which it holds a keyword: as whole words, in any case, over any white space.

    `keywords` are lists of them by tag. Nothing is learned, so it may be asked without `fit`.
    """

    def __init__(self, keywords: Mapping[str, Sequence[str]]) -> None:
        self.keywords = keywords

    def fit(self, X: Iterable[str], y: object = None) -> KeywordRule:  # noqa: N803 - scikit-learn's names
        """Only check the keywords; raises ConfigurationError for one without a character."""
        self._patterns()
        return self

    def predict(self, X: Iterable[str]) -> Flags:  # noqa: N803
        """For each text and tag whether one of its keywords is there: (texts, tags), tags in the order of `keywords`.

        Compared as Unicode compares without case (standard 3.13, D145). Raises DataError where a text is missing.
        """
        texts, patterns = [_folded(text, row) for row, text in enumerate(X)], self._patterns()
        found = [[pattern.search(text) is not None for pattern in patterns] for text in texts]
        return np.array(found, dtype=np.bool_).reshape(len(texts), len(self.keywords))

    def _patterns(self) -> list[re.Pattern[str]]:
        return [_pattern(tag, words) for tag, words in self.keywords.items()]


class TagwiseClassifier(ClassifierMixin, BaseEstimator):
    """A copy of `estimator` for each tag; a tag that it could not learn gets the same score everywhere.

    That is a tag which fewer than `min_examples` rows have, or lack; its score is its share among the rows by the
    rule of succession, (with it + 1) / (rows + 2), so that it is neither 0 nor 1. Fitted: `estimators_`, one a tag,
    None for such a tag, and `shares_`.
    """

    def __init__(self, estimator: Any, min_examples: int = 10) -> None:
        self.estimator = estimator
        self.min_examples = min_examples

    def fit(self, X: Any, y: ArrayLike) -> TagwiseClassifier:  # noqa: N803
        """Fit a copy a tag; `X` is (rows, features), sparse or not, `y` is (rows, tags) booleans."""
        truth = np.asarray(y, dtype=np.bool_)
        if truth.ndim != 2 or len(truth) != X.shape[0]:
            raise ConfigurationError(
                f"TagwiseClassifier: expected a row of y for each of the {X.shape[0]} rows, and a column for each tag; "
                f"got the shape {truth.shape}",
                "Make it with paddock.models.tagging.indicators.",
            )
        self.shares_ = (truth.sum(axis=0) + 1) / (len(truth) + 2)
        self.estimators_ = [self._fitted(X, column) for column in truth.T]
        return self

    def predict_proba(self, X: Any) -> Scores:  # noqa: N803
        """For each row and tag how probable it is that the row has it: (rows, tags)."""
        check_is_fitted(self)
        scores = np.tile(np.asarray(self.shares_, dtype=np.float64), (X.shape[0], 1))
        for tag, estimator in enumerate(self.estimators_):
            if estimator is not None and X.shape[0]:
                scores[:, tag] = estimator.predict_proba(X)[:, 1]
        return scores

    def _fitted(self, rows: Any, truth: Flags) -> Any:
        examples = min(int(truth.sum()), int((~truth).sum()))
        return clone(self.estimator).fit(rows, truth) if examples >= max(1, self.min_examples) else None


def indicators(labels: pd.DataFrame, items: pd.Series, tags: Sequence[str]) -> Flags:
    """For each item and tag whether `labels` has a row of both: (items, tags), as `TagwiseClassifier` learns from.

    `labels` has a column `tag` and one called as `items` is. Its rows of other items or tags say nothing here.
    """
    found = _every_pair(items, tags).isin(_keys(labels, items.name))
    return np.asarray(found, dtype=np.bool_).reshape(len(items), len(tags))


def pairs(items: pd.Series, tags: Sequence[str], **values: ArrayLike) -> pd.DataFrame:
    """A row for each pair of item and tag: the item, called as `items` is, `tag`, and each of `values`.

    A value is (items, tags), or (items,) where it is the same for all tags of an item.
    """
    frame = pd.DataFrame({items.name: np.repeat(items.to_numpy(), len(tags)), "tag": list(tags) * len(items)})
    for name, value in values.items():
        table = np.asarray(value)
        frame[name] = table.ravel() if table.ndim == 2 else np.repeat(table, len(tags))
    return frame


def is_labelled(frame: pd.DataFrame, labels: pd.DataFrame, item: str) -> pd.Series:
    """For each row of `frame` whether `labels` has a row of the same `tag` and the same `item`, a column of both."""
    return pd.Series(_keys(frame, item).isin(_keys(labels, item)), index=frame.index)


def missing_pairs(frame: pd.DataFrame, items: pd.Series, tags: Sequence[str]) -> int:
    """How many pairs of item and tag have no row in `frame`, whose columns are those of `pairs`."""
    return int((~_every_pair(items.drop_duplicates(), tags).isin(_keys(frame, items.name))).sum())


def by_tag(tags: Iterable[str], truth: ArrayLike, decided: ArrayLike) -> pd.DataFrame:
    """How good decisions are on each tag: columns `tag`, `texts` that have it, `precision`, `recall`, `f1`.

    A share of nothing is NaN: precision of a tag never given, recall of one that no text has.
    """
    frame = pd.DataFrame({"tag": list(tags), "truth": np.asarray(truth, bool), "said": np.asarray(decided, bool)})
    frame["right"] = frame["truth"] & frame["said"]
    sums = frame.groupby("tag", sort=True)[["truth", "said", "right"]].sum().astype(np.float64)
    found = pd.DataFrame(
        {
            "texts": sums["truth"].astype(np.int64),
            "precision": sums["right"] / sums["said"],
            "recall": sums["right"] / sums["truth"],
            "f1": 2 * sums["right"] / (sums["truth"] + sums["said"]),
        }
    )
    return found.reset_index()


def unknown_share(texts: Iterable[str], known: Iterable[str]) -> Scores:
    """For each of `texts` the share of its words, numbers aside, that no text of `known` holds in any case.

    0 for a text without words.
    """
    words: set[str] = set().union(*(_words(text) for text in known))
    shares = [[word not in words for word in found] for found in map(_words, texts)]
    return np.array([np.mean(share) if share else 0.0 for share in shares], dtype=np.float64)


def _every_pair(items: pd.Series, tags: Sequence[str]) -> pd.MultiIndex:
    # Not from_product, which takes its levels apart and sorts them.
    return pd.MultiIndex.from_arrays([np.repeat(items.to_numpy(), len(tags)), list(tags) * len(items)])


def _keys(frame: pd.DataFrame, item: Hashable) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[[item, "tag"]])


def _words(text: str) -> list[str]:
    """The words of a text without its numbers, which are hardly ever the same."""
    return [word for word in re.findall(rf"{_WORD}+", _folded(text, 0)) if not word.isdecimal()]


def _folded(text: object, row: int) -> str:
    """The text as it is compared: one spelling of each accent, no case."""
    if not isinstance(text, str):
        raise DataError(
            f"row {row}: expected a text, got {type(text).__name__}", "Leave rows without a text out, or give ''."
        )
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _pattern(tag: str, keywords: Sequence[str]) -> re.Pattern[str]:
    """What finds any of the keywords of a tag in a folded text."""
    if isinstance(keywords, str):
        raise ConfigurationError(
            f"KeywordRule: {tag}: expected several keywords, got the text {keywords!r}", f"Write: [{keywords!r}]"
        )
    parts = [[re.escape(part) for part in _folded(keyword, 0).split()] for keyword in keywords]
    if not all(parts):
        raise ConfigurationError(
            f"KeywordRule: {tag}: expected keywords with characters, got {list(keywords)!r}", "Remove the empty one."
        )
    any_of = "|".join(r"\s+".join(part) for part in parts)
    # No keyword finds nothing: (?!) never matches.
    return re.compile(rf"(?<!{_WORD})(?:{any_of})(?!{_WORD})" if parts else "(?!)")
