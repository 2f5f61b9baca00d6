"""The layout of the product map: layers along the flow, nothing on top of anything, the same each time."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st
from paddock.site.layout import layout

NODES = st.lists(st.sampled_from([f"n{number}" for number in range(14)]), unique=True, min_size=1)
EDGES = st.lists(st.tuples(*[st.sampled_from([f"n{number}" for number in range(14)])] * 2), max_size=40)


@given(NODES, EDGES)
def test_nothing_lies_on_anything(nodes: list[str], edges: list[tuple[str, str]]) -> None:
    """Boxes and lines that pass between them are at least a row apart in each layer, cycles or not."""
    found = layout(nodes, edges)
    assert set(found.places) == set(nodes)
    spots = defaultdict(list)
    for layer, height in found.places.values():
        spots[layer].append(height)
    for line in found.lines.values():
        for layer, height in line[1:-1]:
            spots[layer].append(height)
    for heights in spots.values():
        assert min(heights) >= 0
        assert all(low + 0.99 < high for low, high in itertools.pairwise(sorted(heights)))


@given(NODES, EDGES)
def test_the_order_of_what_is_given_does_not_matter(nodes: list[str], edges: list[tuple[str, str]]) -> None:
    """The same graph gives the same picture."""
    assert layout(nodes, edges) == layout(nodes[::-1], edges[::-1])


def test_the_flow_goes_to_the_right() -> None:
    """Without cycles, every edge leads to a later layer."""
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("x", "d")]
    found = layout(["a", "b", "c", "d", "x"], edges)
    assert all(found.places[start][0] < found.places[end][0] for start, end in edges)
    assert found.layers == 4
    assert len(found.lines["a", "c"]) == 3


def test_an_empty_graph_has_no_layers() -> None:
    """A workspace without projects is no error."""
    assert (layout([], []).layers, layout([], []).rows) == (0, 0)
