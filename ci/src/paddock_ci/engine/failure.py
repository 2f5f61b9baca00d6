"""The failure of a test, told in one line: where in the project, and why."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

LONGEST = 300  # characters of a reason
_HEAD = 100  # characters of what stands before an error that an error quotes
_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "(?P<path>[^"\n]+)", line (?P<line>\d+)', re.MULTILINE)
_RULE = re.compile(r"[^\w\s]{4,}")
_DECORATION = " =!-_"
_AT = " (at {})"
_FATAL = "Fatal Python error"


class Failure(NamedTuple):
    """The line of the project at which something failed, or nothing where that is the test as a whole; the reason."""

    place: str
    reason: str


def failure_of(caught: Any, shown: Any, root: Path, test: Path) -> Failure:
    """What pytest's `caught` exception, `shown` by it as that, is to people of the project below `root`.

    Where a library raised it, the place is the test's, whose file is `test`, and the reason names the line that called.
    """
    error = _meant(caught.value)
    is_plain = error is caught.value and not hasattr(error, "example")
    text = caught.exconly(tryshort=True) if is_plain else _said(error)
    # That a fixture is missing is no more than a request in the exception.
    text = getattr(shown, "errorstring", "").partition("\n")[0].strip() or text
    frames = [*_frames(error), *_quoted(f"{error.__cause__ or ''}\n{text}")]
    inside = [frame for frame in frames if _is_inside(frame[0], root)]
    if not inside:
        return Failure("", reason(text))
    line = f"{Path(inside[-1][0]).relative_to(root).as_posix()}:{inside[-1][1]}"
    if inside[-1] == frames[-1] or Path(inside[-1][0]) == test:
        return Failure(line, reason(text))
    # What a library refuses may be wrong where it is called, or what the test gave.
    return Failure("", f"{reason(text, LONGEST - len(line) - len(_AT))}{_AT.format(line)}")


def reason(text: str, longest: int = LONGEST) -> str:
    """A message of many lines in one: without rules, and of an error that quotes another one, how both begin."""
    before, quotes, _ = text.partition(_TRACEBACK)
    if not quotes:
        return _cut(_joined(text.splitlines()), longest)
    own, inner = _cut(_joined(_first(before)), _HEAD), _joined(_last(text))
    return _cut(" … ".join(filter(None, (own, inner))), longest)


def last_words(output: str) -> str:
    """What a program that was ended says at last, without the rules around it."""
    lines = [stripped for line in output.splitlines() if (stripped := line.strip(_DECORATION))]
    return "; ".join([line for line in lines if line.startswith(_FATAL)][-1:] or lines[-3:])


def _meant(error: BaseException) -> BaseException:
    """The exception that pytest's own, or a group, was raised for."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif type(error).__name__ == "CollectError" and error.__cause__:
            error = error.__cause__
        elif failures := getattr(error, "failures", None):
            # Several failed doctests.
            error = failures[0]
        else:
            return error


def _said(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    example: Any = getattr(error, "example", None)
    if example and hasattr(error, "got"):
        return f"expected {example.want.strip()}, got {error.got.strip()}"
    return "".join(traceback.format_exception_only(error))


def _frames(error: BaseException) -> Iterator[tuple[str, int]]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield frame.f_code.co_filename, line
    if isinstance(error, SyntaxError) and error.filename:
        yield error.filename, error.lineno or 1


def _quoted(text: str) -> Iterator[tuple[str, int]]:
    """The frames of tracebacks in a text: those of other processes and of fits that were caught."""
    for found in _FRAME.finditer(text if _TRACEBACK in text else ""):
        yield found["path"], int(found["line"])


def _is_inside(path: str, root: Path) -> bool:
    return Path(path).is_relative_to(root) and "site-packages" not in Path(path).parts


def _first(text: str) -> list[str]:
    """The first line that says something, after the name of the error's class where that stands alone."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[:2] if lines and lines[0].endswith(":") else lines[:1]


def _last(text: str) -> Iterator[str]:
    """The error with which the last traceback of a text ends."""
    lines = text.rpartition(_TRACEBACK)[2].splitlines()
    begin = next((number for number, line in enumerate(lines) if line[:1].strip()), len(lines))
    for line in lines[begin:]:
        if not line.strip() or _RULE.fullmatch(line.strip()):
            return
        yield line


def _joined(lines: Any) -> str:
    return " ".join(" ".join(line for line in lines if not _RULE.fullmatch(line.strip())).split()).removesuffix(":")


def _cut(text: str, longest: int) -> str:
    """The text, or as many of its words as fit."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    return f"{kept.rpartition(' ')[0] or kept}…"
