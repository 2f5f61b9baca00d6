"""Patience with a process that is to end: as long as it works it is given time, to a bound."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from paddock.notebooks import patience
from paddock.notebooks.patience import Patience

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has had")
_SECONDS = 4.0


class Clock:
    """Seconds that pass as told, and what a process has had of the processor."""

    def __init__(self) -> None:
        self.now, self.had = 100.0, 7.0

    def passes(self, seconds: float, working: float) -> None:
        """So many seconds pass, of which the process works a share."""
        self.now += seconds
        self.had += seconds * working


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in the place of the system's."""
    made = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: made.now)
    monkeypatch.setattr(patience, "_processor_seconds", lambda pid: made.had)
    return made


@pytest.mark.parametrize(("working", "expected"), [(0.0, 4), (0.01, 4), (1.0, 4), (0.5, 8), (0.1, 40)])
def test_it_runs_out(clock: Clock, working: float, expected: float) -> None:
    """Of who waits after its seconds; of who works, when it has had as many, however long the machine takes."""
    watched, begun = Patience(1, _SECONDS), clock.now
    while not watched.is_over():
        clock.passes(0.125, working)
    assert clock.now - begun == pytest.approx(expected, abs=0.25)


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process that works and works."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        yield process
        process.kill()


def test_it_sees_a_real_process_work(busy: subprocess.Popen[bytes]) -> None:
    """By what the system tells of it."""
    watched = Patience(busy.pid, 0.2)
    while not watched.is_over():
        pass
    assert patience._processor_seconds(busy.pid) >= 0.2
    assert patience._processor_seconds(2**22 + 1) == 0
