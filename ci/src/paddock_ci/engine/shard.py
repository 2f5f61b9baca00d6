"""Shards: the jobs of one change, split between machines that do not talk to each other."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path

from paddock.errors import ConfigurationError
from paddock.storage import durable

from paddock_ci.engine.job import Job, Outcome
from paddock_ci.repo.snapshot import DURATIONS

_SHARD = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")


def parsed(text: str) -> tuple[int, int]:
    """The number of a shard, from 1, and how many there are, from `2/5`; raises ConfigurationError."""
    match = _SHARD.fullmatch(text)
    if not match or int(match[1]) > int(match[2]):
        raise ConfigurationError(
            f"--shard {text}: expected K/N with K from 1 to N, got '{text}'", "Write, for instance: --shard 2/5"
        )
    return int(match[1]), int(match[2])


def part(jobs: Iterable[Job], number: int, count: int, durations: Mapping[str, float]) -> frozenset[Job]:
    """The jobs of shard `number` of `count`: each job goes to one shard, and all shards take about as long.

    All machines have to know the same durations, so these are committed. A project's jobs stay together, since they
    share what they need; the longest project goes first, to the shard with the least to do.
    """
    usual = statistics.median(durations.values()) if durations else 1.0
    projects: dict[str, list[Job]] = {}
    for job in sorted(jobs):
        projects.setdefault(job.project, []).append(job)
    seconds = {name: sum(durations.get(str(job), usual) for job in found) for name, found in projects.items()}
    loads, shards = [0.0] * count, [set[Job]() for _ in range(count)]
    for name in sorted(projects, key=lambda name: (-seconds[name], name)):
        least = loads.index(min(loads))
        loads[least] += seconds[name]
        shards[least].update(projects[name])
    return frozenset(shards[number - 1])


def load_durations(root: Path) -> dict[str, float]:
    """The committed seconds of each job, by its name; empty where there are none."""
    try:
        found = json.loads((root / DURATIONS).read_text(encoding="utf-8"))
        return {str(name): float(seconds) for name, seconds in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"{root / DURATIONS}: expected seconds by job, got {error}", "Make it again: paddock check --all --record"
        ) from error


def record(root: Path, outcomes: Iterable[Outcome]) -> None:
    """Write the seconds of these jobs beside those of others, for the next commit."""
    new = {str(outcome.job): round(outcome.seconds, 1) for outcome in outcomes if outcome.status.is_good}
    merged = dict(sorted({**load_durations(root), **new}.items()))
    durable.write_text(root / DURATIONS, json.dumps(merged, indent=1) + "\n")
