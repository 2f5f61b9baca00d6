"""The text of a template that renders what a project made of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from paddock.scaffold.backport_edits import Edit, edits
from paddock.scaffold.backport_pieces import Rendered, Stretch
from paddock.scaffold.backport_words import Words, place_of

_BRACES = re.compile(r"\{+(?=[^{])|\{+$")


@dataclass(frozen=True)
class Carried:
    """A template's text; `notes` say, by line of the project's file, what people have to look at."""

    text: str
    notes: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _Part:
    """A part of the text to be: as it was in the template, or text that the next may not turn into a tag."""

    text: str
    is_source: bool = False


@dataclass
class _Writing:
    """What is written of one file: the new text and the words in it, and what was noted of them."""

    new: str
    words: Words
    notes: list[tuple[int, str]] = field(default_factory=list)

    def parts(self, edit: Edit, is_raw: bool = False) -> Iterator[_Part]:
        """The new text of an edit, with tags for answers where it is clear that they are meant."""
        at = edit.first
        for match in () if is_raw else self.words.pattern.finditer(self.new, edit.first, edit.last):
            if match[0] not in self.words.tags:
                continue
            tag = self._tag(match, edit)
            if tag:
                yield _Part(self.new[at : match.start()])
                yield _Part(tag, is_source=True)
                at = match.end()
        yield _Part(self.new[at : edit.last], is_source=is_raw)

    def note(self, at: int, said: str) -> None:
        """Note something of the line of the new text at `at`."""
        self.notes.append((self.new.count("\n", 0, at) + 1, said))

    def _tag(self, match: re.Match[str], edit: Edit) -> str:
        # A part of a longer name, where the template had no tag, is another name.
        beside = self.new[max(match.start() - 1, 0) : match.start()] + self.new[match.end() : match.end() + 1]
        is_part = bool(re.search(r"[\w-]", beside))
        tag = self.words.tag_for(match[0], place_of(self.new, *match.span()), edit.before)
        if tag and (not is_part or tag in edit.before):
            return tag
        if not is_part:
            tags = " or ".join(sorted(self.words.tags[match[0]]))
            self.note(match.start(), f"{match[0]!r} may mean {tags}; it stays as it is")
        return ""


def carried(old: Rendered, new: str, words: Words) -> Carried:
    """The template's text that is rendered as `new`, where `old` is what it was rendered as."""
    writing = _Writing(new, words)
    found = list(edits(old, new, words))
    if not old.pieces:
        source = [_Part(old.source, is_source=True)]
        return Carried(_joined([*source, *(part for edit in found for part in writing.parts(edit))]), _notes(writing))
    made = _made(old, found, writing)
    parts, at = [], 0
    for number, stretch in enumerate(old.stretches):
        parts.append(_Part(old.source[at : stretch.start], is_source=True))
        parts += made.get(number) or [_Part(old.source[stretch.start : stretch.end], is_source=True)]
        at = stretch.end
    return Carried(_joined([*parts, _Part(old.source[at:], is_source=True)]), _notes(writing))


def _notes(writing: _Writing) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(dict.fromkeys(writing.notes)))


def _made(old: Rendered, found: Sequence[Edit], writing: _Writing) -> dict[int, list[_Part]]:
    """What becomes of each stretch that an edit touches; where a loop writes it often, of the first that does."""
    made: dict[int, list[_Part]] = {}
    starts, at = [], 0
    for piece in old.pieces:
        starts.append(at)
        at += len(piece.text)
    hosts = [_host(old, starts, edit) for edit in found]
    for index, piece in enumerate(old.pieces):
        start, end = starts[index], starts[index] + len(piece.text)
        touching = [
            (edit, host == index)
            for edit, host in zip(found, hosts, strict=True)
            if host == index or (edit.start < end and edit.end > start)
        ]
        if not touching or piece.number in made:
            continue
        stretch = old.stretches[piece.number]
        work = _tag_parts if stretch.is_tag else _text_parts
        # One that goes is an empty text, not one that nobody touched.
        made[piece.number] = [*work(old, stretch, start, end, touching, writing), _Part("")]
    return made


def _host(old: Rendered, starts: Sequence[int], edit: Edit) -> int:
    """The piece in which the new text of an edit is written."""
    spans = [(start, start + len(piece.text)) for start, piece in zip(starts, old.pieces, strict=True)]
    if edit.start < edit.end:
        return next(index for index, (start, end) in enumerate(spans) if start < edit.end and end > edit.start)
    around = [index for index, (start, end) in enumerate(spans) if start <= edit.start <= end]
    texts = [index for index in around if not old.stretches[old.pieces[index].number].is_tag]
    # A line that comes after a tag's belongs to the text behind it, not to a block that ended before.
    return (texts or around)[0]


def _text_parts(
    old: Rendered, stretch: Stretch, start: int, end: int, touching: Sequence[tuple[Edit, bool]], writing: _Writing
) -> Iterator[_Part]:
    at = start
    for edit, is_host in touching:
        first, last = max(edit.start, start), min(edit.end, end)
        yield _Part(old.source[stretch.start + at - start : stretch.start + first - start], is_source=stretch.is_raw)
        if is_host:
            yield from writing.parts(edit, stretch.is_raw)
        at = max(at, last)
    yield _Part(old.source[stretch.start + at - start : stretch.end], is_source=stretch.is_raw)


def _tag_parts(
    old: Rendered, stretch: Stretch, start: int, end: int, touching: Sequence[tuple[Edit, bool]], writing: _Writing
) -> Iterator[_Part]:
    tag, text, at = old.source[stretch.start : stretch.end], old.text, start
    is_kept = all(edit.end <= start or edit.start >= end for edit, _ in touching)
    if is_kept and not any(edit.start > start for edit, _ in touching):
        for edit, _ in touching:
            yield from writing.parts(edit)
        yield _Part(tag, is_source=True)
        return
    if is_kept:
        yield _Part(tag, is_source=True)
        at = end
    for edit, is_host in touching:
        yield _Part(text[at : max(edit.start, at)])
        if is_host:
            parts = list(writing.parts(edit))
            yield from parts
            if not is_kept and edit.last > edit.first and not any(part.text == tag for part in parts):
                writing.note(edit.first, f"takes the place of {tag}, which is no longer there")
        at = min(max(edit.end, at), end)
    yield _Part(text[at:end])


def _joined(parts: Sequence[_Part]) -> str:
    """The parts as one text; braces that would begin a tag, where they are none, are written as a tag's text."""
    text = ""
    for part in reversed(parts):
        text = (part.text if part.is_source else _without_tags(part.text, text[:1])) + text
    return text


def _without_tags(text: str, following: str) -> str:
    def written(match: re.Match[str]) -> str:
        after = text[match.end() : match.end() + 1] or following
        is_tag = len(match[0]) > 1 or (after and after in "{%#")
        return f"{{{{ '{match[0]}' }}}}" if is_tag else match[0]

    return _BRACES.sub(written, text)
