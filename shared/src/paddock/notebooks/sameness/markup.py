"""Markup that shows the same: HTML and SVG element by element, tables cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from paddock.notebooks.sameness import pictures
from paddock.notebooks.sameness.texts import Eye, without_drawn
from paddock.notebooks.sameness.texts import difference as difference_of_texts

_NAMES = {"id", "class", "for", "name", "headers", "aria-labelledby", "aria-describedby", "aria-controls"}
_PICTURE = re.compile(r"data:image/(?!svg)[\w.+-]+;base64,(?P<content>.*)", re.DOTALL)
_CODE = ("style", "script")
_CELLS = ("td", "th")


@dataclass
class _Part:
    """A start of an element, or a text, with its place in words; attributes as texts."""

    place: str
    element: str = ""
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass
class _Table:
    """Where in a table the reader is; the headings are those of its first row."""

    number: int
    row: int = 0
    column: int = 0
    headings: dict[int, str] = field(default_factory=dict)

    def place(self) -> str:
        """The cell in words."""
        heading = self.headings.get(self.column, "") if self.row > 1 else ""
        column = f"column '{heading}'" if heading else f"column {self.column}"
        return f"table {self.number}, row {self.row}, {column}: "


class _Reader(HTMLParser):
    """Reads markup into its parts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[_Part] = []
        self.count = 0
        self._tables: list[_Table] = []
        self._is_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element that begins."""
        self._is_code = tag in _CODE
        if tag == "table":
            self.count += 1
            self._tables.append(_Table(self.count))
        elif self._tables and tag == "tr":
            self._tables[-1].row += 1
            self._tables[-1].column = 0
        elif self._tables and tag in _CELLS:
            self._tables[-1].column += 1
        kept = {name: without_drawn(value or "") for name, value in attrs if name not in _NAMES}
        self.parts.append(_Part(self._place(), element=tag, attributes=kept))

    def handle_endtag(self, tag: str) -> None:
        """Take the end of one."""
        self._is_code = False
        if tag == "table" and self._tables:
            self._tables.pop()

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if data.strip():
            if self._tables and self._tables[-1].row == 1:
                self._tables[-1].headings[self._tables[-1].column] = " ".join(data.split())
            self.parts.append(_Part(self._place(), text=without_drawn(data) if self._is_code else data))

    def _place(self) -> str:
        return self._tables[-1].place() if self._tables and self._tables[-1].column else ""


def difference(before: str, after: str, eye: Eye) -> str:
    """The first difference of two pieces of markup, in words; empty when they show the same."""
    if before == after:
        return ""
    old, new = _read(before), _read(after)
    found = next(_differences(old, new, eye), "")
    if found or len(old) == len(new):
        return found
    return f"{len(old)} elements and texts became {len(new)}"


def _read(text: str) -> list[_Part]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.parts


def _differences(old: list[_Part], new: list[_Part], eye: Eye) -> Iterator[str]:
    for one, other in zip(old, new, strict=False):
        if one.element != other.element:
            yield f"{one.place}{_named(one)} became {_named(other)}"
        elif found := difference_of_texts(one.text.strip(), other.text.strip(), eye):
            yield f"{one.place}{found}"
        else:
            yield from _of_attributes(one, other, eye)


def _of_attributes(one: _Part, other: _Part, eye: Eye) -> Iterator[str]:
    for name in sorted(one.attributes.keys() | other.attributes.keys()):
        before, after = one.attributes.get(name, ""), other.attributes.get(name, "")
        old, new = _PICTURE.fullmatch(before), _PICTURE.fullmatch(after)
        if old and new:
            found = pictures.difference(old["content"], new["content"])
        else:
            found = difference_of_texts(before, after, eye)
        if found:
            yield f"{one.place}{name} of <{one.element}>: {found}"


def _named(part: _Part) -> str:
    return f"<{part.element}>" if part.element else f"'{' '.join(part.text.split())[:60]}'"
