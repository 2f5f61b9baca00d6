"""The content of a notebook's file: what of it decides the report."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from paddock.storage import artifact

_IMAGE = re.compile(
    r"""[^\s"'()<>\[\]]+\.(?:png|jpe?g|gif|webp|svg)|(?<=[("'<])[^"'()<>\n]+\.(?:png|jpe?g|gif|webp|svg)""", re.I
)
# What an execution writes into a notebook.
_OF_EXECUTION = ("outputs", "execution_count")
_OF_EXECUTIONS = ("papermill", "paddock", "widgets", "language_info")
_OF_CELLS = ("execution", "papermill", "paddock")


def digest(content: bytes) -> str:
    """SHA-256 over cells and metadata without what an execution leaves; over all bytes where it is no notebook."""
    try:
        found = json.loads(content)
        cells = [_cell(cell) for cell in found["cells"]]
        facts = {name: value for name, value in found["metadata"].items() if name not in _OF_EXECUTIONS}
        kept = json.dumps([found["nbformat"], facts, cells], sort_keys=True).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        kept = content
    return hashlib.sha256(kept).hexdigest()


def images(content: bytes, folder: Path) -> dict[str, str | None]:
    """The files beside the notebook that its prose may show, with their hashes; None for one that is not there."""
    try:
        found = json.loads(content)["cells"]
        texts = ["".join(cell["source"]) for cell in found if cell["cell_type"] == "markdown"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return {}
    return {str(path): _hash(path) for text in texts for path in _paths(text, folder)}


def _cell(cell: dict[str, Any]) -> Any:
    kept = {name: value for name, value in cell.items() if name not in _OF_EXECUTION}
    source = kept.get("source", "")
    kept["source"] = source if isinstance(source, str) else "".join(source)
    # How long it took, and where it was scrolled to, are no facts of the cell.
    facts = {name: value for name, value in kept.get("metadata", {}).items() if name not in _OF_CELLS}
    return {**kept, "metadata": facts}


def _paths(text: str, folder: Path) -> Iterator[Path]:
    for address in _IMAGE.findall(text):
        if "://" not in address and not address.startswith("data:"):
            yield folder / unquote(address)


def _hash(path: Path) -> str | None:
    try:
        return artifact.file_sha256(path)
    except OSError:
        return None
