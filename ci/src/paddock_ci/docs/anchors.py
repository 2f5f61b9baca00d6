"""The names of places on a page, as GitHub makes them of headings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

# Letter-like numbers, and what joins words, such as the underscore.
_KEPT = {"Nl", "Pc"}


def slug(heading: str) -> str:
    """The anchor of a heading, when it is the first of its kind on the page."""
    kept = (character for character in heading.lower() if character in "- " or _is_kept(character))
    return "".join(kept).replace(" ", "-")


def slugs(headings: Iterable[str]) -> Iterator[str]:
    """The anchors of a page's headings, in order; a number tells apart those that would be the same."""
    counts: dict[str, int] = {}
    for heading in headings:
        own = found = slug(heading)
        while found in counts:
            counts[own] += 1
            found = f"{own}-{counts[own]}"
        counts[found] = 0
        yield found


def _is_kept(character: str) -> bool:
    """Whether it is a letter, a mark on one, a digit, or of what is kept beside those."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category in _KEPT or character.isdecimal()
