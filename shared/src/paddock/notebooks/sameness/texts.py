"""Texts that say the same: word by word, numbers within a tolerance, and what belongs to one execution left aside."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from paddock.notebooks.sameness.moments import Window

TOLERANCE = 1e-9
_LONGEST_SHOWN = 120
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME = r"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
_TOKEN = re.compile(
    rf"""(?P<address>\b0x[0-9a-fA-F]{{6,}}\b)
    |(?P<uuid>\b{_UUID}\b)
    |(?P<moment>\b\d{{4}}-\d\d-\d\d(?:[T ]{_TIME}(?:\ ?(?:Z\b|UTC\b|[+-]\d\d:?\d\d\b))?)?)
    |(?P<clock>\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b)
    |(?P<path>(?<![\w./])(?:/[\w.+@:-]+)+)
    |(?P<number>(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<word>\w+)
    |(?P<space>\s+)
    |(?P<sign>.)""",
    re.VERBOSE,
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WHOLE = re.compile(r"[-+]?\d+")
# Lines of %time, %timeit and progress bars: how long it took is no result.
_TIMING = re.compile(r"\bCPU times:|\bWall time:|\bper loop\b|\d ?(?:it/s|s/it)\b")
_TEMPORARY = ("/tmp/", "/var/tmp/", "/var/folders/")
# Names that libraries draw by chance for parts of what they show.
_DRAWN = re.compile(rf"{_UUID}|\bT_[0-9a-f]{{5,}}|(?<=#)[\w-]+|(?<=url\(#)[\w-]+")


@dataclass(frozen=True)
class Eye:
    """How it is looked: the relative tolerance of numbers, and when each of both executions went on."""

    tolerance: float = TOLERANCE
    before: Window = field(default_factory=Window)
    after: Window = field(default_factory=Window)

    def sees_same(self, before: str, after: str) -> bool:
        """Whether two texts say the same."""
        return not difference(before, after, self)

    def sees_same_number(self, before: float, after: float) -> bool:
        """Whether two numbers are the same; whole ones are exact."""
        if isinstance(before, int) and isinstance(after, int):
            is_same = before == after
        else:
            is_same = math.isclose(before, after, rel_tol=self.tolerance) or (math.isnan(before) and math.isnan(after))
        return is_same or (self.before.holds_seconds(float(before)) and self.after.holds_seconds(float(after)))


def difference(before: str, after: str, eye: Eye) -> str:
    """The first difference of two texts, in words; empty when they say the same. Spaces only part words."""
    if before == after:
        return ""
    old, new = _COLOUR.sub("", before).rstrip().split("\n"), _COLOUR.sub("", after).rstrip().split("\n")
    for number, (one, other) in enumerate(zip(old, new, strict=False), 1):
        if one != other and (found := _of_line(one, other, eye)):
            return f"line {number}: {found}" if max(len(old), len(new)) > 1 else found
    return "" if len(old) == len(new) else f"{len(old)} lines became {len(new)}"


def without_drawn(text: str) -> str:
    """A text of markup, style or script without the names that libraries draw by chance."""
    return _DRAWN.sub("", text)


def shown(text: str) -> str:
    """A text as a message shows it: on one line, and not long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_SHOWN else f"{flat[:_LONGEST_SHOWN]}…"


def _of_line(before: str, after: str, eye: Eye) -> str:
    if _TIMING.search(before) and _TIMING.search(after):
        return ""
    old, new = list(_tokens(before)), list(_tokens(after))
    if len(old) != len(new):
        return f"'{shown(before)}' became '{shown(after)}'"
    for (kind, one), (other_kind, other) in zip(old, new, strict=True):
        if one != other and not (kind == other_kind and _is_same(kind, one, other, eye)):
            return _told(one, other, before, after)
    return ""


def _told(one: str, other: str, before: str, after: str) -> str:
    """The words that differ, and the line around them where it is short."""
    if one == before.strip() and other == after.strip():
        return f"'{shown(one)}' became '{shown(other)}'"
    return f"'{shown(one)}' became '{shown(other)}' in '{shown(before)}'"


def _tokens(line: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(line):
        if found.lastgroup != "space":
            yield str(found.lastgroup), found[0]


def _is_same(kind: str, before: str, after: str, eye: Eye) -> bool:
    match kind:
        case "address":
            return True
        case "moment":
            return eye.before.holds(before) and eye.after.holds(after)
        case "clock":
            return eye.before.holds_clock(before) and eye.after.holds_clock(after)
        case "path":
            return _is_temporary(before) and _is_temporary(after)
        case "number":
            return eye.sees_same_number(_number(before), _number(after))
    return False


def _number(text: str) -> float:
    return int(text) if _WHOLE.fullmatch(text) else float(text)


def _is_temporary(path: str) -> bool:
    return path.startswith((*_TEMPORARY, f"{tempfile.gettempdir()}/"))
