"""The names of runs: each sorts after those before it, and no two clones give the same."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

# Six digits; who begins many runs within a second goes up by less than this each time.
_MOST, _STEP = 0xFF_FFFF, 0xFFFF


def name_of(begun: datetime, before: Iterable[str]) -> str:
    """Its start in UTC to the second, and random digits that are above those of the runs `before` it in that second."""
    second = f"{begun:%Y%m%d-%H%M%S}-"
    highest = max((_digits(name) for name in before if name.startswith(second)), default=None)
    number = secrets.randbelow(_MOST // 2) if highest is None else highest + 1 + secrets.randbelow(_STEP)
    return f"{second}{min(number, _MOST):06x}"


def _digits(name: str) -> int:
    try:
        return int(name.rpartition("-")[2], 16)
    except ValueError:
        return -1
