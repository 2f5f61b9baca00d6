"""The front page: every project, what needs somebody first."""

from __future__ import annotations

from collections import Counter
from typing import Any

from paddock.site.entry import Entry, page
from paddock.site.inventory import Inventory
from paddock.site.pages.projects import overview

_URGENCY = {"bad": 0, "doubt": 1, "neutral": 3, "good": 4}


def entry(found: Inventory) -> Entry:
    """The front page."""
    cards = sorted(map(overview, found.projects), key=_urgency)
    tones = Counter(card["tone"] for card in cards)
    facts = {
        "cards": cards,
        "bad": tones["bad"],
        "good": tones["good"],
        "late": sum(card["late"] for card in cards),
        "doubt": tones["doubt"],
        "runs": sum(card["runs"] for card in cards),
        "datasets": len(found.datasets),
        "newest": max((card["started"] for card in cards), default=""),
    }
    return page("index.html", "home.html.j2", facts, found.docs)


def _urgency(card: dict[str, Any]) -> tuple[int, str]:
    return (2 if card["late"] and card["tone"] == "good" else _URGENCY[card["tone"]]), card["name"]
