"""The pages of all runs: a hundred a page for readers, and all of them as one script for search and filters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from paddock.notebooks.rendering.words import visible
from paddock.site.entry import Entry, Files, key_of, page
from paddock.site.history import Run
from paddock.site.inventory import Inventory
from paddock.site.naming import run_page, runs_page
from paddock.site.words import iso, tone

_A_PAGE = 100


def entries(found: Inventory) -> Iterator[Entry]:
    """The pages of all runs, newest first, and the script of their rows.

    Pages are counted from the oldest run, so that a new run changes none but the first.
    """
    rows = [row(run) for run in found.runs]
    older = max(len(rows) // _A_PAGE - 1, 0)
    for number in range(older + 1):
        end = len(rows) - number * _A_PAGE
        part = rows[: len(rows) - older * _A_PAGE] if number == older else rows[end - _A_PAGE : end]
        is_first = number == older
        facts = {"rows": part, "number": number + 1, "pages": older + 1, "is_first": is_first}
        choices = _choices(rows) | {"count": len(rows)} if is_first else {}
        yield page("runs.html" if is_first else runs_page(number + 1), "runs.html.j2", facts | choices, found.docs)

    def make() -> Files:
        shown = [_shown(facts) for facts in rows]
        return {"data/runs.js": f"paddockData('data/runs.js',{json.dumps(shown, separators=(',', ':'))});\n".encode()}

    yield Entry("data/runs.js", key_of("rows", rows), make)


def row(run: Run) -> tuple[Any, ...]:
    """A run as a line of a table: project, run, status, tone, environment, start, seconds, gates held and in all, what
    fails, trust, what search finds besides, and whether it was a trial."""
    record = run.record
    gates = record.gates if record else ()
    failing = ", ".join(gate.name for gate in gates if not gate.held)
    return (
        run.project,
        run.name,
        run.status,
        tone(run),
        record.environment if record else "",
        iso(run.started),
        record.seconds if record else None,
        sum(gate.held for gate in gates),
        len(gates),
        failing or (run.fault if not run.is_verified else ""),
        "" if run.is_verified or run.status == run.trust else run.trust,
        f"{record.commit[:12]} {' '.join(d.name for d in record.datasets)} {record.reason[:200]}" if record else "",
        record.asked if record else "",
    )


def _choices(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "projects": sorted({facts[0] for facts in rows}),
        "statuses": sorted({facts[2] for facts in rows}),
        "environments": sorted({facts[4] for facts in rows if facts[4]}),
    }


def _shown(facts: tuple[Any, ...]) -> list[Any]:
    """The row as the script shows it, with the address of the run's page before its last."""
    texts: list[Any] = [visible(value) if isinstance(value, str) else value for value in facts]
    seconds = texts[6] if texts[6] is not None and abs(texts[6]) < 1e309 else None
    return [*texts[:6], seconds, *texts[7:12], run_page(facts[0], facts[1]), texts[12]]
