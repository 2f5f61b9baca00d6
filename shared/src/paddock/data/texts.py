"""Texts that match a regular expression."""

from __future__ import annotations

import contextlib
import random
import re

from paddock.errors import ConfigurationError

# Texts that hypothesis draws first; more of them are made by crossing these, which is far quicker.
_FIRST = 200
_BATCH = 50
_ATTEMPTS = 6


def matching(pattern: str, count: int, seed: int) -> tuple[str, ...]:
    """Up to `count` different texts that match `pattern` wholly, the same for the same seed.

    Fewer only when many more tries found no other. Raises ConfigurationError when hypothesis is not installed.
    """
    found = _drawn(pattern, min(count, _FIRST), seed * _ATTEMPTS)
    for attempt in range(1, _ATTEMPTS):
        before = len(found)
        if before >= count:
            break
        found |= _crossed(pattern, found, count - before, seed)
        if len(found) < count:
            found |= _drawn(pattern, count, seed * _ATTEMPTS + attempt)
        if len(found) == before:
            break
    return tuple(found)[:count]


def _drawn(pattern: str, count: int, seed: int) -> dict[str, None]:
    """Texts that hypothesis draws, about twice `count` before those that repeat are dropped."""
    try:
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as seeded
        from hypothesis.errors import Unsatisfiable
        from hypothesis.strategies import from_regex, lists
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "samples of a column with a regex need packages that are not installed", "Install: paddock[testing]"
        ) from error
    found: dict[str, None] = {}
    size = max(1, min(count, _BATCH))

    @seeded(seed)
    @settings(
        max_examples=2 * count // size + 10,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(lists(from_regex(pattern, fullmatch=True), min_size=size, max_size=size))
    def collect(texts: list[str]) -> None:
        found.update(dict.fromkeys(texts))

    with contextlib.suppress(Unsatisfiable):
        collect()
    return found


def _crossed(pattern: str, texts: dict[str, None], count: int, seed: int) -> dict[str, None]:
    """Up to `count` more texts that match, each character taken from a text of the same length at the same place."""
    generator = random.Random(seed)
    known = list(texts)
    by_length: dict[int, list[str]] = {}
    for text in known:
        by_length.setdefault(len(text), []).append(text)
    match = re.compile(pattern).fullmatch
    more: dict[str, None] = {}
    for _ in range(4 * count if known else 0):
        alike = by_length[len(generator.choice(known))]
        text = "".join(generator.choice(alike)[place] for place in range(len(alike[0])))
        if text not in texts and match(text):
            more[text] = None
            if len(more) == count:
                break
    return more
