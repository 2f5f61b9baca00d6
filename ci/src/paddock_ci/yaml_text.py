"""The text of a YAML file: what it says on which line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

Path = tuple[str, ...]
_MERGE = "tag:yaml.org,2002:merge"


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


def load(text: str) -> tuple[Any, tuple[tuple[int, str], ...]]:
    """What the text says, and line and name of each key that stands twice, in order."""
    loader = _StrictLoader(text)
    try:
        document = loader.get_single_data()
    finally:
        loader.dispose()
    return document, tuple((line, name) for line, _, name in sorted(loader.twice))


def lines_of(text: str) -> dict[Path, int]:
    """The line of every key and item, by its path from the top."""
    return dict(_walk(yaml.compose(text, Loader=yaml.SafeLoader), ()))


def _walk(node: Any, path: Path) -> Iterator[tuple[Path, int]]:
    children: list[tuple[str, int, Any]] = []
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), key.start_mark.line + 1, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(n), item.start_mark.line + 1, item) for n, item in enumerate(node.value)]
    for name, line, child in children:
        here = (*path, name)
        yield here, line
        yield from _walk(child, here)
