"""What the rule promises."""

from __future__ import annotations

import pandas as pd

from {{ cookiecutter.__package }} import rule


def test_the_rule_finds_the_thresholds_that_separate() -> None:
    """Where one measurement tells the cases apart, the rule makes no mistake."""
    sizes = [float(size) for size in range(20)]
    truth = [size >= 12 for size in sizes]
    cases = pd.DataFrame({"mean_radius": sizes, "mean_texture": 0.1, "malignant": truth})
    assert rule.decide(rule.fit(cases), cases).tolist() == truth
