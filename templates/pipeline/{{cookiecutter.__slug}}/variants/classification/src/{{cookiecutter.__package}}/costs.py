"""What a wrong decision costs."""

from __future__ import annotations

import pandas as pd

# A missed malignant mass counts as much as this many false alarms. Agree on it with those who decide today.
MISS_COST = 5.0


def decide(probability: pd.Series) -> pd.Series:
    """Say yes where the expected cost of no is larger: at a probability of 1 / (1 + MISS_COST) and above."""
    return probability >= 1 / (1 + MISS_COST)
