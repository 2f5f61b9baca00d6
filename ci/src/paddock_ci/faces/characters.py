"""Characters that may stand in what is told, whatever file or test the words come from."""

from __future__ import annotations

import re

# What a terminal takes for colours and cursor moves: pytest and tools write it, nobody can read it.
_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# All that `str.splitlines` takes for the end of a line; machines that read lines differ in which of them they know.
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, lone surrogates and non-characters (XML 1.0 forbids them), and what reverses the order of letters on screen.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with plain line ends, and `�` in place of each character that XML forbids or no reader can see."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub("\n", _ESCAPE.sub("", text)))


def one_line(text: str) -> str:
    """The clean text on a single line."""
    return " ".join(clean(text).split())


def clipped(text: str, most: int) -> str:
    """The text, or its beginning where it has more than `most` characters, with a word on how much is left out."""
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more characters)"
