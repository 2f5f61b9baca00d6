"""The scrubbing of a text: what looks like a secret in it is replaced by words that say what it was."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import chain

from paddock.secrets import addresses_in, given_in
from paddock.tokens import Found, tokens_in

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Whose letters are made by chance, and mean a picture.
_PICTURE = re.compile(r"data:(?:image|font|audio|video)/[\w.+-]+;base64,[A-Za-z0-9+/=]+")
_KEY, _END_OF_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), re.compile(r"-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----")
# Where a key has no end, all that may be of it: the lines of its body.
_BODY_OF_KEY = re.compile(r"(?:[A-Za-z0-9+/=:,\s\\\"'|>#*()-]|\x1b\[[0-9;]*m)*")
_LONGEST_HELD = 8_192


def scrubbed(text: str) -> str:
    """The text without tokens, private keys, passwords in addresses, and passwords that are given to names."""
    kept, last = [], 0
    for start, end, kind in _spans(text):
        if start >= last:
            kept += [text[last:start], hidden(kind)]
        last = max(last, end)
    return "".join([*kept, text[last:]]) if kept else text


def hidden(what: str) -> str:
    """What stands in the place of a secret."""
    return f"[hidden: {what}]"


def settled(text: str) -> int:
    """Up to where a text that will go on can be scrubbed now: up to its last whole line, or before an open key.

    Behind that, what comes next may turn a harmless beginning into a secret. A line without end is not waited for.
    """
    end = text.rfind("\n") + 1
    opened = [found.start() for found in _KEY.finditer(text)]
    if opened and not _END_OF_KEY.search(text, opened[-1]):
        end = min(end, opened[-1])
    return len(text) if len(text) - end > _LONGEST_HELD else end


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Where secrets stand, in their order; what a terminal shows in colour is read without."""
    plain = _COLOUR.sub("", text) if "\x1b" in text else text
    found = [(*_whole(plain, secret), secret.kind.partition(", given to")[0]) for secret in _found(plain)]
    if not found:
        return []
    pictures = [picture.span() for picture in _PICTURE.finditer(plain)] if "base64," in plain else []
    outside = [span for span in found if not any(start <= span[0] < end for start, end in pictures)]
    place = _places(text) if plain is not text else lambda position: position
    return sorted((place(start), place(end - 1) + 1, kind) for start, end, kind in outside)


def _found(text: str) -> Iterator[Found]:
    return chain(tokens_in(text), addresses_in(text), given_in(text))


def _whole(text: str, secret: Found) -> tuple[int, int]:
    """All of a secret: of a private key, the detector tells only the first line."""
    start, end = secret.span
    if not _KEY.match(text, start):
        return start, end
    closing = _END_OF_KEY.search(text, end)
    return start, closing.end() if closing else max(end, _BODY_OF_KEY.match(text, end).end())  # type: ignore[union-attr]


def _places(text: str) -> Callable[[int], int]:
    """Where in a text each position of its uncoloured form stands."""
    plain_starts, starts, position, last = [0], [0], 0, 0
    for colour in _COLOUR.finditer(text):
        position += colour.start() - last
        last = colour.end()
        plain_starts.append(position)
        starts.append(last)

    def place(at: int) -> int:
        nearest = bisect_right(plain_starts, at) - 1
        return starts[nearest] + at - plain_starts[nearest]

    return place
