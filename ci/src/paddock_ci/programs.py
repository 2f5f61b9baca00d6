"""The programs behind `paddock` that read their own options: what their help says that they take."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from paddock.errors import nearest

# In a line of the help: the short name, the long one, what stands for a value.
_OPTION = re.compile(r"^ +(?:(-\w)(?:, )?)?(--[\w-]+)?(?: ([A-Z]+))?(?:  |$)", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """A program by its entry point; that has a class of its own where a backport of `importlib.metadata` is loaded."""

    entry: Any


def usage_fault(path: str, words: Sequence[str], program: Program) -> str:
    """Why the program of an entry point, called as `path`, would refuse these words, or nothing."""
    options, takes_arguments = _usage(program)
    waiting = [*words]
    while waiting:
        word = waiting.pop(0)
        name, equals, _ = word.partition("=")
        if not word.startswith("-") or word == "-":
            if not takes_arguments:
                return f"{path}: expected no argument, got '{word}'"
        elif name not in options:
            return f"{path}: No such option: {name}. {nearest(name, options)}"
        elif options[name] and not equals:
            if not waiting:
                return f"{path}: Option '{name}' requires an argument."
            waiting.pop(0)
    return ""


@cache
def help_of(program: Program) -> str:
    """What a program says of itself when it is asked for help."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        program.entry.load()(["--help"])
    return said.getvalue()


@cache
def _usage(program: Program) -> tuple[Mapping[str, bool], bool]:
    """The options of a program, each with whether it takes a value; whether it takes arguments."""
    first, _, rest = help_of(program).partition("\n")
    options = {name: bool(value) for *names, value in _OPTION.findall(rest) for name in names if name}
    return options, not first.endswith("[OPTIONS]")
