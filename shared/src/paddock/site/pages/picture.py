"""The product map: projects and datasets as one picture, with a table that says the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from paddock.notebooks.rendering.words import visible
from paddock.site.datasets import Dataset
from paddock.site.entry import Entry, page
from paddock.site.inventory import Inventory
from paddock.site.layout import Edge, Layout, layout
from paddock.site.naming import dataset_page, project_page
from paddock.site.words import tone

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 162, 44, 52, 62, 16
_LONGEST = 17
# Of the datasets that only their own project touches, so many are drawn one by one.
_MOST_LEAVES = 8


def entry(found: Inventory) -> Entry:
    """The page of the product map."""
    boxes, edges = _graph(found)
    placed = layout(sorted(boxes), edges)
    facts = {
        "box": (_WIDTH, _HEIGHT),
        "width": placed.layers * (_WIDTH + _ACROSS) - _ACROSS + 2 * _EDGE,
        "height": round((placed.rows - 1) * _DOWN + _HEIGHT + 2 * _EDGE),
        "boxes": [_box(node, boxes[node], placed) for node in _reading_order(placed)],
        "lines": [(start, end, _line(line)) for (start, end), line in placed.lines.items()],
        "table": [(d.name, d.writers, d.readers) for d in found.datasets],
        "projects": len(found.projects),
        "datasets": len(found.datasets),
    }
    return page("map.html", "map.html.j2", facts, found.docs)


def _graph(found: Inventory) -> tuple[dict[str, dict[str, Any]], list[Edge]]:
    """The boxes by node, and the edges along which data flow."""
    boxes = {f"p:{p.name}": _project(p) for p in found.projects}
    edges: list[Edge] = []
    leaves: dict[str, list[Dataset]] = {}
    for dataset in found.datasets:
        if not set(dataset.readers) - set(dataset.writers) and len(dataset.writers) == 1:
            leaves.setdefault(dataset.writers[0], []).append(dataset)
        else:
            _add(boxes, edges, dataset)
    for writer, own in leaves.items():
        for dataset in own[:_MOST_LEAVES]:
            _add(boxes, edges, dataset)
        if rest := own[_MOST_LEAVES:]:
            boxes[f"m:{writer}"] = _box_facts("more", f"{len(rest)} more datasets", f"{project_page(writer)}#datasets")
            edges.append((f"p:{writer}", f"m:{writer}"))
    return boxes, edges


def _add(boxes: dict[str, dict[str, Any]], edges: list[Edge], dataset: Dataset) -> None:
    node = f"d:{dataset.name}"
    short = dataset.name.partition(".")[2] or dataset.name
    boxes[node] = _box_facts("dataset", short, dataset_page(dataset.name)) | {
        "title": dataset.name,
        "note": _note(dataset),
        "tone": "" if dataset.contract else "doubt",
    }
    edges += [(f"p:{writer}", node) for writer in dataset.writers]
    edges += [(node, f"p:{reader}") for reader in dataset.readers if reader not in dataset.writers]


def _note(dataset: Dataset) -> str:
    if dataset.contract is None:
        return "in no catalogue"
    return f"version {dataset.published.version}" if dataset.published else "not published"


def _project(portrait: Any) -> dict[str, Any]:
    note = portrait.last.status if portrait.last else "never ran"
    facts = _box_facts("project", portrait.title, project_page(portrait.name))
    return facts | {"title": portrait.title, "note": note, "tone": tone(portrait.last)}


def _box_facts(kind: str, text: str, link: str) -> dict[str, Any]:
    return {"kind": kind, "text": _cut(text), "title": text, "note": "", "tone": "", "link": link}


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _box(node: str, facts: dict[str, Any], placed: Layout) -> dict[str, Any]:
    layer, height = placed.places[node]
    return facts | {"id": node, "x": _x(layer), "y": _y(height)}


def _reading_order(placed: Layout) -> Iterator[str]:
    """The nodes along the flow: layer by layer, each from the top."""
    yield from sorted(placed.places, key=lambda node: placed.places[node])


def _line(places: tuple[tuple[int, float], ...]) -> str:
    """The curve through the places of an edge, from the side of one box to the side of the other."""
    first, last = places[0], places[-1]
    ahead = last[0] >= first[0]
    points = [(_x(first[0]) + (_WIDTH if ahead else 0), _y(first[1]) + _HEIGHT / 2)]
    for layer, height in places[1:-1]:
        ends = [_x(layer), _x(layer) + _WIDTH]
        points += [(x, _y(height) + _HEIGHT / 2) for x in (ends if ahead else reversed(ends))]
    points.append((_x(last[0]) + (0 if ahead else _WIDTH), _y(last[1]) + _HEIGHT / 2))
    curve = [f"M{points[0][0]:g} {points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        middle = (x1 + x2) / 2
        curve.append(f"C{middle:g} {y1:.1f} {middle:g} {y2:.1f} {x2:g} {y2:.1f}")
    return "".join(curve)


def _x(layer: int) -> int:
    return _EDGE + layer * (_WIDTH + _ACROSS)


def _y(height: float) -> float:
    return round(_EDGE + height * _DOWN, 1)
