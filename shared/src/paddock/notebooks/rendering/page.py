"""The page: header, contents and notebooks in one HTML document with one style sheet."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from paddock.notebooks.rendering import cells
from paddock.notebooks.rendering.cells import Cell
from paddock.notebooks.rendering.header import Header
from paddock.notebooks.rendering.notebook import Notebook
from paddock.notebooks.rendering.outputs import Context, number
from paddock.notebooks.rendering.sanitizer import Heading, Sanitizer
from paddock.notebooks.rendering.styles import Styles

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).with_name("templates")
_GOOD = frozenset({"published", "audited", "passed"})
_BAD = frozenset({"failed"})


@dataclass(frozen=True)
class Section:
    """One notebook of the page; `title` is empty when its first cell has one."""

    name: str
    position: int
    anchor: str
    title: str
    is_failed: bool
    seconds: float | None
    cells: tuple[Cell, ...]
    headings: tuple[Heading, ...]


def compose(notebooks: Sequence[Notebook], header: Header) -> str:
    """The whole page as HTML that needs nothing else."""
    styles = Styles()
    sections = [_section(notebook, number, styles) for number, notebook in enumerate(notebooks, start=1)]
    sheet = f"{_style()}\n{styles.sheet()}"
    template = _environment().get_template("page.html.j2")
    page = template.render(
        header=header,
        tone="bad" if header.status in _BAD else "good" if header.status in _GOOD else "neutral",
        gates=sorted(header.gates, key=lambda gate: gate.held),
        failing=sum(not gate.held for gate in header.gates),
        tasks=[(name, status, duration(seconds)) for name, status, seconds in header.tasks],
        previous={gate.name: gate for gate in header.previous},
        sections=sections,
        sheet=Markup(sheet),
        sheet_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
    )
    # Half a character, which JSON can hold, has no bytes.
    return page.encode(errors="replace").decode()


def _section(notebook: Notebook, position: int, styles: Styles) -> Section:
    title = "" if notebook.starts_with_title else notebook.title
    sanitizer = Sanitizer(f"n{position}", styles, level=2 if title else 1)
    if title:
        sanitizer.headings.append(Heading(2, sanitizer.anchor(title), title))
    shown = tuple(cells.shown(notebook.cells, Context(sanitizer, notebook.language, notebook.folder)))
    return Section(
        name=notebook.name,
        position=position,
        anchor=f"n{position}",
        title=title,
        is_failed=notebook.is_failed,
        seconds=notebook.seconds,
        cells=shown,
        headings=tuple(heading for heading in sanitizer.headings if heading.level <= 3),
    )


def duration(seconds: float) -> str:
    """A duration for readers: 0.42 s, 12.3 s, 3 min 5 s, 2 h 4 min."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(text: str) -> str:
    """An ISO 8601 time for readers, with its zone in words; any other text as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found:%Y-%m-%d %H:%M:%S} {found.tzname() or ''}".strip()


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"duration": duration, "moment": moment, "number": number}
    return environment


@functools.cache
def _style() -> str:
    return (_TEMPLATES / "style.css").read_text(encoding="utf-8")
