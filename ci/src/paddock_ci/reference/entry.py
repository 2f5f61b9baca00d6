"""An entry of the reference: one thing that somebody looks up by its name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What `name` is, as a `kind` of thing; its text in Markdown, and the page with the anchor that shows it."""

    name: str
    kind: str
    text: str
    page: str
    anchor: str

    @property
    def place(self) -> str:
        """Where it stands, below the workspace."""
        return f"{self.page}#{self.anchor}"


def row(*cells: object) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(headings: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join((row(*headings), "|" + "---|" * len(headings), *(row(*cells) for cells in rows)))
