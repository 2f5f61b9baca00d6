"""Charts of gates: a sparkline for a line of a table, and a chart with bounds and a link to each run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from paddock.notebooks.facts import number
from paddock.site.naming import run_page, visible
from paddock.site.trends import Point, Trend, bounds_of

_SPARK = 30
_CHART = 90


@dataclass(frozen=True)
class _Frame:
    """Where numbers lie in a picture of the given size."""

    width: float
    height: float
    low: float
    high: float
    count: int
    edge: float

    def x(self, position: int) -> float:
        """The place of the point `position`; a lone point stands at the right, where the newest is."""
        inner = self.width - 2 * self.edge
        return self.width - self.edge - inner * (self.count - 1 - position) / max(self.count - 1, 1)

    def y(self, value: float) -> float:
        """The place of a value."""
        # Divided first, for the difference of two large floats is infinite.
        scale = max(abs(self.low), abs(self.high), 1e-300)
        span = self.high / scale - self.low / scale
        share = (value / scale - self.low / scale) / span if span else 0.5
        return self.height - self.edge - share * (self.height - 2 * self.edge)


def spark(trend: Trend) -> Markup:
    """A line of the newest values with the bound, the newest marked; it says in words what it shows."""
    points = trend.points[-_SPARK:]
    frame = _frame(points, 116, 28, 4)
    body = [*_bounds(frame, points, 116), *_lines(frame, points)]
    body += [
        f'<circle class="miss" cx="{_at(x)}" cy="{_at(y)}" r="2"/>'
        for x, y, point in _places(frame, points)
        if not point.gate.held and point is not points[-1]
    ]
    body += [
        f'<circle class="{"hold" if point.gate.held else "miss"} now" cx="{_at(x)}" cy="{_at(y)}" r="3.2"/>'
        for x, y, point in _places(frame, points)
        if point is points[-1]
    ]
    return Markup(
        f'<svg class="spark" viewBox="0 0 116 28" width="116" height="28" role="img" aria-label="{_words(trend)}">'
        f"{''.join(body)}</svg>"
    )


def chart(trend: Trend, root: str) -> Markup:
    """A larger picture of the newest values; each point leads to its run, `root` being the way to the site's root."""
    points = trend.points[-_CHART:]
    frame = _frame(points, 360, 112, 10)
    body = [*_bounds(frame, points, 360), *_lines(frame, points)]
    for x, y, point in _places(frame, points):
        kind = "hold" if point.gate.held else "miss"
        link = escape(root + run_page(point.run.project, point.run.name))
        body.append(
            f'<a href="{link}"><title>{escape(visible(_told(point)))}</title>'
            f'<circle class="{kind}" cx="{_at(x)}" cy="{_at(y)}" r="{"4" if point is points[-1] else "2.8"}"/></a>'
        )
    return Markup(
        f'<svg class="chart" viewBox="0 0 360 112" role="group" aria-label="{_words(trend)}">{"".join(body)}</svg>'
    )


def _frame(points: Sequence[Point], width: float, height: float, edge: float) -> _Frame:
    values = [point.gate.value for point in points if _is_number(point.gate.value)]
    values += [bound for point in points for bound in bounds_of(point.gate)]
    known = [value for value in values if value is not None]
    return _Frame(width, height, min(known, default=0.0), max(known, default=1.0), len(points), edge)


def _places(frame: _Frame, points: Sequence[Point]) -> Iterator[tuple[float, float, Point]]:
    """Where the points lie; what was no number lies at the bottom."""
    for position, point in enumerate(points):
        value = point.gate.value
        y = frame.y(value) if value is not None and math.isfinite(value) else frame.height - frame.edge / 2
        yield frame.x(position), y, point


def _lines(frame: _Frame, points: Sequence[Point]) -> Iterator[str]:
    """The line through the values, broken where one was no number."""
    for piece in _pieces(frame, points, lambda point: _is_number(point.gate.value)):
        steps = " ".join(f"{_at(x)},{_at(y)}" for x, y, _ in piece)
        if len(piece) > 1:
            yield f'<polyline class="line" points="{steps}"/>'


def _bounds(frame: _Frame, points: Sequence[Point], width: float) -> Iterator[str]:
    """The newest bounds across the picture."""
    for bound in bounds_of(points[-1].gate):
        y = _at(frame.y(bound))
        yield f'<line class="bound" x1="0" x2="{width}" y1="{y}" y2="{y}"/>'


_Places = list[tuple[float, float, Point]]


def _pieces(frame: _Frame, points: Sequence[Point], is_shown: Callable[[Point], bool]) -> Iterator[_Places]:
    piece: _Places = []
    for place in _places(frame, points):
        if is_shown(place[2]):
            piece.append(place)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _words(trend: Trend) -> Markup:
    newest, failed = trend.newest.gate, trend.first_failed
    since = "holds" if failed is None else f"fails since run {failed.run.name}"
    runs = f"{len(trend.points)} run{'s' if len(trend.points) > 1 else ''}"
    return escape(visible(f"{trend.name} over {runs}: now {_value(newest.value)}, {newest.bounds}, {since}"))


def _told(point: Point) -> str:
    verdict = "holds" if point.gate.held else "FAILS"
    return f"run {point.run.name}: {_value(point.gate.value)}, {point.gate.bounds}: {verdict}"


def _value(value: float | None) -> str:
    return number(float(f"{value:.6g}")) if value is not None and math.isfinite(value) else "no number"


def _is_number(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _at(place: float) -> str:
    return f"{place:.1f}".removesuffix(".0")
