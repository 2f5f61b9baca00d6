"""What the model promises."""

from __future__ import annotations

import pandas as pd

from {{ cookiecutter.__package }} import model

SIZES = [float(size) for size in range(20)]
CASES = pd.DataFrame({"mean_radius": SIZES, "mean_texture": 0.1, "malignant": [size >= 12 for size in SIZES]})


def test_the_model_learns_what_tells_the_cases_apart() -> None:
    """The larger a mass, the more probable it is that it is malignant; those learned from are told apart."""
    found = model.probability(model.fit(CASES, regularisation=10.0), CASES)
    assert found.is_monotonic_increasing
    assert (found > 0.5).tolist() == CASES["malignant"].tolist()


def test_cross_validation_dares_only_what_holds() -> None:
    """Where a measurement tells the cases apart, the largest of the grid is taken; where none does, the least."""
    noise = CASES.assign(malignant=[False, True] * 10)
    assert model.tuned(CASES, 1.0) == max(model.GRID)
    assert model.tuned(noise, 1.0) == min(model.GRID)


def test_a_smaller_parameter_dares_less() -> None:
    """The stronger the regularisation, the nearer are all probabilities to one another."""
    bold, timid = (model.probability(model.fit(CASES, value), CASES) for value in (10.0, 0.001))
    assert timid.max() - timid.min() < (bold.max() - bold.min()) / 2


def test_each_case_keeps_its_probability() -> None:
    """Probabilities carry the index of their cases, in whatever order these come."""
    fitted = model.fit(CASES, regularisation=1.0)
    turned = model.probability(fitted, CASES.iloc[::-1])
    assert turned.sort_index().equals(model.probability(fitted, CASES))
