"""Why a run ended as it did, in a few words for a line of a list."""

from __future__ import annotations

from paddock.notebooks.facts import number
from paddock.runs.record import GateFact, Record


def why(record: Record) -> str:
    """The first gate that failed with its value and bound, else the first line of the reason; nothing where all held.

    What stopped early because it was asked to says so.
    """
    if record.status in ("published", "unchanged"):
        return ""
    if record.status != "failed":
        return "" if record.until == "publish" else record.reason
    failed = next((gate for gate in record.gates if not gate.held), None)
    if failed and all(notebook.cause in ("", "gate") for notebook in record.notebooks):
        return _words(failed)
    return record.reason.partition("\n")[0]


def _words(gate: GateFact) -> str:
    value = "no number" if gate.value is None else number(float(f"{gate.value:.4g}"))
    return f"{gate.name} {value}, not {gate.bounds}"
