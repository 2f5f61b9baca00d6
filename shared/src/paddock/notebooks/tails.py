"""The tails of what cells print: kept back from the journal until it is known how they go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from paddock.notebooks.scrubbing import settled


@dataclass(frozen=True)
class _Tail:
    """The last line of a stream, which has no end yet, and the output that it belongs to."""

    position: int
    name: str
    before: str
    text: str


@dataclass
class Tails:
    """By cell, what is kept back: a secret that is printed in two pieces is one only in both together."""

    _kept: dict[int, _Tail] = field(default_factory=dict)

    def noted(self, cell: int, position: int, output: Any) -> Iterator[dict[str, Any]]:
        """What the journal is to note of an output, now that it is here."""
        tail = self._kept.pop(cell, None)
        is_stream = output.output_type == "stream"
        if tail and not (is_stream and output.name == tail.name and position == tail.position + 1):
            yield _whole(tail)
            tail = None
        if not is_stream:
            yield {"from": position, "output": output}
            return
        text = (tail.text if tail else "") + output.text
        end = settled(text)
        yield {"from": position, "output": _stream(output.name, text[:end])}
        if end < len(text):
            self._kept[cell] = _Tail(position, output.name, text[:end], text[end:])

    def rest(self, cell: int) -> Iterator[dict[str, Any]]:
        """What the journal is to note when nothing more of the cell is waited for."""
        if tail := self._kept.pop(cell, None):
            yield _whole(tail)

    def forget(self, cell: int) -> None:
        """Forget what is kept of a cell, whose outputs are gone."""
        self._kept.pop(cell, None)


def _whole(tail: _Tail) -> dict[str, Any]:
    return {"at": tail.position, "output": _stream(tail.name, tail.before + tail.text)}


def _stream(name: str, text: str) -> dict[str, str]:
    return {"output_type": "stream", "name": name, "text": text}
