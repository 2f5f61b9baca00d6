"""The verdict on an executed notebook: the first reason for which it fails, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from paddock.notebooks import injection
from paddock.notebooks.document import code_cells
from paddock.notebooks.facts import GATE_MIME, METRIC_MIME, Gate, Metric, gate_of, metric_of, shown

_LONGEST_MESSAGE = 300
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What the engine learned; `stop` says why it ended before the last cell, empty when it did not.

    Faults have the number of their cell (0 when it is unknown); `executed` are positions in `notebook.cells`.
    """

    notebook: Any = None
    stop: str = ""
    executed: set[int] = field(default_factory=set)
    faults: list[tuple[int, str]] = field(default_factory=list)
    gates: dict[str, Gate] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)

    def note(self, data: Mapping[str, Any]) -> None:
        """Note the fact that an output states, if it states one."""
        if GATE_MIME in data:
            gate = gate_of(data[GATE_MIME])
            self.gates[gate.name] = gate
        if METRIC_MIME in data:
            metric = metric_of(data[METRIC_MIME])
            self.metrics[metric.name] = metric

    def take(self, stated: Mapping[str, Any], cells: Mapping[str, int]) -> None:
        """Take over what the kernel knows: facts whose output a cell captured or cleared count all the same."""
        self.faults = [(cells.get(message, 0), text) for message, text in stated["faults"]]
        self.gates = {values["name"]: gate_of(values) for values in stated["gates"]}
        self.metrics = {values["name"]: metric_of(values) for values in stated["metrics"]}


def reason(outcome: Outcome, is_audit: bool) -> str:
    """Why the notebook fails, empty when it passes; only an audit must hold code and evaluate a gate."""
    return next(_reasons(outcome, is_audit), "")


def raised(number: int, name: str, message: str) -> str:
    """What an exception of a cell means for the notebook."""
    match name:
        case "SystemExit":
            return f"cell {number} called sys.exit, so what follows was never executed"
        case "StdinNotImplementedError":
            return f"cell {number} asks for input, which nobody gives in a run"
    text = " ".join(_TERMINAL_CODE.sub("", message).split())
    text = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
    return f"cell {number} raised {name}: {text}" if text else f"cell {number} raised {name}"


def died(number: int, exit_code: int | None) -> str:
    """What the end of the kernel in a cell means for the notebook."""
    if exit_code is None:
        return f"interrupted in cell {number}"
    if exit_code < 0:
        hint = "; out of memory?" if exit_code == -9 else ""
        return f"kernel killed by signal {-exit_code} in cell {number}{hint}"
    return f"kernel ended with exit code {exit_code} in cell {number}, so what follows was never executed"


def _reasons(outcome: Outcome, is_audit: bool) -> Iterator[str]:
    cells = outcome.notebook.cells
    numbers = injection.numbers(outcome.notebook)
    for number, cell in zip(numbers, cells, strict=True):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield raised(number, output.ename, output.evalue)
    if outcome.stop:
        yield outcome.stop
    for number, fault in outcome.faults:
        yield f"cell {number}: {fault}" if number else fault
    code = code_cells(outcome.notebook)
    for position, _ in code:
        if position - 1 not in outcome.executed:
            yield f"cell {numbers[position - 1]} was skipped, so it validated nothing"
    if is_audit and not code:
        yield "there are no code cells, so nothing was validated"
    if is_audit and not outcome.gates:
        yield "no gate was evaluated, so nothing was validated"
    failing = [gate for gate in outcome.gates.values() if not gate.held]
    if failing:
        yield "; ".join(f"gate {gate.name}: {_rounded(gate)}, expected {gate.bounds}" for gate in failing)


def _rounded(gate: Gate) -> str:
    """The value in six digits, or in all of them where six would hide that it misses its bound."""
    if gate.value is None or (gate.margin is not None and abs(gate.margin) < 1e-4 * abs(gate.value)):
        return shown(gate.value)
    return f"{gate.value:.6g}"
