"""Markdown of foreign words: what they say is shown, and nothing of it is taken for markup.

What is escaped is written as entities, which every reader of Markdown shows as they are, inside a table too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from paddock_ci.faces.characters import clean, clipped, one_line

_MARKUP = {ord(sign): f"&#{ord(sign)};" for sign in "&<>\"'\\`*[]|~$#"}
# Between letters it is no markup, and there it mostly stands.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# What makes a list, a heading or a rule of a line that begins with it.
_BEGINNING = re.compile(r"^(?P<number>\d*)(?P<sign>[-+=.)])")
_SPAN = re.compile(r"`([^`]+)`")
_MENTION = re.compile(r"@(?=\w)")
_LONGEST, _LONGEST_BLOCK = 1000, 4000  # characters
_TALLEST = 8  # lines that are shown without a click


def prose(text: str) -> str:
    """A text on one line; what it has between backticks is code."""
    parts = _SPAN.split(clipped(one_line(text), _LONGEST))
    return "".join(code(part) if number % 2 else _plain(part, number) for number, part in enumerate(parts))


def code(text: str) -> str:
    """A name, a path or a command, as code on one line."""
    return f"<code>{_escaped(clipped(one_line(text), _LONGEST))}</code>"


def block(text: str) -> str:
    """Several lines as they are, in one line of Markdown, so that it may stand in lists; many lines are folded."""
    shown = _without_middle(clean(text).strip("\n"))
    lines = shown.count("\n") + 1
    made = f"<pre>{_escaped(shown).replace(chr(10), '&#10;')}</pre>"
    return f"<details><summary>{lines} lines</summary>{made}</details>" if lines > _TALLEST else made


def details(title: str, lines: Iterable[str]) -> str:
    """Lines of Markdown that are shown after a click on a title, which is Markdown already."""
    body = "\n".join(lines)
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a table; headings and cells are Markdown already."""
    named = list(headings)
    return [_row(named), _row(["---"] * len(named)), *map(_row, rows)]


def way(steps: Sequence[str]) -> str:
    """The steps from what changed to where it is used."""
    return " → ".join(map(prose, steps))


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it has to be."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def fitting(parts: Iterable[str], limit: int) -> tuple[list[str], int]:
    """The first parts that together take no more than `limit` bytes, and how many are left out."""
    kept, left = [], 0
    for part in parts:
        limit -= len(part.encode()) + 2  # and what separates them
        if limit < 0 or left:
            left += 1
        else:
            kept.append(part)
    return kept, left


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str, number: int) -> str:
    escaped = _escaped(text)
    if not number:
        escaped = _BEGINNING.sub(lambda found: f"{found['number']}&#{ord(found['sign'])};", escaped)
    # Nobody is called to a report because a message holds an address or a decorator.
    return _MENTION.sub("@\N{WORD JOINER}", escaped)


def _escaped(text: str) -> str:
    return _UNDERSCORE.sub(f"&#{ord('_')};", text.translate(_MARKUP))


def _without_middle(text: str) -> str:
    """The beginning and the end of a long text: of a traceback, the end tells most."""
    if len(text) <= _LONGEST_BLOCK:
        return text
    head, tail = text[: _LONGEST_BLOCK // 4], text[-_LONGEST_BLOCK * 3 // 4 :]
    return f"{head}\n… ({len(text) - len(head) - len(tail)} characters left out) …\n{tail}"
