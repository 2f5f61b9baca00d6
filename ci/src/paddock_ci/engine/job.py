"""A job: one kind of work for one project, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from paddock_ci.finding import Finding


class Kind(StrEnum):
    """What a job does with its project; its value names it in commands and keys."""

    RUN = "run"
    TESTS = "tests"


# The codes under which each kind reports; the first is that of a job which ends without saying anything.
CODES = {Kind.RUN: ("PL101", "NB301"), Kind.TESTS: ("PT201",)}


class Job(NamedTuple):
    """A kind of work for a project."""

    project: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.kind} {self.project}"


class Status(StrEnum):
    """How a job ended; only `PASSED` is ever kept.

    FLAKY passed now, but failed before on the same inputs. BLOCKED could not start, since what it needs failed.
    CRASHED is our bug: it ended without a verdict.
    """

    PASSED = "passed"
    CACHED = "cached"
    FLAKY = "flaky"
    FAILED = "failed"
    BLOCKED = "blocked"
    CRASHED = "crashed"

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with the project, as far as this job can tell."""
        return self in (Status.PASSED, Status.CACHED, Status.FLAKY)


@dataclass(frozen=True)
class Outcome:
    """How a job ended: what it found, its seconds, why it ran or did not, and the content hashes of its datasets.

    `outputs` holds its datasets' files, by dataset. `passed_before` says that it was kept as passed on the same
    inputs, though it ran again; `is_hermetic` that it could use nothing but its inputs, else it is never kept.
    """

    job: Job
    status: Status
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    datasets: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Path] = field(default_factory=dict)
    passed_before: bool = False
    is_hermetic: bool = True


def ended(job: Job, status: Status, message: str, remedy: str, seconds: float = 0.0) -> Outcome:
    """The outcome of a job that has one thing to say, under its first code and about its project as a whole."""
    finding = Finding(CODES[job.kind][0], f"projects/{job.project}", message, remedy)
    return Outcome(job, status, (finding,), seconds)
