"""What the rule promises."""

from __future__ import annotations

import pandas as pd

from {{ cookiecutter.__package }} import rule


def test_the_rule_is_the_mean_of_the_class() -> None:
    """Patients of one weight class get the mean of that class, and a class without patients the overall mean."""
    training = pd.DataFrame({"bmi": [20.0, 22.0, 35.0], "progression": [100.0, 120.0, 200.0]})
    asked = pd.DataFrame({"bmi": [24.9, 30.0, 27.0]})
    assert rule.estimate(rule.fit(training), asked).tolist() == [110.0, 200.0, 140.0]
