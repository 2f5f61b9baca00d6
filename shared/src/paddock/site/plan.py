"""The plan of a site: all entries that an inventory asks for."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.site.entry import Entry
from paddock.site.inventory import Inventory
from paddock.site.ledger import Ledger
from paddock.site.pages import assets, compare, datasets, home, picture, projects, run, runs


def entries(found: Inventory, known: Ledger) -> Iterator[Entry]:
    """Every entry of the site, none depending on another one's files."""
    yield from assets.entries()
    yield home.entry(found)
    yield picture.entry(found)
    yield from datasets.entries(found)
    yield from runs.entries(found)
    yield compare.entry(found)
    for portrait in found.projects:
        yield projects.entry(portrait, found)
        yield from run.entries(portrait, found, known)
