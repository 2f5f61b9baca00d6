"""The page that compares two runs, which the reader chooses there."""

from __future__ import annotations

from paddock.site.entry import Entry, page
from paddock.site.inventory import Inventory


def entry(found: Inventory) -> Entry:
    """The page; the runs to choose from come from the script of all runs."""
    facts = {"count": sum(len(p.runs) for p in found.projects)}
    return page("compare.html", "compare.html.j2", facts, found.docs)
