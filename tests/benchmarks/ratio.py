"""A ratio of two times, measured in turns so that a busy machine slows both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """What took how long against which peer: medians in seconds over `rounds` turns."""

    name: str
    ours: float
    peer: float
    rounds: int

    def __str__(self) -> str:
        times = f"{self.ours * 1000:9.1f} ms against {self.peer * 1000:9.1f} ms"
        return f"{self.name:<58} {self.ours / self.peer:6.2f}x  ({times}, median of {self.rounds})"


def measure(name: str, ours: Callable[[], object], peer: Callable[[], object], rounds: int) -> Ratio:
    """Time `ours` and `peer` in turns, after one turn that warms caches."""
    ours()
    peer()
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(rounds)]
    return Ratio(name, *(statistics.median(column) for column in zip(*pairs, strict=True)), rounds)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
