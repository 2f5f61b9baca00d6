"""A sweep: all combinations of the values that parameters are to take."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence

from paddock.errors import ConfigurationError

MOST = 1_000
_RANGE = re.compile(r"(-?\d+):(-?\d+)")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE_OF_FRACTIONS = re.compile(f"{_NUMBER}:{_NUMBER}")
_EXAMPLE = "Write, for instance: --sweep alpha=0.1,0.2 --sweep seed=1:5"
_OPENING, _CLOSING = "[{(", "]})"


def combinations(sweeps: Sequence[str], fixed: Mapping[str, str]) -> list[dict[str, str]]:
    """Each combination of `NAME=V1,V2` and `NAME=A:B` (whole numbers, both ends included), after the `fixed` values.

    Raises ConfigurationError for what is none, for a name given twice, and for more combinations than anyone looks at.
    """
    axes: dict[str, Sequence[str]] = {}
    for text in sweeps:
        name, values = _axis(text)
        if name in axes or name in fixed:
            raise ConfigurationError(f"--sweep {name}: the parameter is given twice", "Give each parameter once.")
        axes[name] = values
    _refuse_many({name: len(values) for name, values in axes.items()})
    return [{**fixed, **dict(zip(axes, chosen, strict=True))} for chosen in itertools.product(*axes.values())]


def _axis(text: str) -> tuple[str, Sequence[str]]:
    name, equals, given = text.partition("=")
    if not equals or not name.isidentifier() or not given:
        raise ConfigurationError(f"--sweep {text}: expected NAME=V1,V2 or NAME=A:B, got '{text}'", _EXAMPLE)
    if bounds := _RANGE.fullmatch(given):
        first, last = map(int, bounds.groups())
        if first > last:
            raise ConfigurationError(f"--sweep {text}: the range is empty: {first} is above {last}", _EXAMPLE)
        _refuse_many({name: last - first + 1})
        return name, [str(number) for number in range(first, last + 1)]
    if _RANGE_OF_FRACTIONS.fullmatch(given):
        begin, end = given.split(":")
        between = f"{(float(begin) + float(end)) / 2:g}"
        raise ConfigurationError(
            f"--sweep {text}: a range A:B is for whole numbers, got {given}",
            f"List the values: --sweep {name}={begin},{between},{end}",
        )
    values = _split(given)
    if "" in values:
        raise ConfigurationError(f"--sweep {text}: expected a value on each side of a comma", _EXAMPLE)
    if repeated := next((value for value in values if values.count(value) > 1), ""):
        raise ConfigurationError(f"--sweep {text}: the value {repeated} is there twice", "Name each value once.")
    return name, values


def _refuse_many(sizes: Mapping[str, int]) -> None:
    count = math.prod(sizes.values())
    if count > MOST:
        values = " × ".join(f"{size:,} of {name}" for name, size in sizes.items())
        raise ConfigurationError(
            f"--sweep: {values} are {count:,} combinations, expected at most {MOST:,}", "Take fewer values."
        )


def _split(text: str) -> list[str]:
    """The values between commas; a comma inside of brackets belongs to its value."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in _OPENING) - (letter in _CLOSING)
        if letter == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]
