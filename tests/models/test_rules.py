"""What the baseline rules promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paddock.errors import ConfigurationError
from paddock.models.rules import BandRule, ThresholdRule
from skops import io as skops


def _cost(truth: np.ndarray, said: np.ndarray, miss_cost: float) -> float:
    return float(miss_cost * (truth & ~said).sum() + (~truth & said).sum())


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), min_size=4, max_size=25),
    miss_cost=st.sampled_from([0.5, 1.0, 10.0]),
)
def test_no_other_thresholds_cost_less(rows: list[tuple[int, int, bool]], miss_cost: float) -> None:
    """On the training rows the rule is as cheap as the best of all thresholds on both measurements."""
    measured = np.array([row[:2] for row in rows], dtype=float)
    truth = np.array([row[2] for row in rows])
    if truth.all() or not truth.any():
        truth[0] = not truth[0]
    said = ThresholdRule(miss_cost).fit(measured, truth).predict(measured)
    cheapest = min(
        _cost(truth, (measured[:, 0] >= a) | (measured[:, 1] >= b), miss_cost) for a in range(11) for b in range(11)
    )
    assert _cost(truth, said, miss_cost) == cheapest


def test_a_dearer_miss_lowers_the_threshold() -> None:
    """The dearer a miss, the sooner the rule says yes."""
    measured = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    truth = np.array([False, True, False, False, True])
    assert ThresholdRule(0.5).fit(measured, truth).thresholds_.tolist() == [5.0]
    assert ThresholdRule(10.0).fit(measured, truth).thresholds_.tolist() == [2.0]


def test_more_than_two_measurements_are_no_rule() -> None:
    """A rule that people apply by hand looks at one or two things."""
    with pytest.raises(ConfigurationError, match="expected one or two measurements, got 3"):
        ThresholdRule().fit(np.ones((4, 3)), [True, False, True, False])


def test_bands_give_their_mean_and_empty_ones_the_overall_mean() -> None:
    """A band without training rows says what is known of all."""
    rule = BandRule(edges=(10.0, 20.0)).fit([[1.0], [2.0], [25.0]], [1.0, 3.0, 8.0])
    assert rule.predict([[9.9], [10.0], [99.0]]).tolist() == [2.0, 4.0, 8.0]


@pytest.mark.parametrize("edges", [(2.0, 1.0), (1.0, 1.0)])
def test_edges_rise(edges: tuple[float, ...]) -> None:
    """Bands that are out of order are refused."""
    with pytest.raises(ConfigurationError, match="expected rising numbers"):
        BandRule(edges).fit([[1.0]], [1.0])


@pytest.mark.parametrize("rule", [ThresholdRule(), BandRule((2.0,))])
def test_a_fitted_rule_survives_being_stored(rule: ThresholdRule | BandRule) -> None:
    """Stored without pickle and loaded again, it says the same."""
    rows, truth = np.array([[1.0], [2.0], [3.0]]), np.array([False, True, True])
    fitted = rule.fit(rows, truth)
    content = skops.dumps(fitted)
    trusted = skops.get_untrusted_types(data=content)
    assert all(name.startswith("paddock.models.") for name in trusted)
    assert skops.loads(content, trusted=trusted).predict(rows).tolist() == fitted.predict(rows).tolist()
