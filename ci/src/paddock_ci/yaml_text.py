"""The text of a YAML file: what it says on which line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

Path = tuple[str, ...]
_MERGE = "tag:yaml.org,2002:merge"
# With its aliases written out: a few lines can say billions of things.
_LARGEST = 100_000


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that notes the place of every key that stands twice in its mapping; `<<` may."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.twice: list[tuple[int, int, str]] = []

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key in (key for key, _ in node.value if key.tag != _MERGE):
            name = str(self.construct_object(key, deep=True))
            if name in seen:
                self.twice.append((key.start_mark.line + 1, key.start_mark.column, name))
            seen.add(name)
        return node


def _referred(loader: _StrictLoader, node: yaml.SequenceNode) -> list[Any]:
    """The place of what is to stand here, by GitLab's own tag."""
    return loader.construct_sequence(node)


_StrictLoader.add_constructor("!reference", _referred)


def load(text: str) -> tuple[Any, tuple[tuple[int, str], ...]]:
    """What the text says, and line and name of each key that stands twice, in order.

    Raises ValueError where aliases make it larger than anybody writes.
    """
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        if node is not None and _size(node, {}) > _LARGEST:
            raise ValueError(f"says more than {_LARGEST} things once its aliases are written out")
        document = None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()
    return document, tuple((line, name) for line, _, name in sorted(loader.twice))


def _size(node: Any, known: dict[int, int]) -> int:
    """How many nodes there are in it, each counted as often as it is referred to; within itself, once."""
    if id(node) not in known:
        known[id(node)] = 1
        pairs = isinstance(node, yaml.MappingNode)
        children = node.value if isinstance(node, yaml.CollectionNode) else ()
        known[id(node)] += sum(_size(part, known) for child in children for part in (child if pairs else (child,)))
    return known[id(node)]


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key and item, by its path from the top."""
    return dict(_walk(yaml.compose(text, Loader=yaml.SafeLoader), (), ()))


def _walk(node: Any, path: Path, above: tuple[Any, ...]) -> Iterator[tuple[Path, int]]:
    children: list[tuple[str, int, Any]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), key.start_mark.line + 1, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(n), item.start_mark.line + 1, item) for n, item in enumerate(node.value)]
    for name, line, child in children:
        here = (*path, name)
        yield here, line
        if not any(child is other for other in (*above, node)):
            yield from _walk(child, here, (*above, node))
