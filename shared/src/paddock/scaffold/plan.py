"""The plan of an update: what becomes of each file, decided before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from paddock.scaffold.decision import (
    Action,
    Change,
    Conflict,
    Decision,
    Three,
    decide_managed,
    decide_merged,
    decide_owned,
)
from paddock.scaffold.deviations import Deviation, deviation_for
from paddock.scaffold.entry import Entry, Obstacle, entry_at
from paddock.scaffold.ownership import DERIVED, Owner, owner_of

Files = Mapping[str, Entry]


@dataclass(frozen=True)
class Rules:
    """What an update has to keep to: whose each file is, and what the project declares.

    Where it `restores`, managed files are made as the template renders them, whatever the project made of them.
    """

    owners: Mapping[str, Owner]
    deviations: tuple[Deviation, ...] = ()
    today: date = date.min
    restores: bool = False


@dataclass(frozen=True)
class Plan:
    """What is done to each file, and what stands against it."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]

    def with_conflicts_written(self) -> tuple[Change, ...]:
        """What is done where the conflicts are written, too."""
        return tuple(sorted((*self.changes, *(found.choice for found in self.conflicts)), key=lambda one: one.path))


def plan_of(folder: Path, before: Files, after: Files, rules: Rules) -> Plan:
    """What the project in `folder` becomes, whose template rendered the files `before` and renders those `after`."""
    paths = sorted({*before, *after} - set(DERIVED))
    threes = [Three(path, before.get(path), entry_at(folder, path), after.get(path)) for path in paths]
    decided = {three.path: _decision(three, rules) for three in threes}
    gone = {path for path, found in decided.items() if isinstance(found, Change) and found.action is Action.DELETED}
    for three in threes:
        # What is in the way may go in the same update: a file that becomes a folder, or the other way round.
        if isinstance(three.ours, Obstacle) and _makes_way(folder, three.ours, gone):
            decided[three.path] = _decision(replace(three, ours=None), rules)
    found = decided.values()
    return Plan(
        tuple(decision for decision in found if isinstance(decision, Change)),
        tuple(decision for decision in found if isinstance(decision, Conflict)),
    )


def _decision(three: Three, rules: Rules) -> Decision:
    match owner_of(three.path, rules.owners):
        case Owner.OWNED:
            return decide_owned(three)
        case Owner.MERGED:
            return decide_merged(three)
    deviation = deviation_for(three.path, rules.deviations)
    if deviation and deviation.is_live(rules.today):
        return decide_merged(three)
    ended = f"its deviation ended on {deviation.until}" if deviation else ""
    return decide_managed(three, rules.restores, ended)


def _makes_way(folder: Path, obstacle: Obstacle, gone: Iterable[str]) -> bool:
    place = folder / obstacle.at
    if not place.is_dir() or place.is_symlink():
        return obstacle.at in gone
    inside = {path.relative_to(folder).as_posix() for path in place.rglob("*") if path.is_symlink() or path.is_file()}
    return inside <= set(gone)
