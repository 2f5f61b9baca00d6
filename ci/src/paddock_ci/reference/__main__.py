"""`python -m paddock_ci.reference` writes each page of the reference; a test says when one is older than the code."""

from __future__ import annotations

import sys
from pathlib import Path

from paddock.errors import PaddockError
from paddock.project import find_workspace
from paddock.storage import durable
from paddock.telling.plain import fail

from paddock_ci.reference.pages import PAGES


def main() -> int:
    """Write the pages of the workspace around the current folder."""
    try:
        root = find_workspace(Path.cwd()).root
        for path, page in PAGES.items():
            durable.write_text(root / path, page())
    except PaddockError as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
