"""The result of an order: whether the notebook passed, what it stated, and where its report is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from paddock.notebooks.facts import Gate, Metric, gate_of, metric_of


@dataclass(frozen=True)
class Facts:
    """What an execution told; all of it is kept with the report."""

    status: str
    reason: str
    seconds: float
    cells: int
    parameters: Mapping[str, str]
    gates: tuple[Gate, ...]
    metrics: tuple[Metric, ...]
    cause: str = ""
    peak: int = 0

    def as_json(self) -> dict[str, Any]:
        """The facts as JSON values."""
        return asdict(self)


def facts_of(values: Mapping[str, Any]) -> Facts:
    """The facts that `as_json` wrote."""
    gates = tuple(gate_of(gate) for gate in values["gates"])
    metrics = tuple(metric_of(metric) for metric in values["metrics"])
    return Facts(**{**values, "gates": gates, "metrics": metrics})


@dataclass(frozen=True)
class Result:
    """What became of an order; `why` says why it was executed, empty when its report was reused.

    `unkept` says why this report will not be reused, empty when it may be.
    """

    name: str
    given: Mapping[str, str]
    facts: Facts
    executed: Path
    report: Path
    why: str = ""
    unkept: str = ""

    @property
    def is_cached(self) -> bool:
        """Whether an earlier report was reused."""
        return not self.why

    @property
    def has_passed(self) -> bool:
        """Whether nothing failed."""
        return self.facts.status == "passed"

    def as_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        paths = {"executed": str(self.executed), "report": str(self.report)}
        told = {"cached": self.is_cached, "why": self.why, "unkept": self.unkept}
        return {"notebook": self.name, "given": dict(self.given), **self.facts.as_json(), **paths, **told}
