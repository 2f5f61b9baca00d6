"""Whether what a command says is what its page shows."""

from __future__ import annotations

import difflib
import re

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_REST = "…"


def difference(shown: str, said: str) -> str:
    """How the output differs from what the page shows, or nothing; widths of columns and empty lines do not count."""
    expected, got = _lines(shown), _lines(said)
    if re.fullmatch("".join(_pattern(line) for line in expected), "".join(f"{line}\n" for line in got)):
        return ""
    return "\n".join(difflib.unified_diff(expected, got, "the page shows", "the command says", lineterm="", n=99))


def _lines(text: str) -> list[str]:
    plain = _COLOUR.sub("", text)
    return [line for line in (" ".join(line.split()) for line in plain.splitlines()) if line]


def _pattern(line: str) -> str:
    """What a line of the page stands for: alone, `…` is any lines; within one, any text."""
    if line == _REST:
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.split(_REST)) + r"\n"
