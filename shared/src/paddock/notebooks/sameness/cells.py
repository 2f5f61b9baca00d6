"""Two executed notebooks, compared cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from paddock.notebooks import injection
from paddock.notebooks.document import tags
from paddock.notebooks.sameness import markup, pictures, texts, values
from paddock.notebooks.sameness.moments import window_of
from paddock.notebooks.sameness.texts import TOLERANCE, Eye

_MARKUP = ("text/html", "image/svg+xml")
# Whose content is a name drawn by chance.
_VIEW = "application/vnd.jupyter.widget-view+json"
_PLAIN = "text/plain"


@dataclass(frozen=True)
class CellDifference:
    """What differs in one cell, by its number and id (0 for the notebook as a whole), and in which of its outputs."""

    cell: int
    id: str
    kind: str
    what: str


def compare(before: Any, after: Any, tolerance: float = TOLERANCE) -> list[CellDifference]:
    """The differences of two executed notebooks, in the order of the cells; none when they show the same."""
    eye = Eye(tolerance, window_of(before.metadata), window_of(after.metadata))
    old, new = _cells(before), _cells(after)
    found = []
    for name, (number, cell) in old.items():
        if name not in new:
            found.append(CellDifference(number, name, "cell", "it is not there any more"))
            continue
        found += [CellDifference(number, name, *facts) for facts in _of_cell(cell, new[name][1], eye)]
    added = ((number, name) for name, (number, _) in new.items() if name not in old)
    return sorted(
        [*found, *(CellDifference(n, name, "cell", "it is new") for n, name in added)], key=lambda one: one.cell
    )


def counts(notebook: Any) -> tuple[int, int]:
    """How many code cells its author wrote, and how many outputs they have."""
    cells = [cell for _, cell in _cells(notebook).values()]
    return len(cells), sum(len(cell.outputs) for cell in cells)


def _cells(notebook: Any) -> dict[str, tuple[int, Any]]:
    """The code cells with their numbers, by id, else by place; the injected one is not the author's."""
    numbers = injection.numbers(notebook)
    return {
        str(cell.get("id") or f"#{number}"): (number, cell)
        for number, cell in zip(numbers, notebook.cells, strict=True)
        if cell.cell_type == "code" and injection.TAG not in tags(cell)
    }


def _of_cell(before: Any, after: Any, eye: Eye) -> Iterator[tuple[str, str]]:
    if before.source != after.source:
        yield "code", "the cell's code is another one"
    for name in ("stdout", "stderr"):
        # How what is printed and what is shown mix is chance.
        if found := texts.difference(_stream(before, name), _stream(after, name), eye):
            yield name, found
    old, new = _others(before), _others(after)
    for number, (one, other) in enumerate(zip(old, new, strict=False), 1):
        where = f"output {number}" if len(old) > 1 else "output"
        if found := _of_output(one, other, eye):
            yield where, found
    if len(old) != len(new):
        yield "outputs", f"{len(old)} became {len(new)}{_raised(new) or _raised(old)}"


def _of_output(before: Any, after: Any, eye: Eye) -> str:
    if (before.output_type == "error") != (after.output_type == "error"):
        return f"{_described(before)} became {_described(after)}"
    if before.output_type == "error":
        return "" if before.ename == after.ename else f"{before.ename} became {after.ename}"
    return next(_of_bundles(before.data, after.data, eye), "")


def _of_bundles(before: Mapping[str, Any], after: Mapping[str, Any], eye: Eye) -> Iterator[str]:
    """The differences of two MIME bundles; the plain text, which repeats the others, comes last."""
    for mime in sorted(before.keys() | after.keys(), key=lambda mime: (mime == _PLAIN, mime)):
        if mime not in after or mime not in before:
            yield f"{mime} is {'gone' if mime in before else 'new'}"
        elif mime != _VIEW and (found := _of_content(mime, before[mime], after[mime], eye)):
            yield found


def _of_content(mime: str, before: Any, after: Any, eye: Eye) -> str:
    if not (isinstance(before, str) and isinstance(after, str)):
        return values.difference(_plain(before), _plain(after), eye)
    if mime in _MARKUP:
        return markup.difference(before, after, eye)
    if mime.startswith("image/"):
        return pictures.difference(before, after)
    if mime == "application/javascript":
        return texts.difference(texts.without_drawn(before), texts.without_drawn(after), eye)
    return texts.difference(before, after, eye)


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _stream(cell: Any, name: str) -> str:
    return "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == name)


def _others(cell: Any) -> list[Any]:
    return [out for out in cell.outputs if out.output_type != "stream"]


def _described(output: Any) -> str:
    return f"the exception {output.ename}" if output.output_type == "error" else "what it showed"


def _raised(outputs: list[Any]) -> str:
    errors = [out.ename for out in outputs if out.output_type == "error"]
    return f", with the exception {errors[0]}" if errors else ""
