"""Plain texts as HTML: escaped, coloured, capped."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from markupsafe import Markup, escape

from paddock.notebooks.rendering.styles import Styles

# A text beyond this is shown by its beginning and its end.
_MOST_CHARACTERS = 200_000
_STYLE = re.compile(r'<span(?: class="([a-z -]*)")? style="([a-z0-9 :;,()-]*)">')
_OTHER_ESCAPES = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][A-Z0-9]|[=>])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def capped(text: str) -> str:
    """The text itself, or the beginning and end of one that is too long, with a note of what was left out."""
    if len(text) <= _MOST_CHARACTERS:
        return text
    half = _MOST_CHARACTERS // 2
    return f"{text[:half]}\n\n[… {len(text) - 2 * half} characters are left out here …]\n\n{text[-half:]}"


def terminal(text: object, styles: Styles) -> Markup:
    """What a terminal would show: ANSI colours, and of a progress bar only its last state."""
    from nbconvert.filters.ansi import ansi2html

    shown = _CONTROLS.sub("", ansi2html(_OTHER_ESCAPES.sub("", capped(_last_states(as_text(text))))))
    return Markup(_STYLE.sub(lambda found: _coloured(found, styles), shown))


def as_text(value: object) -> str:
    """The text of a notebook's value, which older notebooks keep as a list of lines."""
    if isinstance(value, str):
        return value
    return "".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def pretty_json(value: Any) -> Markup:
    """A JSON value as indented, escaped text."""
    return escape(capped(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def highlighted(code: str, language: str) -> Markup:
    """Code as escaped text with pygments' classes; in an unknown language, or too long, without them."""
    from pygments import highlight

    shown = capped(code)
    return Markup(highlight(shown, _lexer(language if shown == code else "text"), _formatter()))


@functools.cache
def _formatter() -> Any:
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(nowrap=True)


@functools.lru_cache(maxsize=32)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.lexers.special import TextLexer
    from pygments.util import ClassNotFound

    try:
        if language in ("ipython3", "ipython"):
            from ipython_pygments_lexers import IPython3Lexer

            return IPython3Lexer(stripnl=False)
        return get_lexer_by_name(language, stripnl=False)
    except ImportError:
        return _lexer("python")
    except ClassNotFound:
        return TextLexer(stripnl=False)


def _coloured(found: re.Match[str], styles: Styles) -> str:
    classes, style = found.groups()
    return f'<span class="{f"{classes} " if classes else ""}{styles.class_of(style)}">'


def _last_states(text: str) -> str:
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
