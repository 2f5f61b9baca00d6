"""Checks of a notebook as a document: readable, without results, of a size for people, with a title."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from paddock_ci.finding import Look
from paddock_ci.notebook.document import NotebookFile

_LARGEST = 2_000_000
# What a run leaves in the metadata of a cell, and of a notebook.
TIMES = frozenset({"execution", "ExecuteTime"})
WIDGETS = "widgets"
_CELLS = 150
_LINES = 150
_LONG = 20_000
_TOLD = 10
# What may stand above a title: it is shown as nothing, or as a badge.
_ABOVE = re.compile(
    r"\s*(<!--.*?-->|<a\b[^>]*>.*?</a>|<a\b[^>]*/>|<img\b[^>]*>|\[?!\[[^\]]*\]\([^)]*\)(\]\([^)]*\))?|</?(div|p|center|table|td|tr)\b[^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_TITLE = re.compile(r" {0,3}#[ \t]+(?!#*[ \t]*$)\S|[^\n#>-][^\n]*\n {0,3}=+[ \t]*(\n|$)|<h1\b[^>]*>\s*(?!</h1)\S")
_HEADING = re.compile(r" {0,3}(#{1,6})([ \t]|$)")


def holds_no_results(notebook: NotebookFile) -> Iterator[Look]:
    """A committed notebook holds no outputs and no execution counts: results belong to runs, with their provenance."""
    for number, cell in enumerate(notebook.document["cells"], 1):
        if cell["cell_type"] != "code":
            continue
        count, outputs = cell["execution_count"], len(cell["outputs"])
        held = f"{outputs} outputs" if outputs > 1 else "an output" if outputs else ""
        held = held or (f"the execution count {count}"[:60] if count is not None else "")
        held = held or ("the times of a run" if TIMES & cell["metadata"].keys() else "")
        fault = f"holds {held}; expected none before it is committed" if held else ""
        yield Look(notebook.at(number), fault, f"Run: nbstripout --keep-id {notebook.place}")
    fault = "holds the state of widgets; expected none before it is committed"
    is_held = bool(notebook.document["metadata"].get(WIDGETS))
    yield Look(notebook.place, fault if is_held else "", f"Run: nbstripout --keep-id {notebook.place}")


def is_valid(notebook: NotebookFile) -> Iterator[Look]:
    """The file is a valid notebook of format 4: UTF-8 JSON, every key of its type, every cell with an id of its own."""
    for fault in notebook.faults[:_TOLD]:
        place = f"{notebook.place}:{fault.line}" if fault.line else notebook.place
        yield Look(notebook.at(fault.cell) if fault.cell else place, fault.message, fault.remedy)
    if not notebook.faults:
        yield Look(notebook.place)


def is_reviewable(notebook: NotebookFile) -> Iterator[Look]:
    """It can be reviewed: at most 2 MB without outputs, 150 cells, 150 lines a cell, and 20,000 characters a line."""
    size = notebook.size if notebook.size <= _LARGEST else _size_without_outputs(notebook)
    fault = f"has {size:,} bytes without outputs; expected at most {_LARGEST:,}" if size > _LARGEST else ""
    yield Look(notebook.place, fault, "Move data and pictures into files beside it.")
    count = len(notebook.cells)
    fault = f"has {count} cells; expected at most {_CELLS}" if count > _CELLS else ""
    yield Look(notebook.place, fault, "Split it by question, or move code into a module.")
    for cell in notebook.cells:
        lines = cell.source.count("\n") + 1
        fault = f"has {lines} lines; expected at most {_LINES}" if lines > _LINES else ""
        yield Look(notebook.at(cell.number), fault, "Split the cell, or move its functions into a module.")
        longest = max(map(len, cell.source.split("\n")))
        if longest > _LONG:
            fault = f"has a line of {longest:,} characters; expected at most {_LONG:,}"
            yield Look(notebook.at(cell.number), fault, "Move data and pictures into files beside it.")


def has_title(notebook: NotebookFile) -> Iterator[Look]:
    """The first Markdown cell begins with a title: a heading of level 1 that is not empty."""
    first = next((cell for cell in notebook.cells if cell.kind == "markdown"), None)
    remedy = "Begin it with one line: # What this notebook shows"
    if first is None:
        yield Look(notebook.place, "has no Markdown cell, and so no title", remedy, severity="warning")
        return
    yield Look(notebook.at(first.number), _title_fault(first.source), remedy, severity="warning")


def parses(notebook: NotebookFile) -> Iterator[Look]:
    """Every code cell is Python that parses, once IPython's own syntax is taken out."""
    for cell in notebook.code:
        fault = f"line {cell.line}: {cell.fault}" if cell.fault else ""
        if fault and cell.source.split("\n")[cell.line - 1 : cell.line]:
            fault += f": {cell.source.split(chr(10))[cell.line - 1].strip()[:60]}" if not cell.is_parsed else ""
        yield Look(notebook.at(cell.number), fault, "Mend it, then restart the kernel and run all cells.")


def _size_without_outputs(notebook: NotebookFile) -> int:
    document = {**notebook.document, "cells": [{**cell, "outputs": []} for cell in notebook.document["cells"]]}
    try:
        return len(json.dumps(document, indent=1, ensure_ascii=False))
    except (RecursionError, ValueError):
        return notebook.size


def _title_fault(source: str) -> str:
    text = source.replace("\r\n", "\n")
    while found := _ABOVE.match(text):
        text = text[found.end() :]
    text = text.lstrip("\n")
    text = text.lstrip() if not text.startswith("    ") else text
    if _TITLE.match(text):
        return ""
    if heading := _HEADING.match(text):
        level = len(heading[1])
        return "begins with an empty title" if level == 1 else f"begins with a heading of level {level}; expected 1"
    return (
        f"begins with no title, but with {text.split(chr(10))[0][:40]!r}"
        if text.strip()
        else "is empty; expected a title"
    )
