"""The telling of a report: which findings are told, and which of them first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from paddock_ci.affected.answer import Answer
from paddock_ci.engine.check import Report
from paddock_ci.engine.job import Status
from paddock_ci.finding import Finding
from paddock_ci.places import Place, parsed
from paddock_ci.policy import SEVERITIES

LEFT_ALONE = "passed before on the same inputs"


class Told(NamedTuple):
    """A finding with its place."""

    finding: Finding
    place: Place


def told(report: Report, root: Path) -> list[Told]:
    """All findings, the most telling first, and those of jobs that nobody asked for but that stop others.

    Errors come first; what was run before what was only looked at; what is only a consequence last; and one finding of
    each code and file before the next of the same.
    """
    found = [Told(finding, parsed(finding.place, root)) for finding in _all(report)]
    jobs = by_jobs(report)
    seen: Counter[tuple[str, str]] = Counter()
    ranks = {}
    for number, one in enumerate(found):
        same = (one.finding.code, one.place.path)
        ranks[number] = (*_rank(one.finding, jobs.get(plain(one.finding), ())), seen[same], number)
        seen[same] += 1
    return [found[number] for number in sorted(ranks, key=ranks.__getitem__)]


def by_jobs(report: Report) -> dict[Finding, list[Status]]:
    """The findings that jobs told, rather than checks that only look, with how these jobs ended.

    The severity is left out (it is always `error`), since a policy may have changed it in the report.
    """
    found: dict[Finding, list[Status]] = {}
    for outcome in (*report.outcomes.values(), *report.audited.values()):
        for finding in outcome.findings:
            found.setdefault(plain(finding), []).append(outcome.status)
    return found


def plain(finding: Finding) -> Finding:
    """The finding as `by_jobs` knows it."""
    return replace(finding, severity=SEVERITIES[0])


def severity(finding: Finding) -> str:
    """How grave it is: one of `error`, `warning`, `note`."""
    return finding.severity if finding.severity in SEVERITIES else SEVERITIES[0]


def _all(report: Report) -> Iterable[Finding]:
    """The report's own findings, then the causes that it leaves out: why a needed job failed, why an audit alarmed."""
    needed = [outcome for job, outcome in report.outcomes.items() if job.project not in report.chosen.ways]
    alarming = [outcome for outcome in report.audited.values() if report.alarm and outcome.passed_before]
    outcomes = [outcome for outcome in (*needed, *alarming) if not outcome.status.is_good and not report.is_clean]
    causes = [finding for outcome in outcomes for finding in outcome.findings]
    known = {plain(finding) for finding in report.findings}
    # A finding that two checks share is told once.
    return dict.fromkeys((*report.findings, *(finding for finding in causes if finding not in known)))


def _rank(finding: Finding, statuses: Sequence[Status]) -> tuple[int, bool, bool]:
    return SEVERITIES.index(severity(finding)), Status.BLOCKED in statuses, not statuses


def is_named(chosen: Answer) -> bool:
    """Whether the projects were named, rather than chosen by what changed."""
    return all(steps == ("named",) for steps in chosen.ways.values())
