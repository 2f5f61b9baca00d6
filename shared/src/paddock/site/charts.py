"""Charts of gates: a sparkline for a line of a table, and a chart with bounds and a link to each run."""

from __future__ import annotations

import math

from markupsafe import Markup, escape

from paddock.notebooks.facts import number
from paddock.notebooks.rendering import sparkline
from paddock.notebooks.rendering.words import visible
from paddock.site.naming import run_page
from paddock.site.trends import Point, Trend

_CHART = 90


def spark(trend: Trend) -> Markup:
    """A line of the newest values with the bound, the newest marked; it says in words what it shows."""
    return sparkline.spark([point.gate for point in trend.points], _words(trend))


def chart(trend: Trend, root: str) -> Markup:
    """A larger picture of the newest values; each point leads to its run, `root` being the way to the site's root."""
    points = trend.points[-_CHART:]
    gates = [point.gate for point in points]
    frame = sparkline.frame_of(gates, 360, 112, 10)
    body = [*sparkline.bounds(frame, gates), *sparkline.lines(frame, gates)]
    for point, (x, y, gate) in zip(points, sparkline.places(frame, gates), strict=True):
        kind = "hold" if gate.held else "miss"
        link = escape(root + run_page(point.run.project, point.run.name))
        body.append(
            f'<a href="{link}"><title>{escape(visible(_told(point)))}</title><circle class="{kind}" '
            f'cx="{sparkline.at(x)}" cy="{sparkline.at(y)}" r="{"4" if point is points[-1] else "2.8"}"/></a>'
        )
    return Markup(
        f'<svg class="chart" viewBox="0 0 360 112" role="group" aria-label="{escape(_words(trend))}">'
        f"{''.join(body)}</svg>"
    )


def _words(trend: Trend) -> str:
    newest, failed = trend.newest.gate, trend.first_failed
    since = "holds" if failed is None else f"fails since run {failed.run.name}"
    runs = f"{len(trend.points)} run{'s' if len(trend.points) > 1 else ''}"
    return visible(f"{trend.name} over {runs}: now {_value(newest.value)}, {newest.bounds}, {since}")


def _told(point: Point) -> str:
    verdict = "holds" if point.gate.held else "FAILS"
    return f"run {point.run.name}: {_value(point.gate.value)}, {point.gate.bounds}: {verdict}"


def _value(value: float | None) -> str:
    return number(float(f"{value:.6g}")) if value is not None and math.isfinite(value) else "no number"
