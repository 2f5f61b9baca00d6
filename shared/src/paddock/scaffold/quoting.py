"""The filters by which a template writes an answer down."""

from __future__ import annotations

import json
import re

from jinja2 import Environment
from jinja2.ext import Extension

# What CommonMark or GitHub would take for markup anywhere in a line, and what only at its beginning.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>~|$#]|&(?=#?\w+;)")
_FIRST = re.compile(r"^(\d{0,9})(?=[.)+=-])")


def quoted(text: str) -> str:
    """A printable text as one literal, quotes included, that TOML, YAML, JSON and Python all read back as it was."""
    return json.dumps(text, ensure_ascii=False)


def escaped(text: str) -> str:
    """A printable text so that Markdown shows it as it was: nothing of it is taken for emphasis, a link or HTML."""
    return _FIRST.sub(r"\1\\", _ANYWHERE.sub(r"\\\g<0>", text))


class Quoting(Extension):
    """Brings the filters `quoted` and `escaped` into a template, which names this class in its `_extensions`."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["quoted"] = quoted
        environment.filters["escaped"] = escaped
