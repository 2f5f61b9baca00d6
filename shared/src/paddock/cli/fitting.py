"""The fitting of a table into the width that there is: paths are cut at the left, reasons at the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

PATH, REASON = "notebook", "why"
# What a wrapped column needs at least, and what is left of a cell that is cut.
_WRAPPED, _LEAST = 18, 16
_GAP = 2


def fitted(
    headings: Sequence[str], rows: Sequence[Sequence[str]], wrapped: frozenset[str] | set[str], width: int
) -> list[list[str]]:
    """The rows, with the cells of paths and reasons cut where the table would be wider than `width`."""
    found = [list(row) for row in rows]
    for at, heading in enumerate(headings):
        if heading in (PATH, REASON):
            others = (_need(headings, found, wrapped, other) + _GAP for other in range(len(headings)) if other != at)
            room = max(_LEAST, width - sum(others))
            for row in found:
                row[at] = _path(row[at], room) if heading == PATH else _reason(row[at], room)
    return found


def longest_word(heading: str, cells: Sequence[str]) -> int:
    """How wide a column must be for no word of it to break."""
    return max(cell_len(word) for text in (heading, *cells) for word in (*text.split(), ""))


def _need(headings: Sequence[str], rows: Sequence[Sequence[str]], wrapped: frozenset[str] | set[str], at: int) -> int:
    natural = max(cell_len(text) for text in (headings[at], *(row[at] for row in rows)))
    return min(natural, _WRAPPED) if headings[at] in wrapped else natural


def _path(text: str, room: int) -> str:
    """The text, its first word (the path) cut at the left; the file's own name stays."""
    path, space, rest = text.partition(" ")
    if cell_len(path) <= room:
        return text
    name = path.rpartition("/")[2]
    kept = path[-max(room - 1, len(name)) :]
    return f"…{kept}{space}{rest}" if kept != path else text


def _reason(text: str, room: int) -> str:
    return text if cell_len(text) <= room else f"{text[: room - 1].rstrip(' ,;:')}…"
