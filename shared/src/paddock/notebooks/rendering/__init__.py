"""Reports: executed notebooks as one self-contained HTML page that runs nothing and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from paddock.notebooks.rendering.header import Gate, Header

__all__ = ["Gate", "Header", "render"]


def render(notebooks: Sequence[Path], header: Header) -> str:
    """One HTML page of all executed `notebooks` under one `header`; the same input gives the same bytes.

    Raises DataError when a file is not a notebook.
    """
    from paddock.notebooks.rendering import notebook, page

    return page.compose([notebook.read(path) for path in notebooks], header)
