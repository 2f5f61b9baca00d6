"""The trend of each gate: its values over the verified runs of a project, and since when it fails."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paddock.runs.record import GateFact, Record
from paddock.site.history import Run, gates

_BOUND = re.compile(r"\b(at least|above|at most|below) (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])")


@dataclass(frozen=True)
class Point:
    """What one run measured."""

    run: Run
    gate: GateFact


@dataclass(frozen=True)
class Trend:
    """The values of one gate, oldest first."""

    source: str
    name: str
    points: tuple[Point, ...]

    @property
    def newest(self) -> Point:
        """What the newest run that evaluated it measured."""
        return self.points[-1]

    @property
    def first_failed(self) -> Point | None:
        """The first of the runs in which it has failed without a break up to the newest; None when it holds."""
        found = None
        for point in reversed(self.points):
            if point.gate.held:
                break
            found = point
        return found

    @property
    def last_held(self) -> Point | None:
        """The newest run in which it held."""
        return next((point for point in reversed(self.points) if point.gate.held), None)


def trends(runs: Sequence[Run]) -> tuple[Trend, ...]:
    """The trends of all gates of a project's runs, oldest first, in the order in which gates first came.

    Records that nothing vouches for have no place in a trend.
    """
    points: dict[tuple[str, str], list[Point]] = {}
    for run in runs:
        for source, gate in gates(run) if run.is_verified else ():
            points.setdefault((source, gate.name), []).append(Point(run, gate))
    return tuple(Trend(source, name, tuple(found)) for (source, name), found in points.items())


def present(found: Sequence[Trend], runs: Sequence[Run]) -> tuple[Trend, ...]:
    """The trends of the gates that the newest verified run with gates evaluated; older ones are history."""
    evaluated = [run for run in runs if run.is_verified and next(gates(run), None)]
    return tuple(trend for trend in found if evaluated and trend.newest.run is evaluated[-1])


def bounds_of(gate: GateFact) -> tuple[float, ...]:
    """The numbers in the bounds of a gate, which stand there in words."""
    return tuple(value for _, text in _BOUND.findall(gate.bounds) if math.isfinite(value := float(text)))


def changes(before: Record, after: Record) -> tuple[str, ...]:
    """What a run was given otherwise than an earlier one, in words: data first, then parameters, code, packages."""
    return tuple(_changes(before, after))


def _changes(before: Record, after: Record) -> Iterator[str]:
    old, new = ({fact.name: fact for fact in record.datasets if fact.role == "read"} for record in (before, after))
    for name in sorted({*old, *new}):
        if name not in old or name not in new:
            yield f"{name} is read no more" if name in old else f"{name} version {new[name].version} is read now"
        elif old[name].content_hash != new[name].content_hash:
            yield f"{name} version {old[name].version} → {new[name].version}"
    hashes, others = ({fact.name: fact.content_hash for fact in record.sources} for record in (before, after))
    for name in sorted({*hashes, *others}):
        if hashes.get(name) != others.get(name):
            yield f"source {name} changed"
    for name in sorted({*before.parameters, *after.parameters}):
        was, is_ = before.parameters.get(name, "–"), after.parameters.get(name, "–")
        if was != is_:
            yield f"parameter {name} {was[:60]} → {is_[:60]}"
    if (before.commit, before.dirty) != (after.commit, after.dirty) or (after.dirty and before.dirty):
        yield f"code {_code(before)} → {_code(after)}"
    if (before.packages_hash, before.python) != (after.packages_hash, after.python):
        yield "installed packages changed"
    if before.environment != after.environment:
        yield f"environment {before.environment} → {after.environment}"


def _code(record: Record) -> str:
    return (record.commit[:8] or "not in git") + (" with edits" if record.dirty else "")
