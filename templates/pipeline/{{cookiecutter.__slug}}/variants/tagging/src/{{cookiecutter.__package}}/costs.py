"""What a wrong tag costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from paddock.models.tagging import Flags

# A missed tag counts as much as this many false ones: the message waits with the wrong people, instead of one person
# more reading it in vain. Agree on it with those who answer.
MISS_COST = 3.0


def decide(score: ArrayLike) -> Flags:
    """Give a tag where the expected cost of leaving it out is larger: at a score of 1 / (1 + MISS_COST) and above."""
    return np.asarray(score, dtype=np.float64) >= 1 / (1 + MISS_COST)
