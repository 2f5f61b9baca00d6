"""The words of the workspace's glossary, as entries of the reference."""

from __future__ import annotations

from pathlib import Path

from paddock_ci.docs import glossary, library
from paddock_ci.reference.entry import Entry

KIND = "word of the glossary"


def entries(root: Path) -> list[Entry]:
    """Each word that `docs/glossary.md` below `root` defines; none where there is no such page."""
    if not (root / glossary.GLOSSARY).is_file():
        return []
    content = library.read(root, glossary.GLOSSARY).content
    return [
        Entry(word, KIND, _text(entry), glossary.GLOSSARY, "glossary")
        for entry in glossary.entries(content)
        for word in entry.words
    ]


def _text(entry: glossary.Entry) -> str:
    """The meaning, and which words not to use for it."""
    said = f"{entry.meaning[0].upper()}{entry.meaning[1:]}."
    return f"{said}\n\nNot: {', '.join(entry.others)}." if entry.others else said
