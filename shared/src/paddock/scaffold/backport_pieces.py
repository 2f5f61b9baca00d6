"""The pieces of a rendered text: which stretch of the template's text made which stretch of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, Template, nodes

# Characters of no alphabet, which no text of a template has: they tell where each piece begins and ends.
_OPEN, _NUMBER, _CLOSE = "\ue0f0", "\ue0f1", "\ue0f2"
_MARK = re.compile(f"{_OPEN}(\\d+){_NUMBER}|{_CLOSE}")
_NEWLINE = re.compile(r"\r\n|\r")


@dataclass(frozen=True)
class Stretch:
    """A stretch of a template's text that can make output: text as it is, or a tag such as `{{ answer }}`.

    Where `is_raw`, tags would not be read in it.
    """

    start: int
    end: int
    is_tag: bool = False
    is_raw: bool = False


@dataclass(frozen=True)
class Piece:
    """What one stretch, by its number, made of the rendered text."""

    number: int
    text: str


@dataclass(frozen=True)
class Rendered:
    """A template's text with its stretches in order, and the pieces that it was rendered into."""

    source: str
    stretches: tuple[Stretch, ...]
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The rendered text."""
        return "".join(piece.text for piece in self.pieces)

    def tag(self, piece: Piece) -> str:
        """The tag that made a piece; empty where it was no tag."""
        stretch = self.stretches[piece.number]
        return self.source[stretch.start : stretch.end] if stretch.is_tag else ""


def rendered(text: str, environment: Environment, context: Mapping[str, Any]) -> Rendered | None:
    """The pieces of a template's text; None where its tags do more than put text in places one after the other.

    A text that is no template, or asks for an answer that there is not, is none either.
    """
    source = _NEWLINE.sub("\n", text)
    try:
        stretches = tuple(_stretches(source, environment))
        marked = _marked(source, environment, stretches)
        plain = environment.from_string(source).render(**context)
        pieces = _pieces(marked.render(**context)) if marked else None
    except Exception:
        # What tags call may fail in any way, such as one that includes another file.
        return None
    if pieces is None or "".join(piece.text for piece in pieces) != plain:
        return None
    return Rendered(source, stretches, pieces)


def _stretches(source: str, environment: Environment) -> Iterator[Stretch]:
    """In order, as the parser of Jinja comes upon them; what begins and ends a block, or says nothing, is none."""
    at = begun = 0
    is_raw = False
    for _, token, value in environment.lexer.tokeniter(source, None):
        # What lies between two tokens are blanks that a tag with a hyphen took away.
        first = source.index(value, at)
        at = first + len(value)
        if token in ("raw_begin", "raw_end"):
            is_raw = token == "raw_begin"
        elif token == "variable_begin":
            begun = first
        elif token == "variable_end":
            yield Stretch(begun, at, is_tag=True)
        elif token == "data" and value:
            yield Stretch(first, at, is_raw=is_raw)


def _marked(source: str, environment: Environment, stretches: tuple[Stretch, ...]) -> Template | None:
    """The template with a mark before and after whatever makes output."""
    tree = environment.parse(source)
    number = 0
    for output in tree.find_all(nodes.Output):
        children: list[nodes.Expr] = []
        for child in output.nodes:
            if number >= len(stretches) or stretches[number].is_tag == isinstance(child, nodes.TemplateData):
                return None
            children += [nodes.TemplateData(f"{_OPEN}{number}{_NUMBER}"), child, nodes.TemplateData(_CLOSE)]
            number += 1
        output.nodes = children
    if number != len(stretches):
        return None
    return Template.from_code(environment, environment.compile(tree), environment.make_globals(None))


def _pieces(text: str) -> tuple[Piece, ...] | None:
    """The outermost pieces of a marked text: what a macro made is one."""
    found: list[Piece] = []
    depth = at = begun = number = 0
    for mark in _MARK.finditer(text):
        if not depth and mark.start() > at:
            return None
        depth += 1 if mark[1] else -1
        if mark[1] and depth == 1:
            begun, number = mark.end(), int(mark[1])
        elif not mark[1] and not depth:
            found.append(Piece(number, _MARK.sub("", text[begun : mark.start()])))
        at = mark.end()
    return tuple(found) if not depth and at == len(text) else None
