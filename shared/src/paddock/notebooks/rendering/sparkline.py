"""Sparklines: the values of one gate over runs as a small picture, with its bound and the newest value marked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from paddock.notebooks.rendering.header import Gate

_MOST = 30
_BOUND = re.compile(r"\b(at least|above|at most|below) (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])")
Place = tuple[float, float, Gate]


@dataclass(frozen=True)
class Frame:
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


def spark(gates: Sequence[Gate], words: str) -> Markup:
    """A line of the newest of the values, oldest first, with the bound; `words` say what it shows."""
    newest = gates[-_MOST:]
    frame = frame_of(newest, 116, 28, 4)
    *before, (x, y, gate) = places(frame, newest)
    body = [*bounds(frame, newest), *lines(frame, newest)]
    body += [f'<circle class="miss" cx="{at(x)}" cy="{at(y)}" r="2"/>' for x, y, gate in before if not gate.held]
    body.append(f'<circle class="{"hold" if gate.held else "miss"} now" cx="{at(x)}" cy="{at(y)}" r="3.2"/>')
    return Markup(
        f'<svg class="spark" viewBox="0 0 116 28" width="116" height="28" role="img" aria-label="{escape(words)}">'
        f"{''.join(body)}</svg>"
    )


def frame_of(gates: Sequence[Gate], width: float, height: float, edge: float) -> Frame:
    """The frame in which all values and bounds of `gates` have a place."""
    known = [gate.value for gate in gates if gate.value is not None and math.isfinite(gate.value)]
    known += [bound for gate in gates for bound in bounds_of(gate)]
    return Frame(width, height, min(known, default=0.0), max(known, default=1.0), len(gates), edge)


def places(frame: Frame, gates: Sequence[Gate]) -> Iterator[Place]:
    """Where the values lie; what was no number lies at the bottom."""
    for position, gate in enumerate(gates):
        value = gate.value
        y = frame.y(value) if value is not None and math.isfinite(value) else frame.height - frame.edge / 2
        yield frame.x(position), y, gate


def lines(frame: Frame, gates: Sequence[Gate]) -> Iterator[str]:
    """The line through the values, broken where one was no number."""
    for piece in _pieces(frame, gates, lambda gate: gate.value is not None and math.isfinite(gate.value)):
        steps = " ".join(f"{at(x)},{at(y)}" for x, y, _ in piece)
        if len(piece) > 1:
            yield f'<polyline class="line" points="{steps}"/>'


def bounds(frame: Frame, gates: Sequence[Gate]) -> Iterator[str]:
    """The newest bounds across the picture."""
    for bound in bounds_of(gates[-1]):
        y = at(frame.y(bound))
        yield f'<line class="bound" x1="0" x2="{at(frame.width)}" y1="{y}" y2="{y}"/>'


def bounds_of(gate: Gate) -> tuple[float, ...]:
    """The numbers in the bounds of a gate, which stand there in words."""
    return tuple(value for _, text in _BOUND.findall(gate.bounds) if math.isfinite(value := float(text)))


def at(place: float) -> str:
    """A place in a picture, to a tenth."""
    return f"{place:.1f}".removesuffix(".0")


def _pieces(frame: Frame, gates: Sequence[Gate], is_shown: Callable[[Gate], bool]) -> Iterator[list[Place]]:
    piece: list[Place] = []
    for place in places(frame, gates):
        if is_shown(place[2]):
            piece.append(place)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece
