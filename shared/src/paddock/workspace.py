"""Where the workspace is: the folder that a team cloned."""

from __future__ import annotations

import re
from pathlib import Path

from paddock.errors import ConfigurationError

_TABLE = re.compile(r"^\s*\[\s*tool\.paddock\.workspace\b", re.MULTILINE)


def root_above(start: Path) -> Path:
    """The nearest folder at or above `start` whose `pyproject.toml` has the table `[tool.paddock.workspace]`.

    Raises ConfigurationError where there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        try:
            text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if _TABLE.search(text):
            return folder
    raise ConfigurationError(
        f"{start.resolve()}: no Paddock workspace here or above",
        "Change to the clone's folder, or name it: --workspace PATH (or PADDOCK_WORKSPACE).",
    )
