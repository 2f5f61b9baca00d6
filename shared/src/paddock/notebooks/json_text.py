"""JSON text, parsed strictly: what Python would let pass is a fault with line and column."""

from __future__ import annotations

import json
import math
import re
from typing import Any

# Nothing inside a JSON string can look like a token: strings are matched as a whole.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|-?Infinity|NaN|-?\d[\d.eE+-]*')
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7}|={7})(?: .*)?$", re.MULTILINE)
_REMEDY = "Open the file in a text editor and mend it there, or restore it from git."


class TextError(ValueError):
    """A place in a text, what is wrong there, and the remedy; line and column start at 1."""

    def __init__(self, text: str, position: int, what: str, remedy: str = _REMEDY) -> None:
        super().__init__(what)
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)
        self.what = what
        self.remedy = remedy


class _RefusedError(ValueError):
    """Something that Python's parser lets pass; where it is, is looked for afterwards."""


def parse(text: str) -> Any:
    """The value of a JSON text; raises TextError.

    Refused beside wrong syntax: git's conflict markers, NaN, infinite numbers, and a key used twice.
    Raises RecursionError for a text that nests too deep for Python.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except json.JSONDecodeError as error:
        raise _conflict(text) or TextError(text, error.pos, f"is not valid JSON: {error.msg}") from error
    except _RefusedError as error:
        raise _found(text) from error
    except ValueError as error:
        # An integer of thousands of digits, which Python does not convert.
        raise TextError(text, 0, f"is not valid JSON: {error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError
    return found


def _constant(name: str) -> Any:
    raise _RefusedError(name)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise _RefusedError(digits)
    return value


def _conflict(text: str) -> TextError | None:
    if marker := _CONFLICT.search(text):
        return TextError(
            text,
            marker.start(),
            f"git's conflict marker '{marker.group()[:40]}'",
            "Resolve the merge: keep one side, for instance with git checkout --ours or --theirs, or use nbdime.",
        )
    return None


def _found(text: str) -> TextError:
    """The first number that is not finite, or key that an object has twice."""
    open_objects: list[set[str] | None] = []
    for token in _TOKEN.finditer(text):
        found = token.group()
        if found in "{[":
            open_objects.append(set() if found == "{" else None)
        elif found in "}]":
            open_objects.pop()
        elif found.lstrip("-") in ("NaN", "Infinity"):
            return TextError(text, token.start(), f"{found} is not valid JSON, expected a number or null")
        elif found[0] != '"' and found not in ",:":
            if math.isinf(float(found)):
                return TextError(text, token.start(), f"the number {found[:40]} is infinite, expected a finite one")
        elif found[0] == '"' and (keys := open_objects[-1]) is not None and _is_key(text, token.end()):
            key = json.loads(found)
            if key in keys:
                return TextError(text, token.start(), f"the key '{key[:80]}' is there twice in one object")
            keys.add(key)
    return TextError(text, 0, "holds a number that is not finite, or a key twice")


def _is_key(text: str, end: int) -> bool:
    return re.compile(r"\s*:").match(text, end) is not None
