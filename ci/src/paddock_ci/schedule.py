"""The schedule of a project in words, as the model card of its README.md says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def schedule_fault(settings: Mapping[str, Any], text: str) -> str:
    """What the row says otherwise than the settings of [tool.paddock], or nothing."""
    unsaid = [word for word in _expected(settings) if not re.search(rf"(?<![\d:]){word}(?![\d:])", text)]
    faults = [f"the schedule is '{text}'; expected {', '.join(unsaid)}, which pyproject.toml says"] if unsaid else []
    if pace := _other_pace(settings, text):
        faults.append(f"the schedule says {pace!r}; expected what pyproject.toml says")
    return "; ".join(faults)


def schedule_words(settings: Mapping[str, Any]) -> str:
    """What the row may say, such as `daily at 05:00 UTC, published within 60 minutes`; nothing without a schedule."""
    fields, minutes = str(settings.get("schedule", "")).split(), settings.get("deadline_minutes")
    within = f", published within {minutes} minutes" if minutes else ""
    if time := _time(fields):
        day = _DAYS[int(fields[4]) % 7] if re.fullmatch("[0-7]", fields[4]) else ""
        on = f" on {day}" if day else ""
        return f"{_pace(fields)}{on} at {time} UTC{within}"
    return f"{' '.join(fields)} (UTC){within}" if fields else ""


def _expected(settings: Mapping[str, Any]) -> Iterator[str]:
    """What the row must say: minutes until the deadline, the time of day where it is one."""
    if minutes := settings.get("deadline_minutes"):
        yield str(minutes)
    if time := _time(str(settings.get("schedule", "")).split()):
        yield time


def _time(fields: list[str]) -> str:
    is_one = len(fields) == 5 and fields[0].isdigit() and fields[1].isdigit()
    return f"{int(fields[1]):02}:{int(fields[0]):02}" if is_one else ""


def _pace(fields: list[str]) -> str:
    return "daily" if fields[2:] == ["*", "*", "*"] else "monthly" if fields[4] == "*" else "weekly"


def _other_pace(settings: Mapping[str, Any], text: str) -> str:
    """The word for how often it runs that is not so, or nothing."""
    fields = str(settings.get("schedule", "")).split()
    if not _time(fields):
        return ""
    pace, words = _pace(fields), set(re.findall(r"\w+", text.lower()))
    others = {"daily", "weekly", "monthly", "hourly", "yearly"} - {pace}
    return min(others & words, default="") if pace not in words else ""
