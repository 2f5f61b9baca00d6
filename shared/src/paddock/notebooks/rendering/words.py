"""Numbers, durations, moments and texts as readers like them."""

from __future__ import annotations

import math
import re
from datetime import datetime

# What a reader would not see, or what would turn the text around it: all controls and formats, less the two joiners
# that writing needs, line ends and tabulators.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def number(value: object, signed: bool = False) -> str:
    """A number for readers, in six digits; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):+d}" if signed else str(int(value))
    return f"{value:+.6g}" if signed else f"{value:.6g}"


def duration(seconds: float) -> str:
    """A duration for readers: 0.42 s, 12.3 s, 3 min 5 s, 2 h 4 min."""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def moment(text: str) -> str:
    """An ISO 8601 time for readers, with its zone in words; any other text as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{found:%Y-%m-%d %H:%M:%S} {found.tzname() or ''}".strip()


def visible(text: str) -> str:
    """The text with each hidden character written out, such as ⟨U+202E⟩; what it may hold is what a reader sees."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text) if _is_suspect(text) else text


def _is_suspect(text: str) -> bool:
    return not (text.isascii() and text.isprintable())
