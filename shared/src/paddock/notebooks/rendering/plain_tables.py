"""A fast reader of the strict HTML that table libraries write; anything else is left to the full parser."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# Outside these elements the rules of nesting are more than a stack.
_TOKEN = re.compile(
    r"<(?P<start>table|thead|tbody|tfoot|tr|th|td|div|p|small|span|caption)(?P<attributes>(?:\s+[a-z]+=\"[^\"<>&]*\")*)\s*>"
    r"|</(?P<end>table|thead|tbody|tfoot|tr|th|td|div|p|small|span|caption)\s*>"
    r"|(?P<text>(?:[^<>&\x00-\x08\x0b-\x1f]|&(?:amp|lt|gt|quot|nbsp|#39|#x27);)+)"
)
_ATTRIBUTE = re.compile(r"([a-z]+)=\"([^\"]*)\"")

Token = dict[str, Any]


def tokens(source: str) -> list[Token] | None:
    """The tokens of `source`, texts still escaped; None unless every character is understood and all is nested."""
    found: list[Token] = []
    opened: list[str] = []
    position = 0
    while match := _TOKEN.match(source, position):
        position = match.end()
        start, attributes, end, text = match.groups()
        if start:
            opened.append(start)
            found.append({"type": "StartTag", "name": start, "data": _data(attributes) if attributes else {}})
        elif text:
            found.append({"type": "Characters", "data": text})
        elif opened and opened.pop() == end:
            found.append({"type": "EndTag", "name": end, "data": {}})
        else:
            return None
    return found if position == len(source) and not opened else None


def to_html(found: Iterable[Token]) -> str:
    """The HTML of tokens that came from here; their texts and attributes are escaped already."""
    return "".join(map(_html, found))


def _data(attributes: str) -> dict[tuple[None, str], str]:
    return {(None, name): value for name, value in _ATTRIBUTE.findall(attributes)}


def _html(token: Token) -> str:
    if token["type"] == "Characters":
        return str(token["data"])
    if token["type"] == "EndTag":
        return f"</{token['name']}>"
    if not token["data"]:
        return f"<{token['name']}>"
    attributes = "".join(f' {name}="{value}"' for (_, name), value in token["data"].items())
    return f"<{token['name']}{attributes}>"
