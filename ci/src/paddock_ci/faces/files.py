"""The files in which other programs read a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from paddock.errors import ToolError
from paddock.storage import durable

if TYPE_CHECKING:
    from paddock_ci.engine.check import Report


class Wanted(NamedTuple):
    """Where JUnit XML, SARIF and a summary in Markdown are to be written."""

    junit: Path | None = None
    sarif: Path | None = None
    summary: Path | None = None


def write(wanted: Wanted, report: Report, notes: Sequence[str], root: Path) -> None:
    """Write what is wanted; the summary goes after what its file holds, as GitHub's does. Raises ToolError."""
    # Each takes time to load, and most checks want none.
    if wanted.junit:
        from paddock_ci.faces import junit

        durable.write_text(wanted.junit.absolute(), junit.render(report, notes, root))
    if wanted.sarif:
        from paddock_ci.faces import sarif

        durable.write_text(wanted.sarif.absolute(), sarif.render(report, notes, root))
    if wanted.summary:
        from paddock_ci.faces import summary

        _append(wanted.summary, summary.render(report, notes, root))


def _append(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise ToolError(f"{path}: cannot be written: {error.strerror}", "Name a file that you may write.") from error
