"""The determinism of a run's notebooks: executed under two circumstances, and what makes a cell differ."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from paddock.notebooks.sameness import CellDifference, compare
from paddock.notebooks.variation import VARIABLE
from paddock.project import Project
from paddock.runs.progress import Listener, ignore
from paddock.runs.record import Record
from paddock.runs.replay import Scene, scene_of

_SHIFT = 400 * 86_400 + 5_025  # seconds: another year, month, day, hour and minute
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS")


class Cause(StrEnum):
    """Why a cell does not show the same twice."""

    HASHES = "hash order"
    CLOCK = "clock"
    CHANCE = "unseeded randomness"
    THREADS = "threads"
    PLACE = "path or host"
    UNKNOWN = "unknown"


REMEDIES: Mapping[Cause, str] = {
    Cause.HASHES: "Sort what comes from a set, or from hash(), before it is shown: sorted(names).",
    Cause.CLOCK: "Take the date as a parameter (as_of: date = date(2026, 1, 31)), and show no time of day.",
    Cause.CHANCE: "Give each generator a seed: numpy.random.default_rng(0), random_state=0, random.Random(0).",
    Cause.THREADS: "Let one thread add up, or round what is shown: sums depend on their order in the last digits.",
    Cause.PLACE: "Show paths relative to the project, and nothing of the machine or the user.",
    Cause.UNKNOWN: "Look at the cell: it differs from one execution to the next under the same circumstances.",
}
# What a cell says itself, where it differs although nothing was varied.
_HINTS = (
    (Cause.CHANCE, re.compile(r"random|rng|shuffle|sample\(|uuid|secrets|urandom|token_")),
    (Cause.CLOCK, re.compile(r"\btime\b|perf_counter|monotonic|now\(|today\(|utcnow|process_time|timeit")),
    (Cause.THREADS, re.compile(r"[Tt]hread|n_jobs|concurrent|multiprocessing|asyncio|as_completed")),
    (Cause.PLACE, re.compile(r"getpid|hostname|gethostname|getcwd|\bcwd\(|tempfile|platform\.node|\bid\(")),
)


@dataclass(frozen=True)
class Unstable:
    """A cell that did not show the same twice: what differs, why, and what to do."""

    notebook: str
    cell: int
    id: str
    what: str
    cause: Cause

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.cause]


@dataclass(frozen=True)
class Examined:
    """What became of an examination; `executions` is how often a notebook was executed."""

    run: str
    project: str
    unstable: tuple[Unstable, ...]
    executions: int


@dataclass
class _Examination:
    """Executions of one notebook so far, all compared with the first."""

    scene: Scene
    source: str
    folder: Path
    tolerance: float
    listener: Listener
    executions: int = 0
    first: Any = None
    causes: dict[str, Cause] = field(default_factory=dict)

    def found(self) -> list[Unstable]:
        """Execute twice; only where cells differ, again with one circumstance at a time."""
        self.first = self._executed(())
        differing = self._differing(tuple(_VARIED))
        if differing:
            self._attribute(differing)
        sources = {cell.get("id"): cell.source for cell in self.first.cells}
        return [
            Unstable(
                self.source, one.cell, one.id, f"{one.kind}: {one.what}", self._cause(one, sources.get(one.id, ""))
            )
            for one in differing.values()
        ]

    def _attribute(self, differing: Mapping[str, CellDifference]) -> None:
        """Say why each cell differs, as far as one circumstance alone makes it differ."""
        by_itself = self._differing(())
        left = {name for name in differing if name not in by_itself}
        for cause in _VARIED:
            if not left:
                return
            seen = left & set(self._differing((cause,)))
            self.causes.update(dict.fromkeys(seen, cause))
            left -= seen

    def _cause(self, one: CellDifference, source: str) -> Cause:
        hinted = (cause for cause, pattern in _HINTS if pattern.search(source))
        return self.causes.get(one.id) or next(hinted, Cause.UNKNOWN)

    def _differing(self, varied: Iterable[Cause]) -> dict[str, CellDifference]:
        """The first difference of each cell when these circumstances are other ones."""
        found = compare(self.first, self._executed(varied), self.tolerance)
        return {one.id: one for one in reversed(found)}

    def _executed(self, varied: Iterable[Cause]) -> Any:
        from paddock.notebooks.document import load

        self.executions += 1
        place = self.folder / str(self.executions)
        output = place / self.source
        self.scene.execute(self.source, output, _environment(frozenset(varied), place), self.listener)
        return load(output)


def examine(project: Project, record: Record, tolerance: float, listener: Listener = ignore) -> Examined:
    """Execute each notebook of `record` with another hash seed, clock, random state, number of threads and place.

    Both executions see what the run saw; nothing is published. Raises what `replay` raises.
    """
    scene, found, count = scene_of(project, record), [], 0
    scene.session.sources.update({source.name: source.content_hash for source in record.sources})
    with tempfile.TemporaryDirectory(prefix="paddock-replay-") as scratch:
        for number, fact in enumerate(record.notebooks):
            one = _Examination(scene, fact.source, Path(scratch, str(number)), tolerance, listener)
            found += sorted(one.found(), key=lambda unstable: unstable.cell)
            count += one.executions
    return Examined(record.run, project.name, tuple(found), count)


def _environment(varied: frozenset[Cause], place: Path) -> dict[str, str]:
    """The variables of an execution: the same for all, but for what is varied."""
    shift = _SHIFT if Cause.CLOCK in varied else 0
    found = {
        "PYTHONHASHSEED": "2" if Cause.HASHES in varied else "1",
        VARIABLE: json.dumps({"seed": 2 if Cause.CHANCE in varied else 1, "shift": shift}),
    }
    for cause in varied:
        found |= _VARIED[cause](place)
    return found


def _of_threads(_: Path) -> dict[str, str]:
    return {name: "2" if os.environ.get(name) == "1" else "1" for name in _THREADS}


def _of_place(place: Path) -> dict[str, str]:
    folder = place / "elsewhere"
    folder.mkdir(parents=True)
    return {"TMPDIR": str(folder), **dict.fromkeys(("USER", "LOGNAME", "HOSTNAME"), "somebody-else")}


# What each cause alone makes other than in the first execution, besides the seeds.
_VARIED = {
    Cause.HASHES: lambda place: {},
    # As far from UTC as zones are, for code that asks the system itself.
    Cause.CLOCK: lambda place: {"TZ": "Etc/GMT-14"},
    Cause.CHANCE: lambda place: {},
    Cause.THREADS: _of_threads,
    Cause.PLACE: _of_place,
}
