"""The tags of a template as words: what each becomes in a project, and in what surroundings the template has it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from paddock.scaffold.backport_pieces import Rendered

# An answer of one letter stands everywhere.
_SHORTEST = 2
_SHORTEST_NAME = 5
# A tag that says the same in every file: it names nothing but answers.
_ANSWER = re.compile(r"\{\{-?\s*cookiecutter\.\w+[^{}]*\}\}", re.DOTALL)
_LEFT = re.compile(r"[\w.-]*[^\w\n]*$")
_RIGHT = re.compile(r"[^\w\n]*\w*")
_QUOTES = " \"'`(),;:[]|"


class Place(NamedTuple):
    """Where a word stands: its line and column, and what stands left and right of it."""

    line: str
    column: int
    left: str
    right: str


@dataclass(frozen=True)
class Words:
    """By the text that tags become, the tags; and by each tag, the places where the template has it."""

    tags: Mapping[str, frozenset[str]]
    places: Mapping[str, frozenset[Place]]

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the text of a tag where it stands as a word, else a word, blanks, or a sign."""
        texts = sorted(self.tags, key=len, reverse=True)
        return re.compile("|".join([*map(_as_word, texts), r"\w+", r"\s+", "."]), re.DOTALL)

    def tag_for(self, text: str, place: Place, before: Collection[str] = ()) -> str:
        """The tag that a text at a place stands for; empty where that is not clear.

        `before` are the tags that the old rendering had there: of these, one that becomes the text is meant.
        """
        tags = self.tags.get(text, frozenset())
        if len(local := tags & {*before}) == 1:
            return next(iter(local))
        known = {tag: self.places[tag] for tag in tags}
        same = {tag for tag, places in known.items() if any(_is_same_line(one, place) for one in places)}
        left = {tag for tag, places in known.items() if place.left.strip(_QUOTES) and _has(places, left=place.left)}
        right = {tag for tag, places in known.items() if place.right.strip(_QUOTES) and _has(places, right=place.right)}
        for meant in (same, left, left & right, right if not left else set()):
            if len(meant) == 1:
                return next(iter(meant))
        # Nobody writes `shop-floor` and means something else.
        is_name = len(text) >= _SHORTEST_NAME and re.fullmatch(r"\w+([-_]\w+)+", text)
        return next(iter(tags)) if is_name and len(tags) == 1 else ""


def place_of(text: str, start: int, end: int) -> Place:
    """Where the word from `start` to `end` of a text stands."""
    first = text.rfind("\n", 0, start) + 1
    line = text[first:].partition("\n")[0]
    left, right = _LEFT.search(text[first:start]), _RIGHT.match(text[end:])
    assert left
    assert right
    return Place(line, start - first, left[0], right[0])


def words_of(texts: Iterable[Rendered]) -> Words:
    """The words that the tags of these texts are."""
    tags, places = defaultdict(set), defaultdict(set)
    for text in texts:
        whole, at = text.text, 0
        for piece in text.pieces:
            tag = text.tag(piece)
            if len(piece.text) >= _SHORTEST and _ANSWER.fullmatch(tag):
                tags[piece.text].add(tag)
                places[tag].add(place_of(whole, at, at + len(piece.text)))
            at += len(piece.text)
    return Words(
        {text: frozenset(found) for text, found in tags.items()},
        {tag: frozenset(found) for tag, found in places.items()},
    )


def _as_word(text: str) -> str:
    begin = r"(?<![A-Za-z0-9])" if text[0].isalnum() else ""
    end = r"(?![A-Za-z0-9])" if text[-1].isalnum() else ""
    return f"{begin}{re.escape(text)}{end}"


def _is_same_line(one: Place, other: Place) -> bool:
    return (one.line, one.column) == (other.line, other.column)


def _has(places: Iterable[Place], left: str | None = None, right: str | None = None) -> bool:
    return any(one.left == left if left is not None else one.right == right for one in places)
