"""Deviations: files that a project keeps otherwise than its template renders them, with a reason and an end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError
from paddock.project import read_toml, table_at

TABLE = "[[tool.paddock.deviations]]"
_MANIFEST = "pyproject.toml"
_KEYS = ("path", "reason", "until")
_EXAMPLE = f'Write, for instance: {TABLE} with path = "Dockerfile", reason = "it needs a GPU base", until = 2027-01-31'


@dataclass(frozen=True)
class Deviation:
    """Files (a glob) that the project keeps its own way, why, and until which day."""

    path: str
    reason: str
    until: date

    def is_live(self, today: date) -> bool:
        """Whether it still holds."""
        return self.until >= today

    def fits(self, path: str) -> bool:
        """Whether it speaks of this file."""
        return fnmatchcase(path, self.path)


def load_deviations(folder: Path) -> tuple[Deviation, ...]:
    """The deviations of the project in `folder`; raises ConfigurationError for a table that is not one."""
    manifest = folder / _MANIFEST
    tables = table_at(manifest, read_toml(manifest), "tool", "paddock").get("deviations", [])
    shown = f"projects/{folder.name}/{_MANIFEST}"
    if not isinstance(tables, list):
        raise ConfigurationError(f"{shown}: expected tables {TABLE}, got {tables!r:.80}", _EXAMPLE)
    for number, table in enumerate(tables, 1):
        if fault := _fault(table):
            raise ConfigurationError(f"{shown}: {TABLE} {number}: {fault}", _EXAMPLE)
    return tuple(Deviation(table["path"], table["reason"], table["until"]) for table in tables)


def deviation_for(path: str, deviations: Iterable[Deviation]) -> Deviation | None:
    """The deviation that speaks of a file, of several the one that holds longest; nothing where none does."""
    fitting = [deviation for deviation in deviations if deviation.fits(path)]
    return max(fitting, key=lambda deviation: deviation.until, default=None)


def _fault(table: Any) -> str:
    if not isinstance(table, dict):
        return f"expected a table, got {table!r:.80}"
    if unknown := sorted(set(table) - set(_KEYS)):
        return f"has an unknown key {unknown[0]!r}; expected {', '.join(_KEYS)}"
    for key in ("path", "reason"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            return f"{key}: expected a text, got {table.get(key)!r:.80}"
    # A moment is a day to isinstance, but cannot be compared with one.
    if type(table.get("until")) is not date:
        return f"until: expected a date such as 2027-01-31 (without quotes), got {table.get('until')!r:.80}"
    return ""
