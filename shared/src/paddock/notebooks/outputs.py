"""Outputs as they are kept in the executed notebook: within a budget, and streams in one piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paddock.notebooks.facts import GATE_MIME, METRIC_MIME

_MOST_TEXT = 12_000_000
_MOST_BYTES = 40_000_000
_LONGEST_ERROR = 100_000


@dataclass
class Budget:
    """What the outputs of one notebook may still hold, in characters: text, and all together with images.

    The kernel's own limits come first; this one also holds against what is sent around them.
    """

    text: int = _MOST_TEXT
    all: int = _MOST_BYTES
    dropped: int = 0
    dropped_size: int = 0

    def admits(self, message: Mapping[str, Any]) -> bool:
        """Whether the message's output is kept; gates, metrics and errors always are."""
        content = message["content"]
        if message["msg_type"] == "error":
            content["traceback"] = _cut(content.get("traceback", []))
            content["evalue"] = str(content.get("evalue", ""))[:_LONGEST_ERROR]
            return True
        texts, images = _sizes(content)
        data = content.get("data", {})
        if GATE_MIME in data or METRIC_MIME in data or not texts + images:
            return True
        if texts > self.text or texts + images > self.all:
            self.dropped += 1
            self.dropped_size += texts + images
            return False
        self.text -= texts
        self.all -= texts + images
        return True

    def end_cell(self, cell: Any) -> Any:
        """Say in the cell's outputs what was dropped of them; that note, None where nothing was."""
        if cell.cell_type != "code" or not self.dropped:
            return None
        text = f"[paddock dropped {self.dropped:,} outputs ({self.dropped_size / 1e6:.1f} MB) more]\n"
        self.dropped = self.dropped_size = 0
        cell.outputs.append(_stream("stderr", text))
        return cell.outputs[-1]


def join(notebook: Any) -> None:
    """Join the streams of every cell: only at the end, since until then each output is known by its position."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)


def _sizes(content: Mapping[str, Any]) -> tuple[int, int]:
    """The characters of text, and of images."""
    if "text" in content:
        return len(content["text"]), 0
    data = content.get("data") or {}
    if not isinstance(data, Mapping):
        return 0, 0
    images = sum(len(value) for mime, value in data.items() if mime.startswith("image/") and isinstance(value, str))
    return sum(len(str(value)) for mime, value in data.items() if not mime.startswith("image/")), images


def _joined(outputs: list[Any]) -> list[Any]:
    """The outputs with neighbouring pieces of one stream joined: how they were cut is chance."""
    pieces: list[tuple[Any, list[str]]] = []
    for output in outputs:
        if output.output_type != "stream":
            pieces.append((output, []))
        elif pieces and pieces[-1][1] and pieces[-1][0].name == output.name:
            pieces[-1][1].append(output.text)
        else:
            pieces.append((output, [output.text]))
    return [_stream(output.name, _overwritten("".join(texts))) if texts else output for output, texts in pieces]


def _overwritten(text: str) -> str:
    """What a terminal would show at the end: of a line that a carriage return took back, the last writing."""
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def _stream(name: str, text: str) -> Any:
    from nbformat.v4 import new_output

    return new_output("stream", name=name, text=text)


def _cut(lines: list[str]) -> list[str]:
    kept, left = [], _LONGEST_ERROR
    for line in lines:
        kept.append(line[:left])
        left -= len(kept[-1])
    return [line for line in kept if line]
