"""The HTML of a notebook made harmless: allow-listed elements, attributes, styles and addresses."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bleach.sanitizer import Cleaner
from markupsafe import Markup

from paddock.notebooks.rendering import long_tables, plain_tables, styles
from paddock.notebooks.rendering.images import FindImage

_TAGS = frozenset(
    {
        *(
            "a",
            "abbr",
            "b",
            "blockquote",
            "br",
            "caption",
            "code",
            "col",
            "colgroup",
            "dd",
            "del",
            "details",
            "div",
            "dl",
        ),
        *("dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li"),
        *("mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var"),
    }
)
_ATTRIBUTES = {
    "*": ["class", "id", "style", "title", "lang", "dir"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
    "col": ["span"],
    "colgroup": ["span"],
    "ol": ["start"],
    "details": ["open"],
    "time": ["datetime"],
}
_PROTOCOLS = frozenset({"http", "https", "mailto", "data", "attachment"})
_LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
# Elements whose content is no text for readers. Removing them is cosmetic: what is left is still sanitised.
_SILENT = re.compile(
    r"<(script|style|svg|math|noscript|template|title|textarea|select|iframe|object)(?=[\s/>])", re.IGNORECASE
)
_WORDLESS = re.compile(r"<(?!img\b)[^>]*>|&nbsp;|\s")
# A notebook's classes get names apart from the page's own, so that no output can dress up as a gate; but for these.
_OUR_CLASSES = frozenset({"math", "block"})

_OF_TABLES = frozenset({"table", "thead", "tbody", "tfoot", "th"})

Token = dict[str, Any]


@dataclass(frozen=True)
class Heading:
    """One heading of the page: its level, the id of its anchor, and its text."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Fragment:
    """Harmless HTML; whether it shows nothing, and whether it colours text or background itself."""

    html: Markup
    is_empty: bool
    has_colour: bool


class Sanitizer:
    """Makes the HTML of one notebook harmless; remembers its headings, so that levels and anchors fit the page."""

    def __init__(self, prefix: str, sheet: styles.Styles, level: int) -> None:
        self.prefix = prefix
        self.styles = sheet
        self.headings: list[Heading] = []
        self._level = level
        self._anchors: set[str] = set()
        self._has_colour = False
        self._is_listed = False
        self._tables = 0
        self._find_image: FindImage = lambda address: None
        self._cleaner = Cleaner(
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            protocols=_PROTOCOLS,
            strip=True,
            filters=[functools.partial(_Rewriting, rewrite=self._rewrite)],
            css_sanitizer=styles.StyleAttribute(),
        )

    def clean(self, source: str, find_image: FindImage, is_listed: bool = False) -> Fragment:
        """The harmless part of the HTML `source`; its headings are remembered when they are to be listed."""
        self._has_colour, self._find_image, self._is_listed = False, find_image, is_listed
        text, sheets = _without_silent(source)
        for css in sheets:
            self._has_colour |= self.styles.add_sheet(css, self.prefix)
        strict = plain_tables.tokens(text)
        cleaned = self._cleaner.clean(text) if strict is None else self._table(strict)
        return Fragment(Markup(cleaned), not _WORDLESS.sub("", cleaned), self._has_colour)

    def _table(self, tokens: list[Token]) -> str:
        """What bleach does to these tokens, whose elements are all allowed: attributes by the same lists."""
        for token in tokens:
            if token["type"] == "StartTag" and token["data"]:
                token["data"] = _allowed_attributes(token["name"], token["data"])
        return plain_tables.to_html(self._rewrite(tokens))

    def _rewrite(self, source: Iterable[Token]) -> Iterator[Token]:
        attributes = (token for raw in source for token in self._with_attributes(raw))
        return self._with_headings(self._with_pages(_with_boxes(attributes)))

    def _with_attributes(self, token: Token) -> Iterator[Token]:
        """The token with its attributes renamed, or what stands in for it."""
        if token["type"] not in ("StartTag", "EmptyTag") or not (token["data"] or token["name"] == "img"):
            yield token
            return
        given = {name: str(value) for (_, name), value in token["data"].items()}
        if token["name"] == "img":
            yield from _image(given, self._find_image)
            return
        kept = {name: value for name, value in given.items() if name not in ("class", "style", "id", "href")}
        if classes := self._classes(given):
            kept["class"] = classes
        if identifier := "".join(given.get("id", "").split()):
            kept["id"] = f"{self.prefix}-{identifier}"
        if _LINK.match(href := given.get("href", "").strip()):
            kept |= {"href": f"#{self.prefix}-{href[1:]}" if href.startswith("#") else href}
            kept |= {"rel": "noopener noreferrer"}
        yield {**token, "data": _data(kept)}

    def _classes(self, given: dict[str, str]) -> str:
        names = [name if name in _OUR_CLASSES else f"u-{name}" for name in given.get("class", "").split()]
        if style := given.get("style", "").strip():
            names.append(self.styles.class_of(style))
            self._has_colour = self._has_colour or styles.sets_colour(style)
        return " ".join(names)

    def _with_pages(self, source: Iterable[Token]) -> Iterator[Token]:
        """Long tables in pages; a table is held until its end, for how long it is shows only there."""
        depth, held = 0, list[Token]()
        for token in source:
            if token.get("name") == "table":
                depth += 1 if token["type"] == "StartTag" else -1
            elif not depth:
                yield token
                continue
            held.append(token)
            if not depth:
                self._tables += 1
                table, pages = long_tables.paged(held, f"{self.prefix}-rows-{self._tables}")
                self.styles.pages = max(self.styles.pages, pages)
                yield from table
                held = []
        yield from held

    def _with_headings(self, tokens: Iterable[Token]) -> Iterator[Token]:
        """Headings one level down, below the page's own, none skipping a level; each listed one has an anchor."""
        level = 0
        held: list[Token] = []
        for token in tokens:
            if level:
                held.append(token)
                if token["type"] == "EndTag" and _is_heading(token):
                    yield from self._heading(level, held)
                    level, held = 0, []
            elif token["type"] == "StartTag" and _is_heading(token):
                level, held = int(token["name"][1]), [token]
            else:
                yield token
        yield from held

    def _heading(self, level: int, tokens: list[Token]) -> Iterator[Token]:
        text = html.unescape("".join(map(_text, tokens))).strip()
        self._level = min(level + 1, self._level + 1, 6)
        start, *inside, end = tokens
        data = dict(start["data"])
        if self._is_listed and text:
            heading = Heading(self._level, self.anchor(text), text)
            self.headings.append(heading)
            data[(None, "id")] = heading.anchor
        yield {**start, "name": f"h{self._level}", "data": data}
        yield from inside
        yield {**end, "name": f"h{self._level}"}

    def anchor(self, text: str) -> str:
        """An id for a heading, as Jupyter makes them from its text; unique in the page."""
        plain = f"{self.prefix}-{'-'.join(text.split())[:120]}"
        anchor, number = plain, 2
        while anchor in self._anchors:
            anchor, number = f"{plain}-{number}", number + 1
        self._anchors.add(anchor)
        return anchor


class _Rewriting:
    """An html5lib filter: the tokens of `source`, rewritten."""

    def __init__(self, source: Iterable[Token], rewrite: Any) -> None:
        self._source = source
        self._rewrite = rewrite

    def __iter__(self) -> Iterator[Token]:
        return iter(self._rewrite(self._source))


def _allowed_attributes(element: str, data: dict[tuple[None, str], str]) -> dict[tuple[None, str], str]:
    names = {*_ATTRIBUTES["*"], *_ATTRIBUTES.get(element, ())}
    kept = {key: value for key, value in data.items() if key[1] in names}
    if style := kept.get((None, "style")):
        kept[(None, "style")] = styles.allowed(style)
    return kept


def _without_silent(source: str) -> tuple[str, list[str]]:
    """The source without elements that say nothing to readers, and the texts of its style elements."""
    kept, sheets, position = [], [], 0
    while opening := _SILENT.search(source, position):
        kept.append(source[position : opening.start()])
        closing = re.compile(f"</{opening[1]}\\s*>", re.IGNORECASE).search(source, opening.end())
        position = closing.end() if closing else len(source)
        if opening[1].lower() == "style" and closing:
            sheets.append(source[opening.end() : closing.start()].partition(">")[2])
    return "".join((*kept, source[position:])), sheets


def _image(given: dict[str, str], find_image: FindImage) -> Iterator[Token]:
    """The image itself, or its description in words when it is not inside the notebook."""
    address = find_image(html.unescape(given.get("src", "")).strip())
    alt = given.get("alt", "").strip() or "Image without a description"
    if address:
        size = {name: given[name] for name in ("width", "height") if given.get(name, "").isdecimal()}
        yield {"type": "EmptyTag", "name": "img", "data": _data({"src": address, "alt": alt} | size)}
        return
    yield {"type": "StartTag", "name": "span", "data": _data({"class": "missing"})}
    yield {"type": "Characters", "data": f"[image not included: {html.unescape(alt)}]"}
    yield {"type": "EndTag", "name": "span", "data": {}}


def _with_boxes(tokens: Iterable[Token]) -> Iterator[Token]:
    """Each outer table in a box that scrolls by itself, its header cells with a scope."""
    depth, scope = 0, "row"
    for token in tokens:
        name = token.get("name")
        if name not in _OF_TABLES:
            yield token
            continue
        start = token["type"] == "StartTag"
        if name in ("thead", "tbody", "tfoot"):
            scope = "col" if name == "thead" and start else "row"
        if name == "th" and start:
            token = {**token, "data": _data({"scope": scope}) | token["data"]}
        if name == "table" and start and (depth := depth + 1) == 1:
            box = {"class": "table-box", "role": "group", "aria-label": "Table", "tabindex": "0"}
            yield {"type": "StartTag", "name": "div", "data": _data(box)}
        yield token
        if name == "table" and token["type"] == "EndTag" and (depth := depth - 1) == 0:
            yield {"type": "EndTag", "name": "div", "data": {}}


def _data(attributes: dict[str, str]) -> dict[tuple[None, str], str]:
    return {(None, name): value for name, value in attributes.items()}


def _is_heading(token: Token) -> bool:
    return re.fullmatch("h[1-6]", str(token["name"])) is not None


def _text(token: Token) -> str:
    if token["type"] == "Entity":
        return f"&{token['name']};"
    return str(token["data"]) if token["type"] in ("Characters", "SpaceCharacters") else ""
