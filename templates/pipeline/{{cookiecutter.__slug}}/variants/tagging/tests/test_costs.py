"""What the decisions promise."""

from __future__ import annotations

import numpy as np

from {{ cookiecutter.__package }} import costs


def test_a_missed_tag_weighs_more_than_a_false_one() -> None:
    """The model gives a tag from one in four on, since a missed one costs three false ones."""
    assert costs.decide([0.0, 0.24, 0.25, 1.0]).tolist() == [False, False, True, True]


def test_no_other_threshold_costs_less() -> None:
    """Where scores mean what they say, deciding by them costs as little as any decision could."""
    score = np.linspace(0, 1, 101)
    cost_of = np.where(costs.decide(score), 1 - score, costs.MISS_COST * score)
    assert (cost_of <= np.minimum(1 - score, costs.MISS_COST * score) + 1e-9).all()
