"""What the model promises."""

from __future__ import annotations

import pandas as pd
import pytest

from {{ cookiecutter.__package }} import model

BMI = [float(value) for value in range(20, 40)] * 2
PATIENTS = pd.DataFrame({"bmi": BMI, "blood_pressure": 90.0, "progression": [10 * value - 100 for value in BMI]})
# Each second patient is far better, each other one far worse than the rest expects.
SCATTERED = PATIENTS.assign(progression=PATIENTS["progression"] + [30.0, -30.0] * 20)


def test_the_model_learns_how_progression_grows() -> None:
    """Where progression is a straight line of one measurement, the estimate is that line."""
    asked = pd.DataFrame({"bmi": [25.0, 35.0], "blood_pressure": 90.0}, index=[7, 3])
    found = model.estimate(model.fit(PATIENTS, regularisation=0.001), asked)
    assert found.to_dict() == pytest.approx({7: 150.0, 3: 250.0}, abs=0.1)


def test_cross_validation_dares_only_what_holds() -> None:
    """Where progression is a straight line, the least of the grid is taken; where halves disagree, the largest."""
    noise = PATIENTS.assign(progression=[0.0] * 10 + [100.0] * 20 + [0.0] * 10)
    assert model.tuned(PATIENTS, 1.0) == min(model.GRID)
    assert model.tuned(noise, 1.0) == max(model.GRID)


def test_a_larger_parameter_dares_less() -> None:
    """The stronger the regularisation, the nearer are all estimates to their mean."""
    bold, timid = (model.estimate(model.fit(PATIENTS, value), PATIENTS) for value in (0.1, 1000.0))
    assert timid.max() - timid.min() < (bold.max() - bold.min()) / 2


def test_an_interval_is_as_wide_as_the_errors() -> None:
    """Half its width is near the size of the errors on patients that were not learned from, and about 0 without."""
    assert model.half_width(PATIENTS, regularisation=0.001) < 0.1
    assert 25 < model.half_width(SCATTERED, regularisation=0.001) < 40
