"""Moments in a text: those of an execution's own time say when it was made, and not what."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# As far as a moment without a zone can lie from the same in UTC.
_ANY_ZONE = timedelta(hours=26)
_SLACK = timedelta(seconds=2)
_QUARTER = 900  # seconds: zones differ by whole quarters of an hour
_YEARS = (946_684_800, 4_102_444_800)  # what may be a moment as seconds since 1970: from 2000 to 2100


@dataclass(frozen=True)
class Window:
    """When an execution went on; without one, no moment is its own."""

    begun: datetime | None = None
    ended: datetime | None = None

    def holds(self, text: str) -> bool:
        """Whether a date, or a date with a time, lies in it; without a zone, in any zone."""
        moment = _parsed(text)
        if moment is None or self.begun is None or self.ended is None:
            return False
        slack = _ANY_ZONE if moment.tzinfo is None else _SLACK
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return self.begun - slack <= aware <= self.ended + slack

    def holds_clock(self, text: str) -> bool:
        """Whether a time of day without a date may be one in it, in some zone."""
        if self.begun is None or self.ended is None:
            return False
        hours, minutes, seconds = text.replace(",", ".").split(":")
        at = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        length = (self.ended - self.begun + 2 * _SLACK).total_seconds()
        return (at - (self.begun - _SLACK).timestamp()) % _QUARTER <= length

    def holds_seconds(self, value: float) -> bool:
        """Whether a number, as seconds since 1970 or as thousandths or less of them, lies in it."""
        if self.begun is None or self.ended is None:
            return False
        for unit in (1, 1e3, 1e6, 1e9):
            if _YEARS[0] <= value / unit <= _YEARS[1]:
                moment = datetime.fromtimestamp(value / unit, UTC)
                return self.begun - _SLACK <= moment <= self.ended + _SLACK
        return False


def window_of(metadata: Mapping[str, Any]) -> Window:
    """When a notebook was executed, as its metadata say."""
    told = metadata.get("papermill", {})
    begun, ended = _parsed(str(told.get("start_time") or "")), _parsed(str(told.get("end_time") or ""))
    return Window(begun, ended) if begun and ended and begun.tzinfo and ended.tzinfo else Window()


def _parsed(text: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text.replace(",", ".").removesuffix("UTC").strip())
    return None
