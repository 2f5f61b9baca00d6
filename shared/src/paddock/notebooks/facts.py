"""Facts that a notebook states: gates that decide, metrics that are only reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

GATE_MIME = "application/vnd.paddock.gate+json"
METRIC_MIME = "application/vnd.paddock.metric+json"
CAPTION_MIME = "application/vnd.paddock.caption+json"
FACTS_MIME = "application/vnd.paddock.facts+json"


@dataclass(frozen=True)
class Gate:
    """A named value with bounds that must hold; a value of None is one that was no finite number.

    `bounds` are words such as "at least 0.2 and at most 0.8"; `margin` is the distance to the
    nearest bound, positive when the gate holds.
    """

    name: str
    value: float | None
    bounds: str
    held: bool
    margin: float | None


@dataclass(frozen=True)
class Metric:
    """A named value that decides nothing."""

    name: str
    value: float | None
    unit: str


def as_json(fact: Gate | Metric) -> dict[str, Any]:
    """The fact as JSON values."""
    return asdict(fact)


def gate_of(values: Mapping[str, Any]) -> Gate:
    """The gate that `as_json` wrote."""
    return Gate(**{name: values[name] for name in Gate.__dataclass_fields__})


def metric_of(values: Mapping[str, Any]) -> Metric:
    """The metric that `as_json` wrote."""
    return Metric(**{name: values[name] for name in Metric.__dataclass_fields__})


def number(value: float) -> str:
    """The shortest text that reads back as `value`; whole numbers without a point."""
    return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def shown(value: float | None) -> str:
    """The value of a fact as text."""
    return "no finite number" if value is None else number(value)


def described(gate: Gate) -> str:
    """One line that says what was measured, what was expected, and whether it holds."""
    return f"gate {gate.name}: {shown(gate.value)}, {gate.bounds}: {'holds' if gate.held else 'fails'}"
