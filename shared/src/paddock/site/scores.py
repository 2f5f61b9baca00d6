"""The ML Test Scores that somebody computed and left where the site finds them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST_FILE = 5_000_000


@dataclass(frozen=True)
class Score:
    """The score of one project, what it means in words, and the points of each section (got, possible)."""

    project: str
    total: float
    band: str
    sections: tuple[tuple[str, float, int], ...]


def read_scores(files: Iterable[Path]) -> tuple[dict[str, Score], tuple[str, ...]]:
    """The scores by project in files of `paddock score --json`, a later file winning, and what could not be read."""
    scores: dict[str, Score] = {}
    faults = []
    for file in files:
        try:
            if file.stat().st_size > _LARGEST_FILE:
                raise ValueError("larger than any score")
            scores.update({score.project: score for score in _scores(json.loads(file.read_text("utf-8")))})
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            faults.append(f"{file.name}: not an ML Test Score as `paddock score --json` prints it: {_said(error)}")
    return scores, tuple(faults)


def found_files(state: Path) -> list[Path]:
    """The files in the state folder in which scores are kept."""
    return sorted((state / "score").glob("*.json"))


def _scores(content: Any) -> Iterator[Score]:
    for facts in content if isinstance(content, list) else [content]:
        sections = tuple(
            (str(section["section"]), _number(section["points"]), len(section["items"]))
            for section in facts["sections"]
        )
        yield Score(str(facts["project"]), _number(facts["score"]), str(facts["band"]), sections)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"expected a number, got {value!r:.80}")
    return float(value)


def _said(error: Exception) -> str:
    return f"no key {error}" if isinstance(error, KeyError) else str(error)[:200]
