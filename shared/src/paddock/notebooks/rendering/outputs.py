"""Outputs of cells as HTML: one renderer for each allowed type, and a note for every other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from paddock.notebooks.facts import CAPTION_MIME, FACTS_MIME, GATE_MIME, METRIC_MIME
from paddock.notebooks.rendering import images, markdown, texts
from paddock.notebooks.rendering.sanitizer import Fragment, Sanitizer
from paddock.notebooks.rendering.words import number as number

_MOST_HTML = 1_000_000
# HTML that needs these does not work without them; an image or text beside it says more.
_INTERACTIVE = ("<script", "<input", "<button", "<select", "<iframe", "<object", "<embed")


@dataclass(frozen=True)
class Context:
    """What an output's HTML depends on besides the output: its notebook's sanitizer, language and folder."""

    sanitizer: Sanitizer
    language: str
    folder: Path | None


Renderer = Callable[[Any, Mapping[str, Any], Context], Markup | None]


def to_html(output: Mapping[str, Any], context: Context) -> Markup:
    """The HTML of one output; empty when it shows nothing."""
    match output.get("output_type"):
        case "stream":
            return _stream(output, context)
        case "error":
            return _error(output, context)
        case "display_data" | "execute_result":
            return _bundle(_mapping(output.get("data")), _mapping(output.get("metadata")), context)
        case other:
            return _note(f"output of kind {other} is not shown")


def _stream(output: Mapping[str, Any], context: Context) -> Markup:
    shown = texts.terminal(output.get("text", ""), context.sanitizer.styles)
    if not shown.strip():
        return Markup()
    kind = "stderr" if output.get("name") == "stderr" else "stdout"
    label = Markup('<p class="label">stderr</p>') if kind == "stderr" else Markup()
    return label + Markup('<pre class="text {}" tabindex="0">{}</pre>').format(kind, shown)


def _error(output: Mapping[str, Any], context: Context) -> Markup:
    name, value = texts.as_text(output.get("ename", "Error")), texts.as_text(output.get("evalue", ""))
    lines = output.get("traceback") or []
    traceback = lines if isinstance(lines, str) else "\n".join(map(texts.as_text, lines))
    head = Markup('<p class="error-name"><strong>{}</strong> {}</p>').format(name, texts.capped(value))
    shown = texts.terminal(traceback, context.sanitizer.styles)
    return head + (Markup('<pre class="text traceback" tabindex="0">{}</pre>').format(shown) if shown else "")


def _bundle(data: Mapping[str, Any], metadata: Mapping[str, Any], context: Context) -> Markup:
    """The first type of the allow-list that shows something, and a note for each damaged one before it."""
    if FACTS_MIME in data:
        return Markup()
    notes = Markup()
    metadata = {**metadata, "caption": _mapping(data.get(CAPTION_MIME)).get("caption")}
    for mime in _order(data):
        shown = _RENDERERS[mime](data[mime], metadata, context)
        if shown is not None:
            return notes + shown
        if images.is_image(mime):
            notes += _note(f"output of type {mime} is not shown: its content is damaged, or larger than 20 MB")
    if notes or not data:
        return notes
    return _note(f"output of type {', '.join(sorted(map(str, data)))} is not shown")


def _order(data: Mapping[str, Any]) -> list[str]:
    known = [mime for mime in _RENDERERS if mime in data]
    if _mapping(data.get(CAPTION_MIME)).get("kind") == "figure":
        return sorted(known, key=lambda mime: not images.is_image(mime))
    if not _is_interactive(data.get("text/html")):
        return known
    says_nothing = texts.as_text(data.get("text/plain", "")).startswith("<")
    return sorted(known, key=lambda mime: mime == "text/html" or (mime == "text/plain" and says_nothing))


def _is_interactive(source: object) -> bool:
    text = texts.as_text(source or "")[:_MOST_HTML].lower()
    return any(tag in text for tag in _INTERACTIVE)


def _gate(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    if not isinstance(data, Mapping):
        return None
    held = data.get("held") is True
    return Markup(
        '<p class="gate {}"><span class="verdict">{}</span> <span class="name">{}</span> '
        '<span class="value">{}</span> <span class="bounds">{}</span> <span class="margin">margin {}</span></p>'
    ).format(
        "holds" if held else "fails",
        "holds" if held else "FAILS",
        data.get("name", "gate without a name"),
        number(data.get("value")),
        data.get("bounds", ""),
        number(data.get("margin"), signed=True),
    )


def _metric(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    if not isinstance(data, Mapping):
        return None
    line = (
        '<p class="metric"><span class="name">{}</span> <span class="value">{}</span> <span class="unit">{}</span></p>'
    )
    return Markup(line).format(
        data.get("name", "metric without a name"), number(data.get("value")), data.get("unit") or ""
    )


def _html(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    source = texts.as_text(data)
    if len(source) > _MOST_HTML:
        return None
    return _boxed(context.sanitizer.clean(source, images.find_in(None, {})))


def _markdown(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    source = markdown.to_html(texts.capped(texts.as_text(data)))
    return _boxed(context.sanitizer.clean(source, images.find_in(context.folder, {})))


def _boxed(fragment: Fragment) -> Markup | None:
    """A fragment that colours itself stands on white paper, also in the dark: its colours were chosen for that."""
    if fragment.is_empty:
        return None
    return Markup('<div class="rich{}">{}</div>').format(" paper" if fragment.has_colour else "", fragment.html)


def _image(mime: str) -> Renderer:
    def render(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
        address = images.data_address(mime, texts.as_text(data))
        if address is None:
            return None
        own = _mapping(metadata.get(mime))
        alt = own.get("alt") or metadata.get("alt") or _place(context)
        size = [(key, own[key]) for key in ("width", "height") if isinstance(own.get(key), int)]
        attributes = Markup().join(Markup(' {}="{}"').format(*pair) for pair in size)
        caption = metadata.get("caption")
        words = Markup("<figcaption>{}</figcaption>").format(caption) if caption else ""
        return Markup('<figure><img src="{}" alt="{}"{}>{}</figure>').format(address, alt, attributes, words)

    return render


def _place(context: Context) -> str:
    headings = context.sanitizer.headings
    return f"Figure of the section “{headings[-1].text}”" if headings else "Figure of the notebook"


def _latex(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    return Markup('<p><code class="math block">{}</code></p>').format(texts.capped(texts.as_text(data).strip()))


def _json(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    return Markup('<pre class="text" tabindex="0">{}</pre>').format(texts.pretty_json(data))


def _plain(data: Any, metadata: Mapping[str, Any], context: Context) -> Markup | None:
    return Markup('<pre class="text" tabindex="0">{}</pre>').format(texts.terminal(data, context.sanitizer.styles))


# The allow-list, the most telling type first.
_RENDERERS: dict[str, Renderer] = {
    GATE_MIME: _gate,
    METRIC_MIME: _metric,
    "text/html": _html,
    "text/markdown": _markdown,
    **{mime: _image(mime) for mime in ("image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif")},
    "text/latex": _latex,
    "application/json": _json,
    "text/plain": _plain,
}


def _note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(escape(text))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
