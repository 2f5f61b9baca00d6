"""IPython's own syntax in a cell: the Python that is left without it, and the magics that stood there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from paddock_ci.notebook.lines import Scanner

# The body of these is Python of the notebook; names that it binds stay, but not those of what is only timed.
_TIMED = {"timeit", "memit", "lprun", "mprun"}
_MEASURED = {
    "time",
    "prun",
    "capture",
    "snakeviz",
    "pyinstrument",
    "scalene",
    "heat",
    "debug",
    "profile",
    "px",
} | _TIMED
_PROMPT = re.compile(r"^(>>>|\.\.\.)( |$)|^(In \[\d+\]:|\s*\.{3,}:)( |$)")
_ASSIGNED = re.compile(
    r"^(\s*[A-Za-z_][\w.,\s\[\]'\"*()]*?)\s*(?<![=!<>+\-*/%&|^:~])=\s*([%!])(?!=)\s*(.*)$", re.DOTALL
)
_HELP = re.compile(r"^\s*(.*?=\s*)?%{0,2}[\w*.\[\]]+\s*\?{1,2}\s*;?\s*$")
_OPTION = re.compile(r"^(-\w+(\s*\d+)?\s+|--[\w-]+(=\S+)?\s+)+")
# A cell of one line may leave out the sign of these.
_AUTOMATIC = re.compile(
    r"(pip|conda|mamba|uv|ls|ll|cd|cat|pwd|mkdir|rm|cp|mv|run|load|load_ext|matplotlib|pylab|time|timeit|who|whos|"
    r"reset|autoreload|env|history|debug)( +[^=\s(.,\[].*)?$"
)


class Magic(NamedTuple):
    """A magic: its line in the cell, its sign (`%`, `%%`, `!`, `?`), its name, what follows, what it is stored to."""

    line: int
    sign: str
    name: str
    rest: str
    target: str = ""


@dataclass
class Translation:
    """The Python of a cell, line for line, and its magics."""

    lines: list[str]
    magics: list[Magic] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The Python as one text."""
        return "\n".join(self.lines) + "\n"


def translated(source: str) -> Translation:
    """A cell's source without IPython's syntax; each line of Python keeps its number."""
    lines = _unprompted(_outdented(source.split("\n")))
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].startswith("%%"):
        return _cell_magic(lines, first)
    if len(lines) - first == 1 and _AUTOMATIC.match(lines[first]):
        lines[first] = f"%{lines[first]}"
    return _line_magics(lines)


def _outdented(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def _unprompted(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    return [_PROMPT.sub("", line) for line in lines] if _PROMPT.match(first) else lines


def _cell_magic(lines: list[str], first: int) -> Translation:
    name, _, rest = lines[first][2:].strip().partition(" ")
    if lines[first].startswith("%%!"):
        name, rest = "!", lines[first][3:]
    if name not in _MEASURED:
        body = "\n".join(lines[first + 1 :])
        return Translation([], [Magic(first + 1, "%%", name, f"{rest}\n{body}")])
    found = _line_magics([*[""] * (first + 1), *lines[first + 1 :]])
    found.magics.insert(0, Magic(first + 1, "%%", name, rest))
    return found


def _line_magics(lines: list[str]) -> Translation:
    found = Translation(list(lines))
    for number, text, span in _statements(lines):
        magic, python = _magic(number, text)
        if magic is None:
            continue
        found.magics.append(magic)
        found.lines[number - 1] = python
        for inner in range(number, number - 1 + span):
            found.lines[inner] = ""
    return found


def _statements(lines: list[str]) -> Iterator[tuple[int, str, int]]:
    """Number, text and count of lines of what begins a statement; a magic goes on after a backslash."""
    scanner, number = Scanner(), 0
    while number < len(lines):
        text, span = lines[number], 1
        if scanner.is_between and _magic(1, text)[0] is not None:
            while text.endswith("\\") and number + span < len(lines):
                text = f"{text[:-1]} {lines[number + span]}"
                span += 1
            yield number + 1, text, span
        else:
            scanner.read(text)
        number += span


def _magic(number: int, text: str) -> tuple[Magic | None, str]:
    """The magic that a line is, and the Python that stands for it."""
    stripped = text.lstrip()
    indent = text[: len(text) - len(stripped)]
    if not stripped or stripped[0] in "#@":
        return None, text
    if stripped[0] in "%!?,;/":
        return _escaped(number, indent, stripped)
    if assigned := _ASSIGNED.match(text):
        name, _, rest = assigned[3].partition(" ") if assigned[2] == "%" else ("", "", assigned[3])
        magic = Magic(number, assigned[2], name, rest, assigned[1].strip())
        return magic, f"{assigned[1]} = get_ipython()"
    if stripped.rstrip().endswith("?") and _HELP.match(text):
        return Magic(number, "?", "", stripped), f"{indent}pass"
    return None, text


def _escaped(number: int, indent: str, text: str) -> tuple[Magic, str]:
    if text[0] == "%" and text.rstrip().endswith("?"):
        return Magic(number, "?", "", text), f"{indent}pass"
    if text[0] == "%":
        sign = "%%" if text.startswith("%%") else "%"
        name, _, rest = text[len(sign) :].strip().partition(" ")
        return Magic(number, sign, name, rest.strip()), indent + _timed(name, rest.strip())
    if text[0] == "!":
        return Magic(number, "!", "", text.lstrip("!").strip()), f"{indent}pass"
    return Magic(number, text[0], "", text[1:].strip()), f"{indent}pass"


def _timed(name: str, rest: str) -> str:
    """The statement that a measuring magic runs."""
    statement = _OPTION.sub("", f"{rest} ").strip()
    if name not in ("time", "prun", "timeit") or not statement:
        return "pass"
    mode = "eval" if name == "timeit" else "exec"
    try:
        compile(statement, "<magic>", mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "pass"
    return statement
