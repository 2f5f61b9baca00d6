"""The verdict on an executed notebook: the first reason for which it fails, in words."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from paddock.notebooks import injection
from paddock.notebooks.cause import Cause, Failure
from paddock.notebooks.document import code_cells
from paddock.notebooks.facts import GATE_MIME, METRIC_MIME, Gate, Metric, gate_of, metric_of, shown
from paddock.notebooks.vitals import Vitals

_LONGEST_MESSAGE = 300
_TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What the engine learned; `stop` says why it ended before the last cell, or did not end after it.

    Faults have the number of their cell (0 when it is unknown); `executed` and `out_of_memory` are positions in
    `notebook.cells`. `left` are the threads that still ran at the end, as faults.
    """

    notebook: Any = None
    stop: Failure | None = None
    executed: set[int] = field(default_factory=set)
    out_of_memory: set[int] = field(default_factory=set)
    faults: list[tuple[int, str]] = field(default_factory=list)
    left: list[tuple[int, str]] = field(default_factory=list)
    gates: dict[str, Gate] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    _usage: dict[int, dict[str, float]] = field(default_factory=dict)

    def note(self, data: Mapping[str, Any]) -> None:
        """Note the fact that an output states, if it states one."""
        if GATE_MIME in data:
            gate = gate_of(data[GATE_MIME])
            self.gates[gate.name] = gate
        if METRIC_MIME in data:
            metric = metric_of(data[METRIC_MIME])
            self.metrics[metric.name] = metric

    def note_usage(self, index: int, measured: Mapping[str, Any]) -> None:
        """Note what a cell used, as the kernel measured it."""
        if measured["is_out_of_memory"]:
            self.out_of_memory.add(index)
        self._usage[index] = {name: measured[name] for name in ("seconds", "cpu_seconds", "peak_memory_bytes")}

    def usage(self, index: int) -> Mapping[str, float]:
        """What a cell used; nothing where the kernel could not tell any more."""
        return self._usage.get(index, {})

    def by_place(self, places: Mapping[int, int]) -> dict[str, Any]:
        """What was learned of single cells, by the places that stand for their positions."""
        return {
            "executed": {places[index] for index in self.executed},
            "out_of_memory": {places[index] for index in self.out_of_memory},
            "usage": {places[index]: dict(used) for index, used in self._usage.items()},
        }

    def recall(self, learned: Mapping[str, Any], positions: Sequence[int]) -> None:
        """Learn again what `by_place` told, of the cells at these positions."""
        self.executed |= {positions[place] for place in learned["executed"]}
        self.out_of_memory |= {positions[place] for place in learned["out_of_memory"]}
        self._usage |= {positions[place]: used for place, used in learned["usage"].items()}

    def take(self, stated: Mapping[str, Any], cells: Mapping[str, int]) -> None:
        """Take over what the kernel knows: facts whose output a cell captured or cleared count all the same."""
        self.faults = [(cells.get(message, 0), text) for message, text in stated["faults"]]
        self.left = [(cells.get(message, 0), name) for message, name in stated["left"]]
        self.gates = {values["name"]: gate_of(values) for values in stated["gates"]}
        self.metrics = {values["name"]: metric_of(values) for values in stated["metrics"]}


def first(outcome: Outcome, is_audit: bool) -> Failure | None:
    """Why the notebook fails, None when it passes; only an audit must hold code and evaluate a gate."""
    return next(_failures(outcome, is_audit), None)


def state(notebook: Any, failure: Failure | None) -> None:
    """Say in the notebook's metadata whether it passed, and why not."""
    if failure is None:
        notebook.metadata["paddock"] = {"status": "passed"}
        return
    notebook.metadata["paddock"] = {"status": "failed", "cause": str(failure.cause), "reason": failure.reason}
    if "papermill" in notebook.metadata:
        notebook.metadata.papermill["exception"] = True


def raised(number: int, name: str, message: str, is_out_of_memory: bool) -> Failure:
    """What an exception of a cell means for the notebook."""
    match name:
        case "SystemExit":
            return Failure(Cause.FAILED_CELL, f"cell {number} called sys.exit, so what follows was never executed")
        case "StdinNotImplementedError":
            return Failure(Cause.FAILED_CELL, f"cell {number} asks for input, which nobody gives in a run")
    text = " ".join(_TERMINAL_CODE.sub("", message).split())
    text = text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
    cause = Cause.OUT_OF_MEMORY if is_out_of_memory or name == "MemoryError" else Cause.FAILED_CELL
    return Failure(cause, f"cell {number} raised {name}: {text}" if text else f"cell {number} raised {name}")


def late(number: int, limit: float) -> Failure:
    """What it means that the notebook was not done at the time limit."""
    return Failure(Cause.TIME_LIMIT, f"cell {number} still ran at the time limit of {limit:g} s")


def died(where: str, exit_code: int | None, seen: Vitals) -> Failure:
    """What the end of the kernel means for the notebook."""
    if exit_code is None and seen.is_stopped():
        return Failure(Cause.KERNEL_SILENT, f"kernel stopped by a signal {where}, and nobody let it go on")
    if exit_code is None:
        return Failure(Cause.INTERRUPTED, f"interrupted {where}")
    if seen.is_out_of_memory():
        return Failure(Cause.OUT_OF_MEMORY, f"kernel killed by the system {where}: out of memory")
    if exit_code < 0:
        hint = "; out of memory?" if exit_code == -signal.SIGKILL and seen.counter is None else ""
        return Failure(Cause.KERNEL_KILLED, f"kernel killed by signal {-exit_code} {where}{hint}")
    follows = ", so what follows was never executed" if where.startswith("in ") else ""
    return Failure(Cause.KERNEL_EXITED, f"kernel ended with exit code {exit_code} {where}{follows}")


def left(exit_code: int | None, is_gone: bool) -> Failure | None:
    """What the way in which an idle kernel ended means for the notebook, when it was asked to."""
    where = "in what runs at exit, after the last cell"
    if not is_gone:
        return Failure(Cause.LEFT_RUNNING, f"the kernel hung {where}")
    if exit_code is not None and exit_code < 0:
        return Failure(Cause.KERNEL_KILLED, f"kernel killed by signal {-exit_code} {where}")
    return Failure(Cause.KERNEL_EXITED, f"kernel ended with exit code {exit_code} {where}") if exit_code else None


def _failures(outcome: Outcome, is_audit: bool) -> Iterator[Failure]:
    cells = outcome.notebook.cells
    numbers = injection.numbers(outcome.notebook)
    for position, (number, cell) in enumerate(zip(numbers, cells, strict=True)):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                yield raised(number, output.ename, output.evalue, position in outcome.out_of_memory)
    if outcome.stop:
        yield outcome.stop
    for number, fault in outcome.faults:
        yield Failure(Cause.UNSEEN_FAILURE, f"cell {number}: {fault}" if number else fault)
    for number, name in outcome.left:
        text = f"the thread {name!r} still ran after the last cell: join it, or make it a daemon"
        yield Failure(Cause.LEFT_RUNNING, f"cell {number}: {text}" if number else text)
    code = code_cells(outcome.notebook)
    for position, _ in code:
        if position - 1 not in outcome.executed:
            yield Failure(Cause.SKIPPED, f"cell {numbers[position - 1]} was skipped, so it validated nothing")
    if is_audit and not code:
        yield Failure(Cause.SKIPPED, "there are no code cells, so nothing was validated")
    if is_audit and not outcome.gates:
        yield Failure(Cause.SKIPPED, "no gate was evaluated, so nothing was validated")
    failing = [gate for gate in outcome.gates.values() if not gate.held]
    if failing:
        words = (f"gate {gate.name}: {_rounded(gate)}, expected {gate.bounds}" for gate in failing)
        yield Failure(Cause.GATE, "; ".join(words))


def _rounded(gate: Gate) -> str:
    """The value in six digits, or in all of them where six would hide that it misses its bound."""
    if gate.value is None or (gate.margin is not None and abs(gate.margin) < 1e-4 * abs(gate.value)):
        return shown(gate.value)
    return f"{gate.value:.6g}"
