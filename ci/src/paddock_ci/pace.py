"""How often a health check asks, and how long it waits: whether somebody notices in time."""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")
# The least and the most, in seconds.
_LIMITS = {"interval": (0.0, 900.0), "timeout": (0.1, 300.0), "start-period": (0.0, 3600.0)}
_RETRIES = (1, 100)


def pace_fault(options: Mapping[str, object]) -> str:
    """Why a health check of these options would say nothing, or say it too late; nothing where it would not."""
    for name, (least, most) in _LIMITS.items():
        given = str(options.get(name, options.get(name.replace("-", "_"), "")))
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(given))
        if _PART.fullmatch(given) and not least <= seconds <= most:
            return f"{name} is {given}; expected {least:g} to {most:g} seconds"
    retries = str(options.get("retries", ""))
    if retries.isdigit() and not _RETRIES[0] <= int(retries) <= _RETRIES[1]:
        return f"retries is {retries}; expected {_RETRIES[0]} to {_RETRIES[1]}"
    return ""
