"""Images as data addresses, each checked to be what it says."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

# Finds the data address of an image by the address that a notebook gives, or None.
FindImage = Callable[[str], str | None]

_MOST_BYTES = 20_000_000
# So many bytes in base64, with line ends.
_LONGEST = _MOST_BYTES * 7 // 5
_BEGINNINGS: dict[str, re.Pattern[bytes]] = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_SVG = "image/svg+xml"
_SVG_ROOT = re.compile(r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)*<svg[\s>]", re.DOTALL | re.IGNORECASE)
_MIMES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": _SVG,
}
_DATA = re.compile(r"data:(image/[a-z+]+);base64,(.*)", re.DOTALL)


def is_image(mime: str) -> bool:
    """Whether the page can show images of this type."""
    return mime in _BEGINNINGS or mime == _SVG


def data_address(mime: str, content: object) -> str | None:
    """The data address of an image in base64 (SVG: as text), or None when it is no such image, or too large."""
    if not isinstance(content, str) or len(content) > _LONGEST:
        return None
    if mime == _SVG:
        return _svg_address(content)
    try:
        return _address(mime, base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError):
        return None


def find_in(folder: Path | None, attachments: Mapping[str, Any]) -> FindImage:
    """A finder of a Markdown cell's images: data addresses, attachments, files inside the notebook's `folder`."""

    def find(address: str) -> str | None:
        if address.startswith("data:"):
            return _checked(address)
        if address.startswith("attachment:"):
            return _attached(attachments.get(unquote(address.removeprefix("attachment:"))))
        return _from_file(folder, unquote(address)) if folder else None

    return find


def _checked(address: str) -> str | None:
    match = _DATA.fullmatch(address)
    if not match:
        return None
    mime, content = match.groups()
    if mime != _SVG:
        return data_address(mime, content)
    try:
        return _svg_address(base64.b64decode(content, validate=True).decode())
    except ValueError:
        return None


def _attached(bundle: object) -> str | None:
    if not isinstance(bundle, Mapping):
        return None
    found = (data_address(mime, content) for mime, content in bundle.items() if is_image(mime))
    return next(filter(None, found), None)


def _from_file(folder: Path, name: str) -> str | None:
    mime = _MIMES.get(Path(name).suffix.lower())
    try:
        path = (folder / name).resolve()
        if not mime or not path.is_relative_to(folder.resolve()) or path.stat().st_size > _MOST_BYTES:
            return None
        content = path.read_bytes()
        return _svg_address(content.decode()) if mime == _SVG else _address(mime, content)
    except (OSError, ValueError):
        return None


def _svg_address(text: str) -> str | None:
    """An SVG is only ever the source of an img element, where a browser runs and loads nothing of it."""
    if not _SVG_ROOT.match(text):
        return None
    return f"data:{_SVG};base64,{base64.b64encode(text.encode(errors='replace')).decode()}"


def _address(mime: str, content: bytes) -> str | None:
    beginning = _BEGINNINGS.get(mime)
    if beginning is None or not beginning.match(content):
        return None
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"
