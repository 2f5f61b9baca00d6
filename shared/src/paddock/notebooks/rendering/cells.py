"""Cells of a notebook as what the page's template shows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from paddock.notebooks.rendering import images, markdown, outputs, texts
from paddock.notebooks.rendering.outputs import Context
from paddock.notebooks.rendering.words import duration

_NOTHING = Markup()
_COSTS = ("seconds", "peak_memory_bytes")
# What papermill adds to a failed notebook to point at the failed cell; the page points at it itself.
_PAPERMILL_NOTE = "papermill-error-cell-tag"


@dataclass(frozen=True)
class Cell:
    """One shown cell: prose, or code under its summary, with outputs; `fold` is the summary that hides it all."""

    prose: Markup = _NOTHING
    code: Markup = _NOTHING
    summary: str = ""
    outputs: tuple[Markup, ...] = ()
    is_failed: bool = False
    hides_outputs: bool = False
    fold: str = ""


def shown(cells: list[Any], context: Context) -> Iterator[Cell]:
    """The cells that have something to show, in their order."""
    for cell in cells:
        tags = _tags(cell)
        failed = any(output.get("output_type") == "error" for output in _outputs(cell))
        if (tags & {"remove-cell", _PAPERMILL_NOTE} and not failed) or not isinstance(cell, Mapping):
            continue
        match cell.get("cell_type"):
            case "markdown":
                found = _markdown(cell, tags, context)
            case "code":
                found = _code(cell, tags, failed, context)
            case _:
                found = _raw(cell)
        if found.prose or found.code or found.outputs:
            yield found


def has_error(cells: list[Any]) -> bool:
    """Whether a cell of the notebook ended with an error."""
    return any(output.get("output_type") == "error" for cell in cells for output in _outputs(cell))


def _markdown(cell: Mapping[str, Any], tags: frozenset[str], context: Context) -> Cell:
    source = texts.as_text(cell.get("source", ""))
    if not source.strip():
        return Cell()
    attachments = cell.get("attachments")
    find = images.find_in(context.folder, attachments if isinstance(attachments, Mapping) else {})
    fragment = context.sanitizer.clean(markdown.to_html(texts.capped(source)), find, is_listed=True)
    return Cell(prose=fragment.html, fold="text" if "hide-cell" in tags else "")


def _code(cell: Mapping[str, Any], tags: frozenset[str], failed: bool, context: Context) -> Cell:
    source = texts.as_text(cell.get("source", "")).strip("\n")
    shows_code = bool(source.strip()) and (failed or "remove-input" not in tags)
    found = () if "remove-output" in tags and not failed else tuple(_merged(_outputs(cell)))
    rendered = (outputs.to_html(output, context) for output in found)
    return Cell(
        code=texts.highlighted(source, context.language) if shows_code else _NOTHING,
        summary=", ".join([_kind(tags), _lines(source), *_cost(cell)]),
        outputs=tuple(html for html in rendered if html),
        is_failed=failed,
        hides_outputs="hide-output" in tags and not failed,
        fold=f"cell, {_lines(source)}" if "hide-cell" in tags and not failed else "",
    )


def _raw(cell: Mapping[str, Any]) -> Cell:
    """A raw cell is text for some other converter, so it is never interpreted here."""
    source = texts.as_text(cell.get("source", "")).strip("\n")
    return Cell(code=texts.highlighted(source, "text"), summary=f"raw text, {_lines(source)}") if source else Cell()


def _kind(tags: frozenset[str]) -> str:
    if "injected-parameters" in tags:
        return "injected parameters"
    return "parameters" if "parameters" in tags else "code"


def _cost(cell: Mapping[str, Any]) -> Iterator[str]:
    """What the cell took, where that was measured; what is below what people notice is left out."""
    metadata = cell.get("metadata")
    facts = metadata.get("paddock") if isinstance(metadata, Mapping) else None
    seconds, peak = (facts.get(name) if isinstance(facts, Mapping) else None for name in _COSTS)
    if isinstance(seconds, int | float) and 0.1 <= seconds < 1e9:
        yield duration(seconds)
    if isinstance(peak, int | float) and 1e9 <= peak < 1e15:
        yield f"{peak / 1e9:.1f} GB of memory"


def _lines(source: str) -> str:
    count = source.count("\n") + 1
    return "1 line" if count == 1 else f"{count} lines"


def _outputs(cell: object) -> list[Mapping[str, Any]]:
    found = cell.get("outputs") if isinstance(cell, Mapping) else None
    return [output for output in found if isinstance(output, Mapping)] if isinstance(found, list | tuple) else []


def _merged(found: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The outputs, pieces of one stream joined."""
    held: Mapping[str, Any] = {}
    for output in found:
        if held and output.get("output_type") == "stream" and output.get("name") == held.get("name"):
            held = {**held, "text": texts.as_text(held.get("text", "")) + texts.as_text(output.get("text", ""))}
            continue
        if held:
            yield held
            held = {}
        if output.get("output_type") == "stream":
            held = output
        else:
            yield output
    if held:
        yield held


def _tags(cell: object) -> frozenset[str]:
    """The cell's tags; Jupyter's own way of folding it counts as one."""
    metadata = cell.get("metadata") if isinstance(cell, Mapping) else None
    if not isinstance(metadata, Mapping):
        return frozenset()
    tags = metadata.get("tags")
    jupyter = metadata.get("jupyter")
    hidden = isinstance(jupyter, Mapping) and jupyter.get("outputs_hidden") is True
    return frozenset(map(str, tags if isinstance(tags, list | tuple) else ())) | ({"hide-output"} if hidden else set())
