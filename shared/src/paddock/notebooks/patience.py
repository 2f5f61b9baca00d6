"""Patience with a process that is to end: on a busy machine it takes longer, and works as long as it lives."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass

from paddock.notebooks import vitals

# Of the seconds that it may take: who had less of the processor did nothing but wait.
_SHARE = 0.05


@dataclass
class Patience:
    """Runs out when a process has had `seconds` of processor time, or hardly any within as many seconds.

    Where the system does not tell what a process has had (it is Linux that does), after that many seconds.
    """

    pid: int
    seconds: float
    _worked: float = 0.0
    _had: float = 0.0
    _before: float = 0.0

    def __post_init__(self) -> None:
        self._worked, self._before = time.monotonic(), _processor_seconds(self.pid)

    def is_over(self) -> bool:
        """Whether it is; to be asked again and again."""
        now, had = time.monotonic(), _processor_seconds(self.pid) - self._before
        if had >= self._had + _SHARE * self.seconds:
            self._worked, self._had = now, had
        return had >= self.seconds or now - self._worked >= self.seconds


def _processor_seconds(pid: int) -> float:
    # User's and system's ticks are the fields 14 and 15.
    return sum(map(int, vitals.facts(pid)[11:13])) / os.sysconf("SC_CLK_TCK") if sys.platform == "linux" else 0.0
