"""The page: header, contents and notebooks in one HTML document with one style sheet."""

from __future__ import annotations

import base64
import functools
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from paddock.notebooks.rendering import cells, sparkline
from paddock.notebooks.rendering.cells import Cell
from paddock.notebooks.rendering.header import Gate, Header
from paddock.notebooks.rendering.notebook import Notebook
from paddock.notebooks.rendering.outputs import Context
from paddock.notebooks.rendering.sanitizer import Heading, Sanitizer
from paddock.notebooks.rendering.styles import Styles
from paddock.notebooks.rendering.words import duration as duration
from paddock.notebooks.rendering.words import moment, number, visible

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
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


@dataclass(frozen=True)
class Line:
    """One gate of the header, with what it was before and how it went over time."""

    gate: Gate
    before: Gate | None
    spark: Markup
    words: str


def compose(notebooks: Sequence[Notebook], header: Header) -> str:
    """The whole page as HTML that needs nothing else."""
    styles = Styles()
    sections = [_section(notebook, number, styles) for number, notebook in enumerate(notebooks, start=1)]
    sheet = f"{style()}\n{styles.sheet()}"
    template = environment().get_template("page.html.j2")
    page = template.render(
        header=header,
        tone="bad" if header.status in _BAD else "good" if header.status in _GOOD else "neutral",
        gates=sorted(_gates(header), key=lambda line: line.gate.held),
        failing=sum(not gate.held for gate in header.gates),
        tasks=[(name, status, duration(seconds)) for name, status, seconds in header.tasks],
        has_previous=bool(header.previous),
        has_history=bool(header.histories),
        sections=sections,
        sheet=Markup(sheet),
        sheet_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
    )
    # Half a character, which JSON can hold, has no bytes.
    return page.encode(errors="replace").decode()


def _gates(header: Header) -> Iterator[Line]:
    previous = {gate.name: gate for gate in header.previous}
    for gate, history in itertools.zip_longest(header.gates, header.histories[: len(header.gates)]):
        words = history.words if history else ""
        told = f"{gate.name}: {number(gate.value)}, {gate.bounds}; {words}"
        picture = sparkline.spark(history.gates, visible(told)) if history else Markup()
        yield Line(gate, previous.get(gate.name), picture, words)


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


@functools.cache
def environment() -> Environment:
    """The templates of all pages."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"duration": duration, "moment": moment, "number": number}
    return made


@functools.cache
def style() -> str:
    """The style sheet of all pages."""
    return (TEMPLATES / "style.css").read_text(encoding="utf-8")
