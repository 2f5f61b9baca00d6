"""What people see of a check: a line per job that ran, where it stands, and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from paddock.cli import console
from rich.live import Live
from rich.spinner import Spinner

from paddock_ci.engine.job import Outcome, Status
from paddock_ci.finding import more

if TYPE_CHECKING:
    from paddock_ci.engine.check import Report
    from paddock_ci.engine.runner import Listener, Progress

_STYLES = {
    Status.PASSED: "green",
    Status.CACHED: "green",
    Status.FLAKY: "yellow",
    Status.FAILED: "bold red",
    Status.BLOCKED: "red",
    Status.CRASHED: "bold red",
}
_MANY = 12  # projects that are named one by one


@contextmanager
def listening(quiet: bool) -> Iterator[Listener]:
    """A line for each job that ran; on a terminal also a line that says what is running and how much is left."""
    if quiet:
        yield lambda progress: None
        return
    if not console.out.is_terminal:
        yield lambda progress: _tell(progress.outcome)
        return
    spinner = Spinner("dots", text="choosing")
    with Live(spinner, console=console.out, transient=True, refresh_per_second=8):

        def tell(progress: Progress) -> None:
            _tell(progress.outcome)
            running = ", ".join(map(str, progress.running[:3])) + (" …" if len(progress.running) > 3 else "")
            spinner.update(text=f"{progress.done} of {progress.total} jobs  {running}")

        yield tell


def _tell(outcome: Outcome) -> None:
    """What was taken from the cache is only counted, at the end."""
    if outcome.status is Status.CACHED:
        return
    reason = f"  ({outcome.reason})" if outcome.reason else ""
    console.say(f"{outcome.job!s:<30} {outcome.status}  {outcome.seconds:.1f} s{reason}", _STYLES[outcome.status])


def show(report: Report, notes: Sequence[str]) -> None:
    """Print what was chosen and why, what was found, and how much was looked at, run and skipped."""
    chosen = report.chosen
    if chosen.everything:
        console.say(f"all {chosen.projects} projects: {chosen.everything}")
    else:
        console.say(f"{len(chosen.ways)} of {chosen.projects} projects")
        for name, steps in list(chosen.ways.items())[:_MANY]:
            console.say(f"  {name}: {' → '.join(steps)}")
        if len(chosen.ways) > _MANY:
            console.say(f"  and {len(chosen.ways) - _MANY} more; see: paddock affected")
    for finding in report.findings:
        console.say(str(finding))
    if pointer := more(report.findings):
        console.say(pointer)
    for note in notes:
        console.say(note, "yellow")
    if report.alarm:
        console.say(f"nothing is skipped from now on: {report.alarm}", "bold red")
        console.say("Find out why, then: paddock check --trust")
    counts = Counter(outcome.status for outcome in report.outcomes.values())
    jobs = ", ".join(f"{count} {status}" for status, count in sorted(counts.items())) or "none"
    audited = f", {len(report.audited)} audited" if report.audited else ""
    console.say(f"looked at {report.looked} things; jobs: {jobs}{audited}; {len(report.findings)} findings")


def as_json(report: Report, notes: Sequence[str]) -> None:
    """Print the same for machines."""
    outcomes = (*report.outcomes.values(), *report.audited.values())
    jobs = [
        {
            "project": outcome.job.project,
            "kind": outcome.job.kind,
            "status": outcome.status,
            "seconds": round(outcome.seconds, 3),
            "reason": outcome.reason,
        }
        for outcome in outcomes
    ]
    console.as_json(
        {
            "projects": {name: list(steps) for name, steps in report.chosen.ways.items()},
            "everything": report.chosen.everything,
            "looked": report.looked,
            "findings": [asdict(finding) for finding in report.findings],
            "jobs": jobs,
            "notes": list(notes),
            "alarm": report.alarm,
        }
    )
