"""Numbers, durations and moments as readers like them."""

from __future__ import annotations

import math
from datetime import datetime


def number(value: object, signed: bool = False) -> str:
    """A number for readers, in six digits; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):+d}" if signed else str(int(value))
    return f"{value:+.6g}" if signed else f"{value:.6g}"


def duration(seconds: float) -> str:
    """A duration for readers: 0.42 s, 12.3 s, 3 min 5 s, 2 h 4 min."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(text: str) -> str:
    """An ISO 8601 time for readers, with its zone in words; any other text as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found:%Y-%m-%d %H:%M:%S} {found.tzname() or ''}".strip()
