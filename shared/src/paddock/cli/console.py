"""What people see: messages, tables and progress, plain where nobody watches."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from paddock.cli.fitting import PATH, fitted, longest_word
from paddock.errors import PaddockError
from paddock.telling.pages import page_of

_WRAPPED = {"description", "bound", "notebook", "executed because"}
# A place such as `a:100:` is no picture.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def say(text: str, style: str = "") -> None:
    """Print one line for people; `text` is taken literally."""
    out.print(escape(text), style=style)


def fail(error: PaddockError, page: str = "") -> None:
    """Print an error as its message, its remedy and the page about it (`page`, or that of what raised it)."""
    err.print(f"[bold red]error:[/] {escape(error.message)}")
    if error.remedy:
        err.print(escape(error.remedy))
    if found := page or page_of(error):
        err.print(f"More: {found}", style="dim")


def as_json(value: Any) -> None:
    """Print a value for machines, dates as ISO 8601."""
    sys.stdout.write(json.dumps(value, indent=1, default=str, ensure_ascii=False) + "\n")


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings; names and numbers stay whole, paths and reasons are cut, descriptions are wrapped."""
    console = Console(highlight=False, emoji=False)
    texts = fitted(headings, [[str(cell) for cell in row] for row in rows], _WRAPPED, console.width)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for at, heading in enumerate(headings):
        least = longest_word(heading, [row[at] for row in texts]) if heading == PATH else None
        shown.add_column(escape(heading), no_wrap=heading not in _WRAPPED, overflow="fold", min_width=least)
    for row in texts:
        shown.add_row(*(escape(cell) for cell in row))
    console.print(shown)
