"""What the search of these pages shows of each: `_static/search_pages.js`, a script, so that it works from the disk.

What people call a task otherwise than its page does stands in `people_say.toml`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_SAID = Path(__file__).with_name("people_say.toml")
# What no reader sees, and what says little out of its place.
_UNSEEN = (nodes.comment, nodes.raw, nodes.image, nodes.literal_block)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the script when all pages are there."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        said = tomllib.loads(_SAID.read_text(encoding="utf-8"))
        names = sorted(app.env.found_docs)
        pages = {name: {"said": said.get(name, []), "text": _text(app.env, name)} for name in names}
        script = f"const SearchPages = {json.dumps(pages, ensure_ascii=False)};\n"
        (app.outdir / "_static" / "search_pages.js").write_text(script, encoding="utf-8")


def _text(env: BuildEnvironment, name: str) -> str:
    """The words of a page below its title, in a line."""
    page = env.get_doctree(name)
    for node in list(page.findall(lambda node: isinstance(node, _UNSEEN))):
        node.parent.remove(node)
    title = next(page.findall(nodes.title), None)
    if title is not None:
        title.parent.remove(title)
    return " ".join(page.astext().split())
