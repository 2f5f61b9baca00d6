"""The CPU seconds of whole processes: what they make the machine work, however busy it is with something else."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """The least and the median CPU seconds of a command, and what it printed the last time."""

    least: float
    median: float
    said: str = ""


def cpu(
    command: Sequence[str | Path],
    folder: Path,
    rounds: int = 7,
    before: Callable[[int], object] = lambda number: None,
    environment: Mapping[str, str] | None = None,
    codes: Collection[int] = (0,),
) -> Cost:
    """Run `command` in `folder` that often, each time after `before(number)`, which does not count.

    User and system time of the process and of all below it that were waited for. Raises RuntimeError when it ends with
    a code that is not among `codes`.
    """
    times, said = [], ""
    for number in range(rounds):
        before(number)
        begun = _spent()
        answer = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        times.append(_spent() - begun)
        said = answer.stdout
        if answer.returncode not in codes:
            raise RuntimeError(f"{' '.join(map(str, command))}\n{answer.stdout}{answer.stderr}")
    return Cost(min(times), statistics.median(times), said)


def cpu_line(name: str, cost: Cost, bound: float | None = None) -> str:
    """A figure in CPU seconds, with its bound if it has one, and whether the median reaches it."""
    limit = "" if bound is None else f"; bound {bound:g} s{'' if cost.median <= bound else ', MISSED'}"
    return f"{name:<62} {cost.median:7.3f} s CPU  (least {cost.least:.3f} s{limit})"


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
