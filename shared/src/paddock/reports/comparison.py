"""The comparison of a sweep: one page for all combinations of a notebook."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from paddock.notebooks.facts import Gate
from paddock.reports.result import Result
from paddock.storage import durable


def write(
    name: str, swept: Sequence[str], results: Sequence[Result], path: Path, note: str = "", is_linked: bool = True
) -> None:
    """Write the page that compares these results of the notebook `name` to `path`; reports lie beside it.

    `note` is what readers should know of the parameters. Without links it is whole alone.
    """
    # Slow imports: most reports are no sweep.
    from paddock.notebooks.rendering.comparison import Row, compare

    ranked = _ranked(results)
    rows = [
        Row(
            parameters={name: result.given[name] for name in swept},
            status=result.facts.status,
            reason=result.facts.reason,
            seconds=result.facts.seconds,
            address=result.report.name if is_linked else "",
            gates=tuple(_gates(result, ranked)),
            metrics={metric.name: metric.value for metric in result.facts.metrics},
        )
        for result in results
    ]
    fixed = {name: value for name, value in results[0].given.items() if name not in swept}
    described = f"{name} with {', '.join(swept)} swept"
    if fixed:
        described += f"; {', '.join(f'{name} = {value}' for name, value in fixed.items())}"
    if note:
        described += f". Note: {note}"
    durable.write_bytes(path, compare(Path(name).stem.replace("_", " "), described, rows).encode())


def print_alone(name: str, swept: Sequence[str], results: Sequence[Result], target: Path, note: str = "") -> None:
    """Print the page to `target` without links, which would lead nowhere from the PDF."""
    from paddock.notebooks.rendering import printing

    with tempfile.TemporaryDirectory(prefix="paddock-comparison-") as scratch:
        page = Path(scratch, "index.html")
        write(name, swept, results, page, note, is_linked=False)
        printing.write_pdf(page, target)


def _ranked(results: Sequence[Result]) -> set[str]:
    """The gates of which one execution is the best: all have the same bounds, and a single one the largest margin."""
    found: dict[str, list[Gate]] = {}
    for result in results:
        for gate in result.facts.gates:
            found.setdefault(gate.name, []).append(gate)
    return {name for name, gates in found.items() if len({gate.bounds for gate in gates}) == 1 and _has_best(gates)}


def _has_best(gates: Sequence[Gate]) -> bool:
    margins = sorted((gate.margin for gate in gates if gate.margin is not None), reverse=True)
    # What differs by rounding alone is a tie.
    return bool(margins) and (
        len(margins) == 1 or not math.isclose(margins[0], margins[1], rel_tol=1e-9, abs_tol=1e-12)
    )


def _gates(result: Result, ranked: set[str]) -> Iterator[Gate]:
    """The gates, those of which none is the best without a margin: no number is the largest then."""
    for gate in result.facts.gates:
        yield gate if gate.name in ranked else replace(gate, margin=math.nan)
