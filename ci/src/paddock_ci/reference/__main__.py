"""`python -m paddock_ci.reference` writes each page of the reference; a test says when one is older than the code."""

from __future__ import annotations

from pathlib import Path

from paddock.project import find_workspace
from paddock.storage import durable

from paddock_ci.reference.pages import PAGES

if __name__ == "__main__":
    root = find_workspace(Path.cwd()).root
    for path, page in PAGES.items():
        durable.write_text(root / path, page())
