"""The site's own style sheet, script and icon; the sheet begins with that of the reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paddock.site.entry import Entry, Files, key_of

_STATIC = Path(__file__).parents[1] / "static"
# In this order: each may use what stands before it.
_SCRIPTS = ("page", "table", "diff", "compare", "map")


def entries() -> Iterator[Entry]:
    """The files that every page uses."""
    yield Entry("assets", key_of("assets"), _make)


def _make() -> Files:
    from paddock.notebooks.rendering import page

    sheet = [page.style().encode(), *(path.read_bytes() for path in sorted(_STATIC.glob("*.css")))]
    script = b"\n".join((_STATIC / f"{name}.js").read_bytes() for name in _SCRIPTS)
    return {
        "style.css": b"\n".join(sheet),
        "site.js": b'"use strict";\n(() => {\n' + script + b"\n})();\n",
        "icon.svg": (_STATIC / "icon.svg").read_bytes(),
    }
