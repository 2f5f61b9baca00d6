"""What people and machines see of scores."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from paddock.cli import console

from paddock_ci.score.item import Credit, Evidence, Item
from paddock_ci.score.score import Score

_WIDTH = 80
_STYLES = {Credit.FULL: "green", Credit.HALF: "yellow", Credit.NONE: "red"}
_INDENT = " " * 9


def show(scores: Sequence[Score]) -> None:
    """Print each score: the sections with their sums; per item its credit, its evidence, and the next step."""
    for score in scores:
        console.say(f"{score.project}: ML Test Score {score.total:g}", "bold")
        console.say(f"{score.band}\n")
        for section in score.sections:
            console.say(f"{section.title} {section.points:g} of {len(section.answers)}", "bold")
            for item, evidence in section.answers:
                _show_item(item, evidence)


def _show_item(item: Item, evidence: Evidence) -> None:
    console.say(f"  {item.code} {evidence.credit.value:<3g} {item.title}", _STYLES[evidence.credit])
    for line in _wrapped(evidence.said):
        console.say(line)
    for line in _wrapped(f"→ {evidence.step}" if evidence.step else ""):
        console.say(line, "dim")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False)


def as_json(scores: Sequence[Score]) -> None:
    """Print the same for machines."""
    console.as_json([_facts(score) for score in scores])


def _facts(score: Score) -> dict[str, Any]:
    sections = [
        {
            "section": section.title,
            "points": section.points,
            "items": [
                {
                    "code": item.code,
                    "title": item.title,
                    "way": item.way.value,
                    "credit": evidence.credit.value,
                    "evidence": evidence.said,
                    "step": evidence.step,
                }
                for item, evidence in section.answers
            ],
        }
        for section in score.sections
    ]
    return {"project": score.project, "score": score.total, "band": score.band, "sections": sections}
