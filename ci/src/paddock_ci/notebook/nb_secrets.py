"""The check of a notebook's secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paddock.secrets import secret_in

from paddock_ci.finding import Look
from paddock_ci.notebook.document import NotebookFile

_REMEDY = "Take it back where it was made, then read it from the environment: os.environ[…]"
# What is no text: pictures and the like would take the time of everything else.
_BINARY = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream", "application/vnd.bokehjs")


def holds_no_secret(notebook: NotebookFile) -> Iterator[Look]:
    """No source, output or metadata holds a secret: a key, a token, a password."""
    for number, cell in enumerate(notebook.document["cells"], 1):
        found = next((f"{part} {kind}" for part, kind in _found(cell)), "")
        yield Look(notebook.at(number), found, _REMEDY)
    rest = {key: value for key, value in notebook.document.items() if key != "cells"}
    kind = secret_in(_text(rest))
    yield Look(notebook.place, f"holds in its metadata {kind}" if kind else "", _REMEDY)


def _found(cell: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for part in ("source", "outputs", "metadata", "attachments"):
        if part in cell and (kind := secret_in(_text(cell[part]))):
            yield f"holds in its {part}", kind


def _text(value: Any) -> str:
    """All texts inside a value, one after another; lists of lines stay one text."""
    if isinstance(value, str):
        return value
    found: list[str] = []
    stack: list[Any] = [value]
    while stack:
        inner = stack.pop()
        if isinstance(inner, str):
            found.append(inner)
        elif isinstance(inner, list):
            is_lines = bool(inner) and all(isinstance(line, str) for line in inner)
            stack += ["".join(inner)] if is_lines else inner
        elif isinstance(inner, dict):
            for key, part in inner.items():
                if not key.startswith(_BINARY):
                    # With its key, as an assignment: `{"password": "…"}` tells what the value is.
                    stack.append(f'{key} = "{part}"' if isinstance(part, str) and "\n" not in part else part)
    return "\n".join(found)
