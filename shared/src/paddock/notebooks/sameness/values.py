"""JSON values that say the same: numbers within the tolerance, texts as texts."""

from __future__ import annotations

from typing import Any

from paddock.notebooks.sameness.texts import Eye, shown
from paddock.notebooks.sameness.texts import difference as difference_of_texts


def difference(before: Any, after: Any, eye: Eye, where: str = "") -> str:
    """The first difference of two values, in words that say where; empty when they say the same."""
    at = f"{where.lstrip('.')}: " if where else ""
    if isinstance(before, dict) and isinstance(after, dict):
        if odd := sorted(set(before) ^ set(after)):
            return f"{at}'{shown(odd[0])}' is {'gone' if odd[0] in before else 'new'}"
        pairs = ((f"{where}.{name}", before[name], after[name]) for name in before)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return f"{at}{len(before)} values became {len(after)}"
        numbered = enumerate(zip(before, after, strict=True))
        pairs = ((f"{where}[{number}]", one, other) for number, (one, other) in numbered)
    else:
        found = _of_leaves(before, after, eye)
        return f"{at}{found}" if found else ""
    return next((found for place, one, other in pairs if (found := difference(one, other, eye, place))), "")


def _of_leaves(before: Any, after: Any, eye: Eye) -> str:
    if isinstance(before, str) and isinstance(after, str):
        return difference_of_texts(before, after, eye)
    if _is_number(before) and _is_number(after):
        is_same = eye.sees_same_number(before, after)
    else:
        is_same = type(before) is type(after) and before == after
    return "" if is_same else f"{shown(repr(before))} became {shown(repr(after))}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
