"""The comparison of a sweep: one page for all combinations of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from paddock.reports.result import Result
from paddock.storage import durable


def write(name: str, swept: Sequence[str], results: Sequence[Result], path: Path) -> None:
    """Write the page that compares these results of the notebook `name` to `path`; reports lie beside it."""
    # Slow imports: most reports are no sweep.
    from paddock.notebooks.rendering.comparison import Row, compare

    rows = [
        Row(
            parameters={name: result.given[name] for name in swept},
            status=result.facts.status,
            reason=result.facts.reason,
            seconds=result.facts.seconds,
            address=result.report.relative_to(path.parent).as_posix(),
            gates=result.facts.gates,
            metrics={metric.name: metric.value for metric in result.facts.metrics},
        )
        for result in results
    ]
    fixed = {name: value for name, value in results[0].given.items() if name not in swept}
    described = f"{name} with {', '.join(swept)} swept"
    if fixed:
        described += f"; {', '.join(f'{name} = {value}' for name, value in fixed.items())}"
    durable.write_bytes(path, compare(Path(name).stem.replace("_", " "), described, rows).encode())
