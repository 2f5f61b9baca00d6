"""The summary of a check in Markdown, for somebody who did not write the change.

First why it was checked, what is wrong and what to do next, then each job, then what else is to be known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from paddock_ci.affected.answer import Answer
from paddock_ci.engine.check import Report
from paddock_ci.engine.job import Outcome, Status
from paddock_ci.faces import proof
from paddock_ci.faces.markdown import code, counted, details, fitting, prose, table, way
from paddock_ci.faces.mending import items
from paddock_ci.faces.telling import LEFT_ALONE, is_named, plain, severity, told
from paddock_ci.finding import Finding

_OPEN = 10  # groups of findings, and rows of the table, that are shown without a click
_FEW = 3  # ways that are shown without a click
# Bytes of each part; together, with what stands between them, below the 1 MiB that GitHub takes.
_FINDINGS, _WAYS, _JOBS, _NOTES = 600_000, 120_000, 200_000, 60_000
_WORDS = {
    Status.PASSED: "✅ passed",
    Status.CACHED: "✅ skipped",
    Status.FLAKY: "⚠️ flaky",
    Status.FAILED: "❌ failed",
    Status.BLOCKED: "❌ blocked",
    Status.CRASHED: "💥 crashed",
}
# All that it found is borne with, by what the team says in [tool.paddock.checks].
_BORNE = "⚠️ failed, ignored"


def render(report: Report, notes: Sequence[str], root: Path) -> str:
    """The report as Markdown for the summary of a GitHub job, or a comment."""
    parts = [_title(report, root), _choice(report.chosen), *_ways(report.chosen)]
    parts += _findings(report, root)
    if report.is_clean:
        parts += proof.lines(report)
    parts += _jobs(report, root)
    parts += _notes(notes)
    return "\n\n".join(parts) + "\n"


def _title(report: Report, root: Path) -> str:
    severities = Counter(severity(one.finding) for one in told(report, root))
    milder = [f"{counted(severities[name], name)}" for name in ("warning", "note") if severities[name]]
    if report.is_clean:
        return f"## ✅ paddock check: {', '.join(['nothing to mend', *milder])}"
    faults = [counted(severities["error"], "error")] if severities["error"] else []
    alarm = ["skipping is not trusted"] if report.alarm else []
    return f"## ❌ paddock check: {', '.join([*faults, *alarm, *milder])}"


def _choice(chosen: Answer) -> str:
    """What was chosen, in one sentence."""
    since = f"what changed since {code(chosen.base[:12])}" if chosen.base else "the change"
    if chosen.everything:
        return f"All {chosen.projects} projects are checked: {prose(chosen.everything)}."
    if not chosen.ways:
        return f"None of {counted(chosen.projects, 'project')} is affected by {since}."
    if is_named(chosen):
        return f"{len(chosen.ways)} of {counted(chosen.projects, 'project')}: those that were named."
    return f"{len(chosen.ways)} of {counted(chosen.projects, 'project')} can be affected by {since}."


def _ways(chosen: Answer) -> Iterator[str]:
    """The shortest way to each project; not where the sentence above has said it for all of them."""
    if not chosen.ways or chosen.everything:
        return
    lines = [f"- **{prose(name)}**: {way(steps)}" for name, steps in chosen.ways.items()]
    kept, left = fitting(lines, _WAYS)
    kept += [f"- and {left} more: {code('paddock affected')}"] if left else []
    yield "\n".join(kept) if len(lines) <= _FEW else details(f"Why these {len(lines)} projects", kept)


def _findings(report: Report, root: Path) -> Iterator[str]:
    """What is to be mended, a heading for each code and file, the most telling first."""
    found = items(report, root)
    kept, left = fitting(found, _FINDINGS)
    if kept:
        yield "### What to mend" if not report.is_clean else "### What to look at"
    yield from kept[:_OPEN]
    if kept[_OPEN:]:
        yield details(f"{len(kept) - _OPEN} more", ["\n\n".join(kept[_OPEN:])])
    if left:
        yield f"**{left} more are left out here**, to keep below what GitHub takes; all: {code('paddock check --json')}"


def _jobs(report: Report, root: Path) -> Iterator[str]:
    """A table of all jobs, what is red first, what was skipped last."""
    outcomes = [(outcome, False) for outcome in report.outcomes.values()]
    outcomes += [(outcome, True) for outcome in report.audited.values()]
    if not outcomes:
        return
    outcomes.sort(key=lambda row: (row[0].status.is_good, row[0].status is Status.CACHED, row[0].job))
    found = {plain(one.finding) for one in told(report, root)}
    kept, left = fitting([" | ".join(_row(*row, found)) for row in outcomes], _JOBS)
    lines = table(("project", "job", "verdict", "seconds", "why it ran, or did not"), [[row] for row in kept])
    lines += [f"\nand {counted(left, 'more job')}"] if left else []
    yield "### Jobs"
    yield "\n".join(lines) if len(outcomes) <= _OPEN else details(_counts(outcomes), lines)


def _row(outcome: Outcome, is_audit: bool, findings: Set[Finding]) -> tuple[str, ...]:
    is_cached = outcome.status is Status.CACHED
    # The seconds of a skipped job are those of the time when it ran: what was saved.
    seconds = f"({outcome.seconds:.1f})" if is_cached else f"{outcome.seconds:.1f}"
    kind = f"{outcome.job.kind}{' (audit)' if is_audit else ''}"
    reason = outcome.reason or (LEFT_ALONE if is_cached else "")
    is_borne = outcome.status is Status.FAILED and not (is_audit or findings & {*outcome.findings})
    verdict = _BORNE if is_borne else _WORDS[outcome.status]
    return prose(outcome.job.project), kind, verdict, seconds, prose(reason)


def _counts(outcomes: Sequence[tuple[Outcome, bool]]) -> str:
    counts = Counter(outcome.status for outcome, _ in outcomes)
    return ", ".join(f"{counts[status]} {word}" for status, word in _WORDS.items() if counts[status])


def _notes(notes: Sequence[str]) -> Iterator[str]:
    if notes:
        kept, left = fitting([f"- {prose(note)}" for note in notes], _NOTES)
        kept += [f"- and {left} more"] if left else []
        yield "### Notes"
        yield "\n".join(kept) if len(notes) <= _OPEN else details(counted(len(notes), "note"), kept)
