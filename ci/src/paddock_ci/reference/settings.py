"""The reference of all settings: variables of the environment, and keys of `pyproject.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from paddock_ci.docs.anchors import slug
from paddock_ci.reference.entry import Entry, table

PAGE = "docs/reference/settings.md"
_HEAD = """# All settings

Made by `python -m paddock_ci.reference`; a test fails where the code reads a variable or a key that is not here. What
they are for: [environments](../explanation/environments.md), [checks](../explanation/checks.md),
[templates](../explanation/templates.md#deviations).

A variable of the environment wins over a key. `{ secret = "NAME" }` in the place of a text takes it from the variable
`NAME`; a password in a file is refused.
"""
_VARIABLES = {
    "of-you": "Variables that you may set",
    "of-ci": "Variables of CI",
    "of-images": "Variables of images",
    "of-paddock": "Variables that Paddock sets for its own processes",
}
_TABLES = {
    "tool.paddock": "Of a project: `[tool.paddock]`",
    "tool.paddock.deviations": "Of a project: `[[tool.paddock.deviations]]`",
    "tool.paddock-score": "Of a project: `[tool.paddock-score]`",
    "tool.paddock.workspace": "Of the workspace: `[tool.paddock.workspace]`",
    "tool.paddock.environments.NAME": "Of the workspace: `[tool.paddock.environments.NAME]`",
    "tool.paddock.checks": "Of the workspace and of projects: `[tool.paddock.checks]`",
}


@cache
def _said() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("paddock_ci.reference").joinpath("settings.toml").read_text(encoding="utf-8"))


def variables() -> Mapping[str, str]:
    """The meaning of each variable of the environment."""
    return {name: meaning for group in _said()["variables"].values() for name, meaning in group.items()}


def keys() -> Mapping[str, Mapping[str, str]]:
    """The meaning of each key, by its table."""
    return _said()["keys"]  # type: ignore[no-any-return]


def entries() -> list[Entry]:
    """An entry for each variable and each key, which is called as its table and itself."""
    found = [
        Entry(name, "variable of the environment", meaning, PAGE, slug(_VARIABLES[group]))
        for group, names in _said()["variables"].items()
        for name, meaning in names.items()
    ]
    return found + [
        Entry(f"{name}.{key}", f"key of [{name}]", meaning, PAGE, slug(_TABLES[name].replace("`", "")))
        for name, each in keys().items()
        for key, meaning in each.items()
    ]


def page() -> str:
    """The page in Markdown."""
    lines = [_HEAD]
    for group, title in _VARIABLES.items():
        rows: list[tuple[object, ...]] = [(f"`{name}`", said) for name, said in _said()["variables"][group].items()]
        lines.append(f"## {title}\n\n{table(('variable', 'meaning'), rows)}\n")
    for name, title in _TABLES.items():
        rows = [(f"`{key}`", said) for key, said in keys()[name].items()]
        lines.append(f"## {title}\n\n{table(('key', 'meaning'), rows)}\n")
    return "\n".join(lines)
