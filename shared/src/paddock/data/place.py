"""A place in a TOML file: where a message points to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from paddock.errors import ConfigurationError, nearest

_Value = TypeVar("_Value")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WORDS = {str: "a text", bool: "true or false", int: "a whole number", dict: "a table", list: "a list"}


@dataclass(frozen=True)
class Place:
    """A TOML file and its text, to find the line of a key."""

    path: Path
    text: str

    def fail(self, table: str, key: str, why: str, remedy: str) -> NoReturn:
        """Raise ConfigurationError that names file, line, table and key."""
        where = f"{table}.{key}" if table and key else table or key
        raise ConfigurationError(f"{self.path}:{self.line(table, key)}: {where}: {why}", remedy)

    def line(self, table: str, key: str) -> int:
        """The line of `key` in `[table]`, as well as a search in the text can tell; 1 when it cannot."""
        inside = table == ""
        found = 0
        for number, line in enumerate(self.text.splitlines(), 1):
            header = re.match(r"\s*\[+([^\]]+)\]", line)
            if header:
                name = re.sub(r"[\s\"']", "", header[1])
                inside = name == table or (table == "" and not key)
                if name == table or (key and name == f"{table}.{key}".lstrip(".")):
                    found = number
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
        if not found and table:
            # A table without a header of its own stands inline, as a key of the one above.
            above, _, name = table.rpartition(".")
            return self.line(above, name)
        return found or 1

    def refuse_unknown(self, found: Iterable[str], known: Iterable[str], table: str) -> None:
        """Raise for the first key that is not known, with the nearest that is."""
        names = tuple(known)
        for key in found:
            if key not in names:
                self.fail(table, key, "unknown key", nearest(key, names))

    def value(self, table: dict[str, Any], name: str, key: str, kind: type[_Value], default: _Value) -> _Value:
        """The value of `key` in the table called `name`; raises when it is of another kind."""
        value = table.get(key, default)
        # To Python, True is an int.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fail(name, key, f"expected {_WORDS[kind]}, got {value!r}", "Mend that line.")
        return value

    def table(self, document: dict[str, Any], key: str, name: str) -> dict[str, dict[str, Any]]:
        """The table of tables at `key`; raises when it is anything else."""
        tables = self.value(document, name, key, dict, {})
        for inner, table in tables.items():
            if not isinstance(table, dict):
                self.fail(f"{name}.{key}".lstrip("."), inner, f"expected a table, got {table!r}", "Make it a table.")
        return tables

    def check_name(self, table: str, name: str) -> None:
        """Raise unless `name` is a name of small letters, digits and _."""
        if not _NAME.fullmatch(name):
            self.fail(table, name, "expected a name of small letters, digits and _, got another", "Rename it.")

    def described(self, table: dict[str, Any], name: str) -> str:
        """The description in the table called `name`; raises when there is none."""
        text = self.value(table, name, "description", str, "")
        if not text.strip():
            self.fail(name, "description", "is missing", 'Say what it means: description = "…"')
        return text

    def positive(self, table: dict[str, Any], name: str, key: str) -> float | None:
        """The number above 0 at `key`, or None where there is none; raises for anything else."""
        value = table.get(key)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value <= 0:
            self.fail(name, key, f"expected a number above 0, got {value!r}", "Mend that line.")
        return float(value)
