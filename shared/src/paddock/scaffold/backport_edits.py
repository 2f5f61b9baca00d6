"""The edits of a rendered text: the stretches of it that a project replaced, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from paddock.scaffold.backport_pieces import Rendered
from paddock.scaffold.backport_words import Words

# Pairs of words that are compared; what is larger is taken as replaced as a whole.
_MOST = 2_000_000


@dataclass(frozen=True)
class Edit:
    """The stretch from `start` to `end` of the old text became that from `first` to `last` of the new one.

    `before` are the tags that the lines around it had.
    """

    start: int
    end: int
    first: int
    last: int
    before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Word:
    text: str
    start: int


def edits(old: Rendered, new: str, words: Words) -> Iterator[Edit]:
    """What was replaced, in order; tags whose text is still there are not in it."""
    before, after = old.text.splitlines(keepends=True), new.splitlines(keepends=True)
    starts, firsts = _offsets(before), _offsets(after)
    for kind, i, j, k, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        lines = Edit(starts[i], starts[j], firsts[k], firsts[last])
        whole = Edit(lines.start, lines.end, lines.first, lines.last, _tags(old, lines))
        yield from _finer(old, new, whole, words) if kind == "replace" else [whole]


def _finer(old: Rendered, new: str, lines: Edit, words: Words) -> Iterator[Edit]:
    before = list(_words_of_old(old, lines, words))
    found = words.pattern.finditer(new, lines.first, lines.last)
    after = [_Word(match[0], match.start()) for match in found]
    if len(before) * len(after) > _MOST:
        yield lines
        return
    ends = [*(word.start for word in before), lines.end], [*(word.start for word in after), lines.last]
    texts = [word.text for word in before], [word.text for word in after]
    for kind, i, j, k, last in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Edit(ends[0][i], ends[0][j], ends[1][k], ends[1][last], lines.before)


def _words_of_old(old: Rendered, lines: Edit, words: Words) -> Iterator[_Word]:
    """The words of the old lines; what a tag made is one."""
    at = 0
    for piece in old.pieces:
        start, end = max(at, lines.start), min(at + len(piece.text), lines.end)
        text = piece.text[start - at : end - at] if start < end else ""
        if text and old.tag(piece):
            yield _Word(text, start)
        else:
            yield from (_Word(match[0], start + match.start()) for match in words.pattern.finditer(text))
        at += len(piece.text)


def _tags(old: Rendered, lines: Edit) -> frozenset[str]:
    at, found = 0, set()
    for piece in old.pieces:
        if at < lines.end and at + len(piece.text) > lines.start:
            found.add(old.tag(piece))
        at += len(piece.text)
    return frozenset(found - {""})


def _offsets(lines: Sequence[str]) -> list[int]:
    return [0, *accumulate(map(len, lines))]
