"""A MIME bundle, shown where the code runs: in the notebook's output, or as text on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any


def show(data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None) -> None:
    """Show the richest form of `data` that the place can show; outside IPython that is its plain text."""
    if shell() is None:
        print(data["text/plain"])
        return
    from IPython.display import publish_display_data

    publish_display_data(dict(data), dict(metadata or {}))


def shell() -> Any:
    """IPython's shell that runs this code, or None outside IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
