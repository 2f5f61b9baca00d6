"""What an executed notebook holds for a comparison: the sources of its cells, and its figures."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.notebooks.facts import CAPTION_MIME
from paddock.notebooks.rendering import images

_LARGEST_NOTEBOOK = 50_000_000
_LONGEST_SOURCE = 50_000
_MOST_FIGURES = 60
_LARGEST_DRAWING = 300_000
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_MIMES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml")
# What the run itself puts in front; it is compared as parameters.
_NOT_SOURCE = {"injected-parameters", "papermill-error-cell-tag"}


@dataclass
class Content:
    """Cells as (id, kind, source), figures as (address, label), and the files that the addresses need."""

    cells: list[tuple[str, str, str]] = field(default_factory=list)
    figures: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


def content(path: Path) -> Content:
    """The content of the notebook at `path`; raises ValueError or OSError where it is none."""
    if path.stat().st_size > _LARGEST_NOTEBOOK:
        raise ValueError("it is too large to compare")
    try:
        return _content(json.loads(path.read_bytes()))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("it is no notebook") from error


def _content(notebook: Any) -> Content:
    found = Content()
    for position, cell in enumerate(notebook["cells"]):
        kind, source = str(cell.get("cell_type", "")), _text(cell.get("source", ""))
        tags = (cell.get("metadata") or {}).get("tags") or ()
        if kind in ("code", "markdown") and source.strip() and not _NOT_SOURCE.intersection(map(str, tags)):
            found.cells.append((str(cell.get("id") or position), kind, source[:_LONGEST_SOURCE]))
        for output in cell.get("outputs") or ():
            if len(found.figures) < _MOST_FIGURES and isinstance(output, Mapping):
                _add_figure(found, output)
    return found


def _add_figure(found: Content, output: Mapping[str, Any]) -> None:
    data = output.get("data")
    for address, files in _addresses(data if isinstance(data, Mapping) else {}):
        caption = data.get(CAPTION_MIME) if isinstance(data, Mapping) else None
        words = caption.get("caption") if isinstance(caption, Mapping) else None
        found.figures.append((address, str(words or f"Figure {len(found.figures) + 1}")))
        found.files.update(files)
        return


def _addresses(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The address of the figure in an output: a file named by its content, or for a drawing its data address."""
    for mime in _MIMES:
        address = images.data_address(mime, _text(data[mime])) if mime in data else None
        if address is None:
            continue
        if mime not in _ENDINGS:
            # Never a file: opened by itself, a drawing may run scripts; as the source of an image it cannot.
            if len(address) <= _LARGEST_DRAWING:
                yield address, {}
            continue
        content = base64.b64decode(address.partition(",")[2])
        path = f"figure/{hashlib.sha256(content).hexdigest()[:32]}.{_ENDINGS[mime]}"
        yield path, {path: content}


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
