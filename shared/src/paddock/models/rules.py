"""The rules that people decide by before there is a model, as scikit-learn estimators: baselines to beat."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from paddock.errors import ConfigurationError

_CANDIDATES = 60


class ThresholdRule(ClassifierMixin, BaseEstimator):
    """Says yes when any of one or two measurements reaches its threshold.

    The thresholds are those of the least cost on the training rows, where a missed yes costs as much as
    `miss_cost` false alarms: what a clinic does with a table of past cases. Fitted: `thresholds_`, one a column.
    """

    def __init__(self, miss_cost: float = 10.0) -> None:
        self.miss_cost = miss_cost

    def fit(self, X: ArrayLike, y: ArrayLike) -> ThresholdRule:  # noqa: N803 - scikit-learn's names
        """Find the thresholds; `X` is (rows, 1 or 2) numbers, `y` booleans."""
        rows, said = validate_data(self, X, y)
        if rows.shape[1] not in (1, 2):
            raise ConfigurationError(
                f"ThresholdRule: expected one or two measurements, got {rows.shape[1]}",
                "Give it only the columns that people decide by.",
            )
        truth = np.asarray(said, dtype=bool)
        self.classes_ = np.array([False, True])
        self.thresholds_ = self._cheapest(rows, truth)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.bool_]:  # noqa: N803
        """For each row, whether any measurement reaches its threshold."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False)
        return np.asarray((rows >= self.thresholds_).any(axis=1))

    def _cheapest(self, rows: NDArray[Any], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
        candidates = [_cuts(column) for column in rows.T]
        # One row of answers for each candidate: what that measurement alone would say.
        answers = [column[None, :] >= cuts[:, None] for column, cuts in zip(rows.T, candidates, strict=True)]
        best, least = candidates[0][:1], np.inf
        for choice in product(*(range(len(cuts)) for cuts in candidates)):
            said = np.logical_or.reduce([answer[index] for answer, index in zip(answers, choice, strict=True)])
            cost = self.miss_cost * np.sum(truth & ~said) + np.sum(~truth & said)
            if cost < least:
                least = cost
                best = np.array([cuts[index] for cuts, index in zip(candidates, choice, strict=True)])
        return np.asarray(best, dtype=np.float64)


class BandRule(RegressorMixin, BaseEstimator):
    """Says the training rows' mean in the band of a measurement: the table on the wall.

    `edges` part the first column into bands; a row in a band without training rows gets the overall mean.
    Fitted: `means_`, one a band, and `mean_`.
    """

    def __init__(self, edges: tuple[float, ...]) -> None:
        self.edges = edges

    def fit(self, X: ArrayLike, y: ArrayLike) -> BandRule:  # noqa: N803
        """Take the means; `X` is (rows, 1) numbers, `y` numbers."""
        rows, values = validate_data(self, X, y, y_numeric=True)
        if list(self.edges) != sorted(set(self.edges)):
            raise ConfigurationError(
                f"BandRule: edges: expected rising numbers, got {self.edges!r}", "Sort them; name each once."
            )
        bands = np.digitize(rows[:, 0], self.edges)
        self.mean_ = float(np.mean(values))
        inside = [values[bands == band] for band in range(len(self.edges) + 1)]
        self.means_ = np.array([part.mean() if len(part) else self.mean_ for part in inside])
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """For each row, the mean of its band."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False)
        return np.asarray(self.means_[np.digitize(rows[:, 0], self.edges)])


def _cuts(column: NDArray[Any]) -> NDArray[np.float64]:
    """Where a threshold could lie: quantiles of the column, and one above all of it."""
    quantiles = np.quantile(column, np.linspace(0, 1, _CANDIDATES), method="higher")
    return np.append(np.unique(quantiles), np.nextafter(column.max(), np.inf))
