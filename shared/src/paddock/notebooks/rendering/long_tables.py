"""Long tables in pages that readers turn without a script; on paper, and in old browsers, every row is there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

_LONG = 200
_A_PAGE = 100
# More choices would be a list of their own.
_MOST_PAGES = 24
_PARTS = ("thead", "tbody", "tfoot")

Token = dict[str, Any]


def paged(tokens: list[Token], name: str) -> tuple[list[Token], int]:
    """One table, from its start to its end, and its number of pages; short ones, and ones that no page can cut, as is.

    `name` is that of the choice, which is unlike any other in the page. A page ends only where no cell reaches on.
    """
    rows = list(_rows(tokens))
    if len(rows) <= _LONG:
        return tokens, 1
    size = _A_PAGE * math.ceil(len(rows) / _MOST_PAGES / _A_PAGE)
    cuts = list(_cuts(rows, size))
    if not cuts:
        return tokens, 1
    begins = [0, *cuts]
    pages = {rows[row][0]: page for page, row in enumerate(begins, 1)}
    choice = _choice(name, [(begin + 1, end) for begin, end in zip(begins, [*cuts, len(rows)], strict=True)])
    return [*choice, *_split(tokens, pages)], len(begins)


def rules(pages: int) -> Iterator[str]:
    """CSS that shows of paged tables only the chosen one of at most `pages` pages, and only on a screen."""
    if pages < 2:
        return
    yield "@media screen{@supports selector(:has(a)){"
    for page in range(1, pages + 1):
        yield f".pager:has(.p{page}:checked)~table .page:not(.page-{page}){{display:none}}"
    yield "}}"


def _rows(tokens: Iterable[Token]) -> Iterator[tuple[int, int]]:
    """The rows of the table's bodies: where each begins, and how many rows its tallest cell spans."""
    depth, part, position, tallest = 0, "", -1, 1
    for at, token in enumerate(tokens):
        name, start = token.get("name"), token["type"] == "StartTag"
        if name == "table":
            depth += 1 if start else -1
        elif depth == 1 and name in _PARTS:
            part = name if start else ""
        elif depth == 1 and part == "tbody" and name == "tr":
            if start:
                position, tallest = at, 1
            else:
                yield position, tallest
        elif depth == 1 and start and name in ("td", "th"):
            span = str(token["data"].get((None, "rowspan"), "1")) if token["data"] else "1"
            height = int(span) if span.isdecimal() and len(span) < 6 else 1
            tallest = max(tallest, height or 10**6)


def _cuts(rows: list[tuple[int, int]], size: int) -> Iterator[int]:
    """The rows that begin a page, but for the first."""
    begun, reach = 0, 0
    for number, (_, height) in enumerate(rows):
        if number - begun >= size and number >= reach:
            yield number
            begun = number
        reach = max(reach, number + height)


def _split(tokens: list[Token], pages: dict[int, int]) -> Iterator[Token]:
    """The table, a body of its own for each page; `pages` are the positions of the rows that begin one."""
    depth, page, is_inside = 0, 1, False
    for at, token in enumerate(tokens):
        name, start = token.get("name"), token["type"] == "StartTag"
        if name == "table":
            depth += 1 if start else -1
        if at in pages and pages[at] > 1:
            page = pages[at]
            if is_inside:
                yield {"type": "EndTag", "name": "tbody", "data": {}}
                yield {"type": "StartTag", "name": "tbody", "data": _classes({}, page)}
        if depth == 1 and name == "tbody":
            is_inside = start
            if start:
                token = {**token, "data": _classes(token["data"] or {}, page)}
        yield token


def _classes(data: dict[Any, str], page: int) -> dict[Any, str]:
    own = data.get((None, "class"), "")
    return {**data, (None, "class"): f"{own} page page-{page}".strip()}


def _choice(name: str, ranges: list[tuple[int, int]]) -> Iterator[Token]:
    """The choice of a page, all rows being one more choice."""
    yield _start("fieldset", {"class": "pager"})
    yield _start("legend", {})
    yield {"type": "Characters", "data": f"Rows, of {ranges[-1][1]}"}
    yield {"type": "EndTag", "name": "legend", "data": {}}
    for page, (first, last) in enumerate(ranges, 1):
        yield from _option(name, f"p{page}", f"{first}–{last}", is_chosen=page == 1)
    yield from _option(name, "all", "all", is_chosen=False)
    yield {"type": "EndTag", "name": "fieldset", "data": {}}


def _option(name: str, kind: str, words: str, is_chosen: bool) -> Iterator[Token]:
    checked = {"checked": "checked"} if is_chosen else {}
    yield _start("label", {})
    yield {**_start("input", {"type": "radio", "name": name, "class": kind} | checked), "type": "EmptyTag"}
    yield {"type": "Characters", "data": words}
    yield {"type": "EndTag", "name": "label", "data": {}}


def _start(name: str, attributes: dict[str, str]) -> Token:
    return {"type": "StartTag", "name": name, "data": {(None, key): value for key, value in attributes.items()}}
