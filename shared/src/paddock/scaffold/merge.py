"""Three-way merge of one file: what the project and the template each made of the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from io import BytesIO

from paddock import git
from paddock.errors import ToolError
from paddock.scaffold.entry import Entry

# No text has marks of this length of its own; those that people see have seven characters, as git's.
_MARK = 61
_SHOWN = 7
_OPEN, _MIDDLE, _CLOSE = (re.compile(rb"^%s{%d}( |\r?\n|\r?$)" % (sign, _MARK)) for sign in (b"<", b"=", b">"))


@dataclass(frozen=True)
class Merged:
    """Both changes in one file; where they conflict, with marks, and `lines` names each hunk of the project's file."""

    entry: Entry
    lines: tuple[str, ...] = ()


def merged(base: Entry | None, ours: Entry, theirs: Entry) -> Merged | None:
    """What the project (`ours`) and the template (`theirs`) made of `base` as one; None where lines cannot be merged.

    Line ends and the right to execute are merged on their own: what one side alone changed, counts.
    """
    entries = [entry for entry in (base, ours, theirs) if entry]
    if not all(entry.is_text for entry in entries):
        return None
    answer = git.merge(base.plain if base else b"", ours.plain, theirs.plain, _MARK)
    if answer is None:
        raise ToolError("git cannot merge a file", "Install git 2.30 or later. Nothing was written.")
    text, is_conflict = answer
    lines = tuple(_hunks(text, ours.plain)) if is_conflict else ()
    return Merged(dressed(_with_short_marks(text) if is_conflict else text, base, ours, theirs), lines)


def taken(base: Entry, ours: Entry, theirs: Entry) -> Entry:
    """The template's file for one that the project did not edit, with the project's line ends and rights."""
    if theirs.is_link or not theirs.is_text:
        return replace(theirs, is_executable=_one(base.is_executable, ours.is_executable, theirs.is_executable))
    return dressed(theirs.plain, base, ours, theirs)


def dressed(text: bytes, base: Entry | None, ours: Entry, theirs: Entry) -> Entry:
    """A text as a file, with the line ends and rights that come of both sides."""
    before = base or ours
    has_crlf = _one(before.has_crlf, ours.has_crlf, theirs.has_crlf)
    is_executable = _one(before.is_executable, ours.is_executable, theirs.is_executable)
    return Entry(text.replace(b"\n", b"\r\n") if has_crlf and b"\r\n" not in text else text, is_executable)


def changed_lines(before: bytes, after: bytes) -> tuple[str, ...]:
    """The lines of `after` that differ from `before`."""
    found = SequenceMatcher(None, _lines(before), _lines(after), autojunk=False).get_opcodes()
    return tuple(span(first, last) for tag, _, _, first, last in found if tag != "equal")


def span(first: int, last: int) -> str:
    """Lines `first` to `last`, counted from zero and without the last, in words."""
    if last - first > 1:
        return f"lines {first + 1}-{last}"
    return f"line {first + 1}" if last > first else f"after line {first}"


def _lines(text: bytes) -> list[bytes]:
    """The lines of a text as git counts them."""
    return list(BytesIO(text))


def _one(before: bool, ours: bool, theirs: bool) -> bool:
    return theirs if ours == before else ours


def _hunks(text: bytes, ours: bytes) -> Iterator[str]:
    """Where each conflict of a merged text stands in the project's file."""
    kept: list[bytes] = []
    conflicts: list[tuple[int, int]] = []
    side, first = "both", 0
    for line in BytesIO(text):
        if _OPEN.match(line):
            side, first = "ours", len(kept)
        elif side == "ours" and _MIDDLE.match(line):
            side = "theirs"
            conflicts.append((first, len(kept)))
        elif side == "theirs" and _CLOSE.match(line):
            side = "both"
        elif side != "theirs":
            kept.append(line)
    # What is kept is the project's file with those changes of the template that do not conflict.
    blocks = SequenceMatcher(None, kept, _lines(ours), autojunk=False).get_opcodes()
    for begin, end in conflicts:
        yield span(_mapped(begin, blocks), _mapped(end, blocks))


def _mapped(line: int, blocks: Sequence[tuple[str, int, int, int, int]]) -> int:
    for tag, first, last, there, there_last in blocks:
        if first <= line < last:
            return there + (line - first if tag == "equal" else 0)
        end = there_last
    return end if blocks else 0


def _with_short_marks(text: bytes) -> bytes:
    def shortened(line: bytes) -> bytes:
        is_mark = any(mark.match(line) for mark in (_OPEN, _MIDDLE, _CLOSE))
        return line[_MARK - _SHOWN :] if is_mark else line

    return b"".join(shortened(line) for line in BytesIO(text))
