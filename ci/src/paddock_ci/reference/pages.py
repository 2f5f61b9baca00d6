"""The pages of the reference, by their paths, and all entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from paddock_ci.reference import commands, formats, outcomes, python, rules, settings
from paddock_ci.reference.entry import Entry

PAGES: Mapping[str, Callable[[], str]] = {
    commands.PAGE: commands.page,
    outcomes.ERRORS: outcomes.errors_page,
    formats.PAGE: formats.page,
    python.PAGE: python.page,
    rules.PAGE: rules.page,
    settings.PAGE: settings.page,
    outcomes.STATES: outcomes.states_page,
}


def entries() -> list[Entry]:
    """All that can be looked up."""
    parts = (rules, outcomes, settings, commands, formats, python)
    return [entry for part in parts for entry in part.entries()]
