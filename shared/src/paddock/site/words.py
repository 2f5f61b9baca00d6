"""What pages say of a run, a gate or a moment in few words."""

from __future__ import annotations

from datetime import datetime

from paddock.site.history import Run

_TONES = {"published": "good", "audited": "good", "failed": "bad"}


def tone(run: Run | None) -> str:
    """How a run's end is coloured; what nothing vouches for is never good."""
    if run is None:
        return "neutral"
    if run.trust in ("unverified", "unreadable"):
        return "doubt"
    return _TONES.get(run.status, "neutral")


def iso(moment: datetime | None) -> str:
    """A moment for machines, to the second; nothing for none."""
    return moment.isoformat(timespec="seconds") if moment else ""


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun, such as 1 run, 1,204 runs."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
