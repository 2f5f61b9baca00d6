"""The filter by which a template writes an answer down."""

from __future__ import annotations

import json

from jinja2 import Environment
from jinja2.ext import Extension


def quoted(text: str) -> str:
    """A printable text as one literal, quotes included, that TOML, YAML, JSON and Python all read back as it was."""
    return json.dumps(text, ensure_ascii=False)


class Quoting(Extension):
    """Brings the filter `quoted` into a template, which names this class in its `_extensions`."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["quoted"] = quoted
