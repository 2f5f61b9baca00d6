"""The CSS that a notebook's HTML may bring along, as rules of the page's one style sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2
from bleach.css_sanitizer import CSSSanitizer

from paddock.notebooks.rendering import long_tables

_BORDER_SIDES = ("", "-top", "-right", "-bottom", "-left")
_PROPERTIES = frozenset(
    {
        *("color", "background", "background-color", "opacity", "display", "gap", "list-style-type", "white-space"),
        *("font-weight", "font-style", "font-size", "text-align", "text-decoration", "vertical-align"),
        *("width", "min-width", "max-width", "height", "min-height", "max-height", "border-collapse", "border-radius"),
        *(f"border{side}{part}" for side in _BORDER_SIDES for part in ("", "-color", "-style", "-width")),
        *(f"{space}{side}" for side in _BORDER_SIDES for space in ("padding", "margin")),
    }
)
_COLOURING = frozenset({"color", "background", "background-color"})
_FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "linear-gradient"})
_VALUES = frozenset({"ident", "number", "percentage", "dimension", "hash", "whitespace"})
_PLAIN = re.compile(r"[a-zA-Z0-9 #%.,()/+-]*")
# What pandas' Styler writes: rules that begin with the table's own id.
_SELECTOR = re.compile(r"#[\w-]+(?:\s*>?\s*(?:\.[\w-]+|table|thead|tbody|tfoot|tr|th|td|caption|:hover))*")
_MOST_RULES = 20_000


class Styles:
    """Collects the allowed CSS of all notebooks, so that the page needs no style attribute."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._rules: dict[str, None] = {}
        # Of the longest table.
        self.pages = 1

    def class_of(self, declarations: str) -> str:
        """The name of the class that stands for these allowed `declarations`."""
        return self._classes.setdefault(declarations, f"css-{len(self._classes) + 1}")

    def add_sheet(self, css: str, prefix: str) -> bool:
        """Take the allowed rules of a style element, their ids and classes renamed; whether any sets a colour."""
        has_colour = False
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule" or len(self._rules) >= _MOST_RULES:
                continue
            selectors = list(_selectors(tinycss2.serialize(rule.prelude), prefix))
            declarations = allowed(rule.content)
            if selectors and declarations:
                self._rules[f"{','.join(selectors)}{{{declarations}}}"] = None
                has_colour = has_colour or sets_colour(declarations)
        return has_colour

    def sheet(self) -> str:
        """All rules as CSS text; the same notebooks give the same text."""
        classes = (f".{name}{{{declarations}}}" for declarations, name in self._classes.items())
        return "\n".join((*self._rules, *classes, *long_tables.rules(self.pages)))


class StyleAttribute(CSSSanitizer):
    """Reduces a style attribute to its allowed declarations."""

    def sanitize_css(self, style: str) -> str:
        """The allowed part of `style`, or an empty text."""
        return allowed(style)


def allowed(css: str | Iterable[Any]) -> str:
    """The declarations of `css` whose property and value are on the allow-lists, in their order."""
    declarations = tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)
    return ";".join(filter(None, map(_declaration, declarations)))


def sets_colour(declarations: str) -> bool:
    """Whether allowed `declarations` set a text or background colour."""
    return any(part.partition(":")[0] in _COLOURING for part in declarations.split(";"))


def _declaration(node: Any) -> str:
    if node.type != "declaration" or node.lower_name not in _PROPERTIES or not _are_plain(node.value):
        return ""
    value = tinycss2.serialize(node.value).strip()
    return f"{node.lower_name}:{value}" if value and _PLAIN.fullmatch(value) else ""


def _are_plain(tokens: Iterable[Any]) -> bool:
    return all(map(_is_plain, tokens))


def _is_plain(token: Any) -> bool:
    if token.type == "function":
        return token.lower_name in _FUNCTIONS and _are_plain(token.arguments)
    if token.type == "literal":
        return token.value in (",", "/")
    # A negative length could move content over the page's own.
    return token.type in _VALUES and not _is_negative(token)


def _is_negative(token: Any) -> bool:
    return token.type in ("number", "percentage", "dimension") and token.value < 0


def _selectors(prelude: str, prefix: str) -> Iterator[str]:
    for selector in map(str.strip, prelude.split(",")):
        if _SELECTOR.fullmatch(selector):
            yield re.sub(r"\.", ".u-", selector).replace("#", f"#{prefix}-", 1)
