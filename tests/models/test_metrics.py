"""What the measures promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.errors import DataError
from paddock.models import metrics


def test_a_miss_and_a_false_alarm_have_their_price() -> None:
    """Each decision costs what its kind of mistake costs."""
    losses = metrics.decision_losses([True, True, False, False], [True, False, True, False], miss_cost=7)
    assert losses.tolist() == [0, 7, 1, 0]


def test_a_gain_lies_inside_its_interval_and_repeats() -> None:
    """The interval holds the mean, is the same for the same seed, and is narrower with more rows."""
    few = np.random.default_rng(0).normal(1, 1, 50)
    found = metrics.gain(few, np.zeros(50))
    assert found.low < found.mean < found.high
    assert found == metrics.gain(few, np.zeros(50))
    many = metrics.gain(np.tile(few, 20), np.zeros(1000))
    assert many.high - many.low < (found.high - found.low) / 3


def test_equal_losses_are_no_gain() -> None:
    """A challenger that loses the same gains nothing, not even within luck."""
    assert metrics.gain(np.ones(9), np.ones(9)) == metrics.Gain(0.0, 0.0, 0.0)


def test_no_rows_are_no_gain() -> None:
    """Without rows there is nothing to say."""
    with pytest.raises(DataError, match="expected rows to compare, got none"):
        metrics.gain(np.array([]), np.array([]))


def test_a_perfect_prediction_is_calibrated() -> None:
    """Predicting exactly what happens has no error; always saying a half about sure things has an error of a half."""
    truth = [False, True] * 20
    assert metrics.calibration_error(truth, [float(value) for value in truth]) == 0
    assert metrics.calibration_error([True] * 10, [0.5] * 10) == pytest.approx(0.5)


@given(probability=st.lists(st.floats(0, 1), min_size=5, max_size=60), data=st.data())
def test_calibration_groups_hold_every_row(probability: list[float], data: st.DataObject) -> None:
    """For any predictions, ties included, five groups share all rows, and the error lies between 0 and 1."""
    truth = data.draw(st.lists(st.booleans(), min_size=len(probability), max_size=len(probability)))
    groups = metrics.calibration(truth, probability)
    assert groups["rows"].sum() == len(probability)
    assert len(groups) == 5
    assert groups["rows"].max() - groups["rows"].min() <= 1
    assert 0 <= metrics.calibration_error(truth, probability) <= 1


def test_slices_are_measured_apart_and_small_ones_left_out() -> None:
    """Each part gets its own value, the best first; a part of too few rows is not judged."""
    frame = pd.DataFrame({"value": [1.0] * 10 + [3.0] * 12 + [9.0]})
    by = pd.Series(["a"] * 10 + ["b"] * 12 + ["c"])
    found = metrics.slices(frame, by, lambda part: float(part["value"].mean()))
    assert found.to_dict("list") == {"slice": ["b", "a"], "rows": [12, 10], "value": [3.0, 1.0]}


def test_drift_is_nothing_for_the_same_rows_and_grows_with_a_shift() -> None:
    """The same distribution has no drift, a shifted column has the most, and texts are passed over."""
    reference = pd.DataFrame({"a": range(500), "b": range(500), "name": "x"})
    same = metrics.drift(reference, reference)
    assert same["psi"].abs().max() == 0
    assert set(same["column"]) == {"a", "b"}
    moved = metrics.drift(reference, reference.assign(b=reference["b"] + 200))
    assert moved["column"].iloc[0] == "b"
    assert moved["psi"].iloc[0] > 0.25
    assert np.isfinite(metrics.drift(reference, reference.assign(a=10_000))["psi"]).all()


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_slope_tells_how_sure_scores_are(factor: float) -> None:
    """Log odds that are too large by a factor have a slope of one over it, however rare the truth is."""
    generator = np.random.default_rng(0)
    odds = generator.normal(-3, 1.5, 20_000)
    truth = generator.random(20_000) < 1 / (1 + np.exp(-odds))
    slope = metrics.calibration_slope(truth, 1 / (1 + np.exp(-factor * odds)))
    assert slope == pytest.approx(1 / factor, rel=0.06)


def test_scores_that_say_nothing_have_no_slope() -> None:
    """Noise has a slope near 0; one truth or one score has none; certain scores are no error."""
    generator = np.random.default_rng(0)
    truth = generator.random(5000) < 0.2
    assert abs(metrics.calibration_slope(truth, generator.random(5000))) < 0.1
    for bare in (([True, True], [0.2, 0.8]), ([True, False], [0.5, 0.5]), ([], [])):
        assert np.isnan(metrics.calibration_slope(*bare))
    assert 0 < metrics.calibration_slope([False, True, True, False], [0.0, 1.0, 0.0, 0.0]) < 1
