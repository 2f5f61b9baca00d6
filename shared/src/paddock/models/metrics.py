"""Measures that a validation notebook decides by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from paddock.errors import DataError

Losses = NDArray[np.float64]
_CERTAIN = 1e-6


@dataclass(frozen=True)
class Gain:
    """How much a challenger loses less than a baseline, per row, with the bounds of its bootstrap interval."""

    mean: float
    low: float
    high: float


def decision_losses(truth: ArrayLike, decided: ArrayLike, miss_cost: float) -> Losses:
    """The loss of each decision: `miss_cost` for a missed yes, 1 for a false alarm, else 0."""
    actual, said = np.asarray(truth, dtype=bool), np.asarray(decided, dtype=bool)
    return np.where(actual & ~said, miss_cost, np.where(~actual & said, 1.0, 0.0))


def gain(baseline: Losses, challenger: Losses, confidence: float = 0.9, rounds: int = 2000, seed: int = 0) -> Gain:
    """The mean of `baseline - challenger` over the same rows, with its percentile bootstrap interval.

    Above 0 the challenger is better; an interval that lies above 0 says so beyond the luck of these rows
    (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Raises DataError without rows.
    """
    differences = np.asarray(baseline, dtype=np.float64) - np.asarray(challenger, dtype=np.float64)
    if not len(differences):
        raise DataError("gain: expected rows to compare, got none", "Hold out a larger share.")
    generator = np.random.default_rng(seed)
    means = differences[generator.integers(0, len(differences), (rounds, len(differences)))].mean(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Gain(float(differences.mean()), float(low), float(high))


def calibration(truth: ArrayLike, probability: ArrayLike, bins: int = 5) -> pd.DataFrame:
    """Predicted against observed in `bins` groups of equal size: columns `predicted`, `observed`, `rows`."""
    frame = pd.DataFrame({"observed": np.asarray(truth, dtype=float), "predicted": np.asarray(probability)})
    # By rank, so that equal probabilities cannot leave a group empty.
    group = (frame["predicted"].rank(method="first") - 1) * bins // len(frame)
    found = frame.groupby(group.astype(int)).agg(
        predicted=("predicted", "mean"), observed=("observed", "mean"), rows=("observed", "size")
    )
    return found.reset_index(drop=True)


def calibration_error(truth: ArrayLike, probability: ArrayLike, bins: int = 5) -> float:
    """The mean distance of predicted from observed over groups of equal size, weighted by rows.

    The expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015), on equal-size groups.
    """
    found = calibration(truth, probability, bins)
    return float(np.average((found["predicted"] - found["observed"]).abs(), weights=found["rows"]))


def calibration_slope(truth: ArrayLike, scores: ArrayLike) -> float:
    """How fast the log odds of the truth rise with those of the scores: 1 where scores mean what they say.

    Below 1 they are too sure of themselves, above 1 too timid, and near 0 they say nothing; unlike the calibration
    error it does not shrink when nearly all rows have a score near 0 (Cox, Two further applications of a model for
    binary regression, 1958). NaN when all rows have the same truth or the same score.
    """
    # Here: a report needs the other measures without scikit-learn.
    from sklearn.linear_model import LogisticRegression

    actual, odds = np.asarray(truth, dtype=np.bool_), _log_odds(scores)
    if not len(actual) or actual.all() or not actual.any() or np.ptp(odds) == 0:
        return float("nan")
    # Without a penalty: the slope itself is asked for.
    fitted = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(odds[:, None], actual)
    return float(fitted.coef_[0, 0])


def slices(
    frame: pd.DataFrame, by: pd.Series, measure: Callable[[pd.DataFrame], float], min_rows: int = 10
) -> pd.DataFrame:
    """`measure` on each part of `frame` that has one value of `by`: columns `slice`, `rows`, `value`, worst last.

    Parts below `min_rows` rows are left out: their values would say more about luck than about the model.
    """
    parts = [(name, part) for name, part in frame.groupby(by.to_numpy(), observed=True) if len(part) >= min_rows]
    found = pd.DataFrame(
        {
            "slice": [str(name) for name, _ in parts],
            "rows": [len(part) for _, part in parts],
            "value": [float(measure(part)) for _, part in parts],
        }
    )
    return found.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def drift(reference: pd.DataFrame, current: pd.DataFrame, bins: int = 5) -> pd.DataFrame:
    """The population stability index of each numeric column: columns `column`, `psi`, the largest first.

    Below 0.1 is taken as stable and above 0.25 as shifted (Siddiqi, Credit Risk Scorecards, 2006). Groups are
    quantiles of `reference`; a group without rows counts as half a row.
    """
    names = [str(name) for name in reference.select_dtypes("number").columns if name in current.columns]
    found = pd.DataFrame({"column": names, "psi": [_stability(reference[name], current[name], bins) for name in names]})
    return found.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def _log_odds(scores: ArrayLike) -> NDArray[np.float64]:
    inner = np.clip(np.asarray(scores, dtype=np.float64), _CERTAIN, 1 - _CERTAIN)
    return np.asarray(np.log(inner / (1 - inner)))


def _stability(reference: pd.Series, current: pd.Series, bins: int) -> float:
    inner = reference.quantile(np.linspace(0, 1, bins + 1)[1:-1])
    edges = np.unique(np.asarray(inner, dtype=np.float64))
    expected, got = (_shares(part.to_numpy(dtype=float), edges) for part in (reference, current))
    return float(np.sum((got - expected) * np.log(got / expected)))


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    counts = np.bincount(np.digitize(values, edges), minlength=len(edges) + 1)
    filled = np.where(counts == 0, 0.5, counts)
    return np.asarray(filled / filled.sum())
