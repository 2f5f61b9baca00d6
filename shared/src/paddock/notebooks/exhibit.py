"""Exhibits: tables and figures that a report shows with a caption."""

from __future__ import annotations

import base64
import html
import io
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from paddock.errors import ConfigurationError
from paddock.notebooks import bundle
from paddock.notebooks.facts import CAPTION_MIME

_MOST_ROWS = 100
_MOST_COLUMNS = 50
_MOST_CHARACTERS = 200
_DOTS_PER_INCH = 110


@dataclass(frozen=True)
class _Cut:
    """The rows that are shown of a frame; the first `labels` columns name their row."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    labels: int
    height: int
    width: int


def table(frame: Any, title: str = "") -> None:
    """Show a pandas, Polars or Arrow frame as a plain table under its title: at most 100 rows, with a note.

    Raises ConfigurationError when it is no frame.
    """
    cut = _cut(frame)
    note = _note(cut)
    caption = " ".join(part for part in (title, note) if part)
    bundle.show(
        {
            CAPTION_MIME: {"kind": "table", "caption": title, "note": note, "rows": cut.height},
            "text/html": _html_table(cut, caption),
            "text/plain": _plain_table(cut, caption),
        }
    )


def figure(figure: Any, caption: str = "", description: str = "") -> None:
    """Show a matplotlib figure as PNG, described for those who cannot see it, and close it.

    Raises ConfigurationError when it is no figure.
    """
    # An axis, or a seaborn grid, knows the figure that it is drawn on.
    drawn: Any = figure if hasattr(figure, "savefig") else getattr(figure, "figure", None)
    if not hasattr(drawn, "savefig"):
        raise ConfigurationError(
            f"figure: expected a matplotlib figure, got {type(figure).__name__}",
            "Write, for instance: figure, axes = plt.subplots(); paddock.figure(figure)",
        )
    stream = io.BytesIO()
    # Without the library's version in it, the same figure is the same bytes.
    drawn.savefig(stream, format="png", dpi=_DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(drawn)
    _show_png(base64.b64encode(stream.getvalue()).decode(), caption, description)


def _show_png(png: str, caption: str, description: str) -> None:
    alternative = description or caption or "Figure"
    data: dict[str, Any] = {
        CAPTION_MIME: {"kind": "figure", "caption": caption, "description": description},
        "image/png": png,
        "text/plain": f"figure: {caption or alternative}",
    }
    if caption:
        image = f'<img src="data:image/png;base64,{png}" alt="{html.escape(alternative)}">'
        data["text/html"] = f"<figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure>"
    bundle.show(data, {"image/png": {"alt": alternative}})


def _cut(frame: Any) -> _Cut:
    if hasattr(frame, "to_frame") and not hasattr(frame, "columns"):
        frame = frame.to_frame()
    if hasattr(frame, "itertuples"):
        return _cut_of_pandas(frame)
    if hasattr(frame, "iter_rows"):
        return _limited(frame.columns, frame.head(_MOST_ROWS).rows(), 0, frame.height)
    if hasattr(frame, "column_names") and hasattr(frame, "slice"):
        columns = [column.to_pylist() for column in frame.slice(0, _MOST_ROWS).columns]
        return _limited(frame.column_names, list(zip(*columns, strict=True)), 0, frame.num_rows)
    raise ConfigurationError(
        f"table: expected a pandas, Polars or Arrow frame, got {type(frame).__name__}",
        "Write, for instance: paddock.table(frame, title=…)",
    )


def _cut_of_pandas(frame: Any) -> _Cut:
    shown = frame.head(_MOST_ROWS)
    names = [str(name) if isinstance(name, str | int) else " ".join(map(str, name)) for name in shown.columns]
    if type(frame.index).__name__ == "RangeIndex":
        return _limited(names, [tuple(row) for row in shown.itertuples(index=False, name=None)], 0, len(frame))
    levels = [str(name or "") for name in frame.index.names]
    labels = [label if isinstance(label, tuple) else (label,) for label in shown.index]
    rows = [(*label, *row) for label, row in zip(labels, shown.itertuples(index=False, name=None), strict=True)]
    return _limited([*levels, *names], rows, len(levels), len(frame))


def _limited(columns: Sequence[str], rows: Sequence[Sequence[Any]], labels: int, height: int) -> _Cut:
    return _Cut(columns[:_MOST_COLUMNS], [row[:_MOST_COLUMNS] for row in rows], labels, height, len(columns))


def _note(cut: _Cut) -> str:
    notes = []
    if cut.height > len(cut.rows):
        notes.append(f"the first {len(cut.rows):,} of {cut.height:,} rows")
    if cut.width > len(cut.columns):
        notes.append(f"the first {len(cut.columns)} of {cut.width:,} columns")
    return f"({', '.join(notes)})" if notes else ""


def _html_table(cut: _Cut, caption: str) -> str:
    head = "".join(f'<th scope="col">{html.escape(_text(name))}</th>' for name in cut.columns)
    body = "\n".join(f"<tr>{_html_row(row, cut.labels)}</tr>" for row in cut.rows)
    title = f"<caption>{html.escape(caption)}</caption>\n" if caption else ""
    return f"<table>\n{title}<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _html_row(row: Sequence[Any], labels: int) -> str:
    cells = []
    for number, value in enumerate(row):
        if number < labels:
            cells.append(f'<th scope="row">{html.escape(_text(value))}</th>')
        elif isinstance(value, Real) and not isinstance(value, bool):
            cells.append(f'<td style="text-align: right">{html.escape(_text(value))}</td>')
        else:
            cells.append(f"<td>{html.escape(_text(value))}</td>")
    return "".join(cells)


def _plain_table(cut: _Cut, caption: str) -> str:
    lines = [[_text(name) for name in cut.columns], *([_text(value) for value in row] for row in cut.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([caption, *shown] if caption else shown)


def _text(value: Any) -> str:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return "–"
    if isinstance(value, Real) and not isinstance(value, bool | Integral):
        return "–" if math.isnan(value) else f"{float(value):.6g}"
    text = " ".join(str(value).split("\n"))
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
