"""What a page in Markdown says: titles, anchors, links, blocks, inline code, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from paddock_ci.docs.anchors import slugs
from paddock_ci.docs.html import tags

_FRONT_MATTER = re.compile(r"---\n(?:[\w-]+:|#).*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_LABEL = re.compile(r"^\(([^\s()]+)\)=$", re.MULTILINE)
# What a reader sees as brackets, although somebody meant a link: its label is defined nowhere, or its path has spaces.
_MISREAD = re.compile(
    r"(?<![\w\])!\[\0])!?\[(?!\^)[^\[\]\n]+\](?:\[[^\[\]\n]*\]|\([^()\s][^()\n]*(?:/[^()\n]*|\.\w{1,5}(?:\#[\w-]*)?)\))"
)
_DIRECTIVES = ("code-block", "code", "code-cell", "sourcecode")
_OPTIONS = re.compile(r"(?::[\w-]+:.*\n)+")
_NOT_PROSE = ("code_inline", "html_inline", "image")


class Part(NamedTuple):
    """A piece of text, and the line on which it begins, from 1."""

    text: str
    line: int


class Block(NamedTuple):
    """A block of code: its language (empty where none is named), its text, the line on which that begins."""

    language: str
    text: str
    line: int


class Content(NamedTuple):
    """What stands on a page; `misread` is what somebody meant as a link, and Markdown does not read as one."""

    tokens: tuple[Token, ...] = ()
    titles: tuple[Part, ...] = ()
    anchors: frozenset[str] = frozenset()
    links: tuple[Part, ...] = ()
    misread: tuple[Part, ...] = ()
    blocks: tuple[Block, ...] = ()
    codes: tuple[Part, ...] = ()
    prose: tuple[Part, ...] = ()


NOTHING = Content()


@lru_cache(maxsize=2048)
def content_of(text: str) -> Content:
    """What stands on the page with this text; each text is parsed once, however many checks ask."""
    text = _FRONT_MATTER.sub(lambda match: "\n" * match[0].count("\n"), text) if text.startswith("---\n") else text
    facts: dict[str, Any] = {}
    tokens = _parser().parse(text, facts)
    prose = tuple(Part(prose_of(token), line_of(token)) for token in tokens if token.type == "inline")
    return Content(
        tuple(tokens),
        tuple(_titles(tokens)),
        frozenset(_anchors(tokens)),
        (*_links(tokens), *_definitions(facts)),
        tuple(part for text, line in prose for part in _found(_MISREAD, text, line)),
        tuple(_blocks(tokens)),
        tuple(Part(c.content, line) for t in tokens for line, c in _children(t) if c.type == "code_inline"),
        prose,
    )


def line_of(token: Token) -> int:
    """The line on which a part of the page begins, from 1."""
    return (token.map or [0])[0] + 1


def prose_of(token: Token) -> str:
    """The words of a paragraph, heading or cell, with its line breaks; a NUL for what is code or was escaped."""
    return "".join(_word(child) for child in token.children or ())


def shown(token: Token) -> str:
    """What a reader sees of a paragraph, heading or cell, in one line; what is HTML or a picture is no text."""
    children = (child for child in token.children or () if child.type not in ("html_inline", "image"))
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _word(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return "\0" if child.type in _NOT_PROSE or child.type == "text_special" else child.content


def _parser() -> MarkdownIt:
    # Escapes stay apart from the words around them, and a link that came from a definition says so.
    parser = MarkdownIt("commonmark", {"store_labels": True}).enable(["table", "strikethrough"]).disable("text_join")
    # Also what no browser would follow is a link: it is to be found.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def _titles(tokens: Sequence[Token]) -> Iterator[Part]:
    """The first-level headings, in Markdown or HTML."""
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h1":
            yield Part(shown(inline), line_of(token))
    for token in tokens:
        if token.type == "html_block":
            yield from (
                Part(" ".join(text.split()), line_of(token) + line) for line, text in tags(token.content).titles
            )


def _anchors(tokens: Sequence[Token]) -> Iterator[str]:
    """What can follow a `#`: of headings, of tags with an id or a name, of labels `(name)=`."""
    headings = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    yield from slugs(shown(tokens[i + 1]) for i in headings)
    for token in tokens:
        if token.type == "html_block":
            yield from tags(token.content).names
        for child in token.children or ():
            yield from tags(child.content).names if child.type == "html_inline" else ()
        yield from _LABEL.findall(token.content) if token.type == "inline" else ()


def _links(tokens: Sequence[Token]) -> Iterator[Part]:
    """The targets of links and images that are written out where they stand."""
    for token in tokens:
        if token.type == "html_block":
            yield from (Part(target, line_of(token) + line) for line, target in tags(token.content).links)
        for line, child in _children(token):
            if child.type == "html_inline":
                yield from (Part(target, line) for _, target in tags(child.content).links)
            elif child.type in ("link_open", "image") and "label" not in child.meta:
                yield Part(str(child.attrs.get("href", child.attrs.get("src", ""))), line)


def _definitions(facts: dict[str, Any]) -> Iterator[Part]:
    """The targets that are defined for several links, `[label]: target`; footnotes are none."""
    for label, definition in facts.get("references", {}).items():
        if not label.startswith("^"):
            yield Part(definition["href"], definition["map"][0] + 1)


def _children(token: Token) -> Iterator[tuple[int, Token]]:
    """The parts of a paragraph, heading or cell, each with its line: code and tags may hold line breaks, too."""
    line, position = line_of(token), 0
    for child in token.children or ():
        begin = position
        if child.type in ("softbreak", "hardbreak"):
            position = token.content.find("\n", position) + 1
        elif child.type == "html_inline":
            begin = max(token.content.find(child.content, position), position)
            position = begin + len(child.content)
        elif child.type == "code_inline":
            begin = max(token.content.find(child.markup, position), position)
            end = re.compile(rf"(?<!`){child.markup}(?!`)").search(token.content, begin + len(child.markup))
            position = end.end() if end else begin
        yield line + token.content.count("\n", 0, begin), child


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    """The blocks of code, fenced or indented."""
    for token in tokens:
        if token.type == "code_block":
            yield Block("", token.content, line_of(token))
        elif token.type == "fence":
            words = [word.strip("{}.").lower() for word in token.info.split()]
            is_directive = words[:1] and words[0] in _DIRECTIVES and token.info.startswith("{")
            language = (words[1:2] if is_directive else words[:1]) or [""]
            options = _OPTIONS.match(token.content) if is_directive else None
            text = "\n" * options[0].count("\n") + token.content[options.end() :] if options else token.content
            yield Block(language[0], text, line_of(token) + 1)


def _found(pattern: re.Pattern[str], text: str, line: int) -> Iterator[Part]:
    for match in pattern.finditer(text):
        yield Part(match[0].replace("\0", "…"), line + text.count("\n", 0, match.start()))
