"""The trend of each gate: its values over the verified runs of a project, and since when it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paddock.runs.record import DatasetFact, GateFact, Record
from paddock.site.history import Run, gates

_MOST_CHANGED = 5


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


def changes(before: Record, after: Record) -> tuple[str, ...]:
    """What a run was given otherwise than an earlier one, in words: data first, then parameters, code, packages."""
    return tuple(_changes(before, after))


def _changes(before: Record, after: Record) -> Iterator[str]:
    old, new = ({_named(fact): fact for fact in record.datasets if fact.role == "read"} for record in (before, after))
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
    yield from _file_changes(before, after)
    for name in sorted({*before.seeds, *after.seeds} if before.seeds and after.seeds else ()):
        if before.seeds.get(name) != after.seeds.get(name):
            yield f"seed {name} {before.seeds.get(name, '–')[:60]} → {after.seeds.get(name, '–')[:60]}"
    if before.host and after.host and before.host != after.host:
        yield "another machine"
    if before.environment != after.environment:
        yield f"environment {before.environment} → {after.environment}"


def _named(fact: DatasetFact) -> str:
    """The dataset; one that the code asked for by its version is a thing apart."""
    return f"{fact.name} (asked for)" if fact.asked else fact.name


def _file_changes(before: Record, after: Record) -> Iterator[str]:
    """Files that both read and that changed in between; of many, how many."""
    old, new = ({f.path: f.content_hash for f in record.files if f.role == "read"} for record in (before, after))
    changed = sorted(path for path in old.keys() & new.keys() if old[path] and new[path] and old[path] != new[path])
    yield from (f"file {path[:120]} changed" for path in changed[:_MOST_CHANGED])
    if len(changed) > _MOST_CHANGED:
        yield f"{len(changed) - _MOST_CHANGED} more files changed"


def _code(record: Record) -> str:
    return (record.commit[:8] or "not in git") + (" with edits" if record.dirty else "")
