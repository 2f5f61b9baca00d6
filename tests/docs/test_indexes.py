"""The index of each part of the docs lists every page of it, and says what the page is for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
FEWEST_WORDS = 4


def _unlisted(part: Path) -> list[str]:
    """The pages of a part that its index leaves out, or lists without a sentence, in a list or a table."""
    index = (part / "index.md").read_text(encoding="utf-8")
    pages = sorted(path.name for path in part.iterdir() if path.suffix in (".md", ".ipynb") and path.name != "index.md")
    return [name for name in pages if len(_said(name, index).split()) < FEWEST_WORDS]


def _said(name: str, index: str) -> str:
    found = re.search(rf"^(?:- |\d+\. |\| )\[[^\]]+\]\({re.escape(name)}\)(?::| \|)((?:.|\n +(?=\S))+)", index, re.M)
    return found[1] if found else ""


PARTS = sorted({path.parent.name for path in DOCS.glob("[!_]*/*.md")})


@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_listed_with_a_sentence(part: str) -> None:
    """A page that its index does not list, or of which it does not say what it is for, is named."""
    assert _unlisted(DOCS / part) == []


def test_a_page_that_is_not_listed_is_noticed(tmp_path: Path) -> None:
    """So is one with a link alone, one that is only in the table of contents, and a notebook."""
    for name in ("a.md", "b.md", "c.ipynb", "d.md", "e.md"):
        (tmp_path / name).touch()
    (tmp_path / "index.md").write_text(
        "- [A](a.md): what one\n  does with it.\n- [B](b.md)\n- [E](e.md): one.\n\n"
        "| [D](d.md) | what one does with it |\n\n```{toctree}\na\nb\nc\nd\n```\n"
    )
    assert _unlisted(tmp_path) == ["b.md", "c.ipynb", "e.md"]
