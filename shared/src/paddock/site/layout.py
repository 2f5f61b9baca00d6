"""The layout of a directed graph in layers, after Sugiyama, Tagawa and Toda (IEEE SMC 11(2), 1981).

Edges that close a cycle are turned for the layering; long edges pass through places of their own in each layer, so
that no line crosses a box; order and height follow from the neighbours. The same graph gives the same picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Edge = tuple[str, str]
_SWEEPS = 8
# A place of a long edge in a layer between its ends, by the edge and the layer.
_Place = str | tuple[str, str, int]


@dataclass(frozen=True)
class Layout:
    """The place of each node (layer, height in rows), and for each edge the places that its line goes through."""

    places: Mapping[str, tuple[int, float]]
    lines: Mapping[Edge, tuple[tuple[int, float], ...]]

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return 1 + max((layer for layer, _ in self.places.values()), default=-1)

    @property
    def rows(self) -> float:
        """How many rows high the picture is."""
        spots = [height for _, height in self.places.values()]
        spots += [height for line in self.lines.values() for _, height in line]
        return 1 + max(spots, default=-1.0)


def layout(nodes: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """The layout of a graph; edges between unknown nodes, and from a node to itself, are left out."""
    known = sorted(set(nodes))
    real = sorted({(a, b) for a, b in edges if a != b and a in set(known) and b in set(known)})
    layers = _layers(known, _acyclic(known, real))
    columns, links = _columns(known, real, layers)
    _order(columns, links)
    heights = _heights(columns, links)
    places = {node: (layers[node], heights[node]) for node in known}
    return Layout(places, {edge: _line(edge, layers, heights) for edge in real})


def _acyclic(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """The edges, those that lead back on a depth-first walk turned round."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in edges:
        after[start].append(end)
    into = {end for _, end in edges}
    state: dict[str, int] = {}
    found: set[Edge] = set()
    # Nodes that nothing leads to first, so that as few edges as possible are turned.
    for root in sorted(nodes, key=lambda node: (node in into, node)):
        stack = [(root, iter(after[root]))] if root not in state else []
        state.setdefault(root, 1)
        while stack:
            node, ahead = stack[-1]
            following = next(ahead, None)
            if following is None:
                state[node] = 2
                stack.pop()
                continue
            found.add((following, node) if state.get(following) == 1 else (node, following))
            if following not in state:
                state[following] = 1
                stack.append((following, iter(after[following])))
    return sorted(found)


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The layer of each node: one more than the last of those that lead to it."""
    waiting = dict.fromkeys(nodes, 0)
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for start, end in edges:
        waiting[end] += 1
        after[start].append(end)
    layers = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not waiting[node]]
    while ready:
        node = ready.pop()
        for end in after[node]:
            layers[end] = max(layers[end], layers[node] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    return layers


def _columns(
    nodes: Sequence[str], edges: Sequence[Edge], layers: Mapping[str, int]
) -> tuple[list[list[_Place]], dict[_Place, list[_Place]]]:
    """What stands in each layer, and which places of neighbouring layers are linked."""
    columns: list[list[_Place]] = [[] for _ in range(1 + max(layers.values(), default=-1))]
    for node in nodes:
        columns[layers[node]].append(node)
    links: dict[_Place, list[_Place]] = {}
    for edge in edges:
        path = _path(edge, layers)
        for place in path[1:-1]:
            columns[place[2]].append(place)  # type: ignore[index]
        for near, far in itertools.pairwise(path):
            links.setdefault(near, []).append(far)
            links.setdefault(far, []).append(near)
    return columns, links


def _path(edge: Edge, layers: Mapping[str, int]) -> list[_Place]:
    start, end = layers[edge[0]], layers[edge[1]]
    step = 1 if end >= start else -1
    return [edge[0], *((*edge, layer) for layer in range(start + step, end, step)), edge[1]]


def _order(columns: list[list[_Place]], links: Mapping[_Place, list[_Place]]) -> None:
    """Put each place at the mean of its neighbours' places from both sides; ties keep their order."""
    spots = {place: float(spot) for column in columns for spot, place in enumerate(column)}

    def wanted(place: _Place) -> float:
        near = links.get(place)
        return sum(spots[other] for other in near) / len(near) if near else spots[place]

    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(key=wanted)
            spots.update({place: float(spot) for spot, place in enumerate(column)})


def _heights(columns: list[list[_Place]], links: Mapping[_Place, list[_Place]]) -> dict[_Place, float]:
    """The heights in rows: as near to the neighbours as the order and a row for each allow."""
    heights = {place: float(spot) for column in columns for spot, place in enumerate(column)}
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wanted = []
            for place in column:
                near = links.get(place) or [place]
                wanted.append(sum(heights[other] for other in near) / len(near))
            down, up = _spread(wanted), [-height for height in reversed(_spread([-w for w in reversed(wanted)]))]
            heights.update({place: (a + b) / 2 for place, a, b in zip(column, down, up, strict=True)})
    top = min(heights.values(), default=0.0)
    return {place: round(height - top, 3) for place, height in heights.items()}


def _spread(wanted: Sequence[float]) -> list[float]:
    """The heights nearest to the wanted ones from above, at least a row apart."""
    found: list[float] = []
    for height in wanted:
        found.append(max(height, found[-1] + 1) if found else height)
    return found


def _line(edge: Edge, layers: Mapping[str, int], heights: Mapping[_Place, float]) -> tuple[tuple[int, float], ...]:
    path = _path(edge, layers)
    spots = [layers[edge[0]], *(place[2] for place in path[1:-1]), layers[edge[1]]]
    return tuple((int(spot), heights[place]) for spot, place in zip(spots, path, strict=True))
