"""Gates and metrics, as a notebook states them."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from paddock.errors import ConfigurationError
from paddock.notebooks import bundle
from paddock.notebooks.facts import GATE_MIME, METRIC_MIME, Gate, Metric, as_json, described, number, shown

_LONGEST_NAME = 200
_WORDS = {"at_least": "at least", "above": "above", "at_most": "at most", "below": "below"}
_EXAMPLE = 'Write, for instance: paddock.gate("auc", auc, at_least=0.97)'


@dataclass
class Ledger:
    """What this notebook stated so far, by name; `is_final` when no cell is ever run again."""

    gates: dict[str, Gate] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    stated: dict[tuple[str, str], int | None] = field(default_factory=dict)
    is_final: bool = False


LEDGER = Ledger()


def gate(
    name: str,
    value: Any,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> bool:
    """Whether `value` keeps to the bounds; the notebook goes on either way, and the run decides at its end.

    A missing value and one that is not finite never hold. Raises ConfigurationError for a gate that
    could decide nothing: no bound, contradicting bounds, no real number, or a name used twice.
    """
    _check_name("gate", name)
    bounds = _bounds(name, {"at_least": at_least, "above": above, "at_most": at_most, "below": below})
    found = _evaluated(name, _value("gate", name, value), bounds)
    _state("gate", name)
    LEDGER.gates[name] = found
    line = described(found)
    _show(GATE_MIME, found, line, "holds" if found.held else "fails")
    return found.held


def metric(name: str, value: Any, unit: str = "") -> None:
    """Report a number that decides nothing; raises ConfigurationError for no number or a name used twice."""
    _check_name("metric", name)
    found = Metric(name, _value("metric", name, value), str(unit))
    _state("metric", name)
    LEDGER.metrics[name] = found
    _show(METRIC_MIME, found, f"metric {name}: {shown(found.value)} {found.unit}".rstrip(), "metric")


def _evaluated(name: str, value: float | None, bounds: dict[str, float]) -> Gate:
    words = " and ".join(f"{_WORDS[bound]} {number(limit)}" for bound, limit in bounds.items())
    if value is None:
        return Gate(name, None, words, held=False, margin=None)
    held = all(_holds(value, bound, limit) for bound, limit in bounds.items())
    distance = min(
        value - limit if bound in ("at_least", "above") else limit - value for bound, limit in bounds.items()
    )
    # Twelve digits: 0.9931 - 0.97 is meant to read 0.0231.
    return Gate(name, value, words, held, float(f"{distance:.12g}"))


def _holds(value: float, bound: str, limit: float) -> bool:
    match bound:
        case "at_least":
            return value >= limit
        case "above":
            return value > limit
        case "at_most":
            return value <= limit
        case _:
            return value < limit


def _check_name(kind: str, name: object) -> None:
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ConfigurationError(
            f"{kind}: name: expected a text of 1 to {_LONGEST_NAME} printable characters, got {str(name)[:80]!r}",
            f"Say what is measured. {_EXAMPLE}",
        )


def _bounds(name: str, given: dict[str, float | None]) -> dict[str, float]:
    bounds = {bound: _limit(name, bound, limit) for bound, limit in given.items() if limit is not None}
    if not bounds:
        raise ConfigurationError(
            f"gate '{name}': expected a bound (at_least, at_most, above, below), got none",
            f"{_EXAMPLE}, or report the number with paddock.metric.",
        )
    lower = max((bounds[bound] for bound in ("at_least", "above") if bound in bounds), default=-math.inf)
    upper = min((bounds[bound] for bound in ("at_most", "below") if bound in bounds), default=math.inf)
    if lower > upper or (lower == upper and not bounds.keys() <= {"at_least", "at_most"}):
        raise ConfigurationError(
            f"gate '{name}': no number is both above {number(lower)} and below {number(upper)}", "Mend the bounds."
        )
    return bounds


def _limit(name: str, bound: str, limit: object) -> float:
    found = _real(limit)
    if found is None or not math.isfinite(found):
        raise ConfigurationError(f"gate '{name}': {bound}: expected a finite number, got {limit!r}", _EXAMPLE)
    return found


def _value(kind: str, name: str, value: object) -> float | None:
    """The value as a float; None for a missing one and for one that is not finite."""
    # pandas' NA is what a mean over nulls gives; pandas itself is not to be imported for it.
    if value is None or type(value).__name__ == "NAType":
        return None
    found = _real(value)
    if found is None:
        raise ConfigurationError(
            f"{kind} '{name}': expected a real number, got {value!r:.80} of type {type(value).__name__}",
            "Reduce it to one number, for instance with float(…).",
        )
    return found if math.isfinite(found) else None


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _state(kind: str, name: str) -> None:
    """Note that the name is taken; a cell that is run again in an interactive session may take it again."""
    shell = bundle.shell()
    execution = shell.execution_count if shell is not None else None
    key = (kind, name)
    is_rerun = shell is not None and not LEDGER.is_final and LEDGER.stated.get(key) != execution
    if key in LEDGER.stated and not is_rerun:
        raise ConfigurationError(
            f"{kind} '{name}': stated twice in one notebook, so one would hide the other",
            "Give each its own name, for instance with the name of the segment in it.",
        )
    LEDGER.stated[key] = execution


def _show(mime: str, fact: Gate | Metric, line: str, css: str) -> None:
    bundle.show(
        {
            mime: as_json(fact),
            "text/html": f'<p class="paddock {css}">{html.escape(line)}</p>',
            "text/plain": line,
        }
    )
