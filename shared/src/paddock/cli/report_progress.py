"""What people see of reports while they are made, and at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from paddock.cli import console
from paddock.reports.result import Result
from paddock.reports.suite import REUSED, WORKING, Event, Listener

_STYLES = {"passed": "green", "failed": "bold red", REUSED: ""}


@contextmanager
def listening(quiet: bool) -> Iterator[Listener]:
    """A line for each notebook that is done; on a terminal also one for each that runs, with its cell."""
    if quiet:
        yield lambda event: None
    elif not console.out.is_terminal:
        yield lambda event: console.say(_line(event)) if event.status != WORKING else None
    else:
        with _live() as listener:
            yield listener


@contextmanager
def _live() -> Iterator[Listener]:
    # Slow imports, for terminals alone.
    from rich.live import Live
    from rich.text import Text

    running: dict[str, str] = {}
    with Live(console=console.out, transient=True, refresh_per_second=8) as live:

        def tell(event: Event) -> None:
            name = event.order.label
            if event.status == WORKING:
                running[name] = f"running  {name}  cell {event.cell} of {event.cells}"
            else:
                running.pop(name, None)
                live.console.print(_line(event), style=_STYLES.get(event.status, ""), markup=False)
            live.update(Text("\n".join(running.values())))

        yield tell


def show(results: Sequence[Result]) -> None:
    """Print the table of all results, what failed and why, and where the pages are."""
    console.table(("notebook", "status", "time", "cells", "executed because"), [_row(result) for result in results])
    for result in results:
        if not result.has_passed:
            console.say(f"{_name(result)}: {result.facts.reason}", _STYLES["failed"])
    for result in results:
        if result.has_passed and result.unkept:
            console.say(f"{_name(result)}: will be executed again next time: {result.unkept}")
    for folder in dict.fromkeys(result.report.parent for result in results):
        console.say(f"reports in {folder}")


def _row(result: Result) -> tuple[str, ...]:
    seconds = f"{result.facts.seconds:.2f} s"
    return _name(result), result.facts.status, seconds, str(result.facts.cells), result.why or "– (reused)"


def _line(event: Event) -> str:
    seconds = f"  {event.result.facts.seconds:.2f} s" if event.result and event.status != REUSED else ""
    return f"{event.status:<8} {event.order.label}{seconds}"


def _name(result: Result) -> str:
    return " ".join([result.name, *(f"{name}={value}" for name, value in result.given.items())])
