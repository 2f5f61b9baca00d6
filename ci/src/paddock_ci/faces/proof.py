"""The proof that a clean report is: what was looked at and run, what was skipped and why, what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paddock_ci.engine.check import Report
from paddock_ci.engine.job import Kind, Outcome, Status
from paddock_ci.faces.markdown import counted, prose
from paddock_ci.faces.telling import is_named

_MANY = 12  # projects that are named one by one


def lines(report: Report) -> Iterator[str]:
    """What a clean report proves, skips and leaves open, as parts of Markdown."""
    yield "### What this proves"
    yield "\n".join(f"- {line}" for line in (*_proven(report), *_skipped(report), *_open(report)))


def _proven(report: Report) -> Iterator[str]:
    if report.looked:
        things = counted(report.looked, "thing")
        yield f"**Looked at** {things} that projects and the workspace declare: no errors."
    for kind in Kind:
        passed = _of(report, kind, Status.PASSED)
        if passed:
            yield f"**Ran and passed:** {kind} of {_names(passed)}."
    if again := [outcome for outcome in report.audited.values() if outcome.status.is_good]:
        yield f"**Audited:** {counted(len(again), 'job')} ran again that would have been skipped, and passed again."


def _skipped(report: Report) -> Iterator[str]:
    for kind in Kind:
        if cached := _of(report, kind, Status.CACHED):
            saved = sum(outcome.seconds for outcome in cached)
            yield (
                f"**Skipped:** {kind} of {_names(cached)}, which passed before on the same inputs "
                f"({saved:.0f} s saved): harness, packages, files and datasets are the same."
            )
    if others := report.chosen.projects - len(report.chosen.ways):
        is_choice = report.chosen.ways and is_named(report.chosen)
        why = (
            "nobody named them"
            if is_choice
            else "nothing that changed is mentioned by them, directly or through others"
        )
        yield f"**Not checked:** {counted(others, 'other project')}: {why}."


def _open(report: Report) -> Iterator[str]:
    """What a reader might take for proven, and is not."""
    flaky = [outcome for outcome in report.outcomes.values() if outcome.status is Status.FLAKY]
    for outcome in sorted(flaky, key=lambda one: one.job):
        yield f"**Flaky:** {prose(str(outcome.job))} passed now, but {prose(outcome.reason or 'failed before')}."
    if report.chosen.ways and not report.outcomes:
        yield "**Not proven:** no job ran here, so whether tests, pipelines and notebooks pass is not known."


def _of(report: Report, kind: Kind, status: Status) -> list[Outcome]:
    return [outcome for job, outcome in report.outcomes.items() if job.kind is kind and outcome.status is status]


def _names(outcomes: Iterable[Outcome]) -> str:
    names = sorted(outcome.job.project for outcome in outcomes)
    more = f" and {len(names) - _MANY} more" if len(names) > _MANY else ""
    return ", ".join(map(prose, names[:_MANY])) + more
