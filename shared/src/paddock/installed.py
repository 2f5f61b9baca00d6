"""The installed packages, as their folders name them."""

from __future__ import annotations

import os
import sys

DISTRIBUTIONS = (".dist-info",)


def names(endings: tuple[str, ...] = DISTRIBUTIONS) -> list[str]:
    """The names with versions of all installed packages, sorted; with `endings`, of other files beside them, too."""
    folders = (entry for entry in sys.path if entry.endswith("site-packages") and os.path.isdir(entry))  # noqa: PTH112
    # Not by paths: the folder has hundreds of entries, and each notebook of a suite asks.
    return sorted({name for folder in folders for name in os.listdir(folder) if name.endswith(endings)})  # noqa: PTH208
