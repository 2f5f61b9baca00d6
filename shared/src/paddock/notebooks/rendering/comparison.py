"""The comparison: executions of one notebook with different parameters, as one page that sorts without a script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from paddock.notebooks.rendering import page
from paddock.notebooks.rendering.header import Gate
from paddock.notebooks.rendering.outputs import number

# Of more rows, the rules that sort them would be larger than the table.
_MOST_SORTED = 300


@dataclass(frozen=True)
class Row:
    """An execution: the parameters that differ, gates and metrics, and the address of its report."""

    parameters: Mapping[str, str]
    status: str
    reason: str
    seconds: float
    address: str
    gates: Sequence[Gate]
    metrics: Mapping[str, float | None]


@dataclass(frozen=True)
class _Cell:
    text: str
    marks: tuple[str, ...] = ()
    address: str = ""
    title: str = ""


@dataclass(frozen=True)
class _Column:
    """A column: its cells, one a row, and the keys by which rows are sorted."""

    name: str
    kind: str
    cells: list[_Cell]
    keys: list[tuple[int, float, str]] = field(default_factory=list)


def compare(title: str, description: str, rows: Sequence[Row]) -> str:
    """One HTML page that shows all `rows`; the best value of each gate is marked, and the extremes of each metric."""
    columns = [_number_column(rows), *_parameters(rows), _status(rows), *_gates(rows), *_metrics(rows), _times(rows)]
    failed = sum(row.status != "passed" for row in rows)
    own = page.TEMPLATES.joinpath("comparison.css").read_text(encoding="utf-8")
    sheet = "\n".join([page.style(), own, *(_sorting(columns) if len(rows) <= _MOST_SORTED else ())])
    made = (
        page.environment()
        .get_template("comparison.html.j2")
        .render(
            title=title,
            description=description,
            columns=columns,
            count=len(rows),
            failed=failed,
            is_sorted=len(rows) <= _MOST_SORTED,
            sheet=Markup(sheet),
            sheet_hash=base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode(),
        )
    )
    return made.encode(errors="replace").decode()


def _number_column(rows: Sequence[Row]) -> _Column:
    cells = [_Cell(str(position), address=row.address) for position, row in enumerate(rows, 1)]
    return _Column("Report", "number", cells, [(0, position, "") for position in range(len(rows))])


def _parameters(rows: Sequence[Row]) -> list[_Column]:
    names = dict.fromkeys(name for row in rows for name in row.parameters)
    found = []
    for name in names:
        texts = [row.parameters.get(name, "") for row in rows]
        found.append(_Column(name, "parameter", [_Cell(text) for text in texts], [_key(text) for text in texts]))
    return found


def _status(rows: Sequence[Row]) -> _Column:
    cells = [_Cell(row.status, ("holds" if row.status == "passed" else "fails",), title=row.reason) for row in rows]
    return _Column("Status", "status", cells, [(0, 0, row.status) for row in rows])


def _gates(rows: Sequence[Row]) -> list[_Column]:
    found = []
    for name in dict.fromkeys(gate.name for row in rows for gate in row.gates):
        gates = [next((gate for gate in row.gates if gate.name == name), None) for row in rows]
        best = max((gate.margin for gate in gates if gate and gate.margin is not None), default=None)
        cells = [_gate_cell(gate, best, len(rows)) for gate in gates]
        found.append(_Column(name, "gate", cells, [_key_of(gate.value if gate else None) for gate in gates]))
    return found


def _gate_cell(gate: Gate | None, best: float | None, count: int) -> _Cell:
    if gate is None:
        return _Cell("–")
    marks = [] if gate.held else ["fails"]
    if count > 1 and gate.held and gate.margin == best:
        marks.append("best")
    return _Cell(number(gate.value), tuple(marks), title=gate.bounds)


def _metrics(rows: Sequence[Row]) -> list[_Column]:
    found = []
    for name in dict.fromkeys(name for row in rows for name in row.metrics):
        values = [row.metrics.get(name) for row in rows]
        known = [value for value in values if value is not None]
        ends = {min(known): "lowest", max(known): "highest"} if known and min(known) < max(known) else {}
        cells = [
            _Cell("–" if value is None else number(value), (ends[value],) if value in ends else ()) for value in values
        ]
        found.append(_Column(name, "metric", cells, [_key_of(value) for value in values]))
    return found


def _times(rows: Sequence[Row]) -> _Column:
    cells = [_Cell(page.duration(row.seconds)) for row in rows]
    return _Column("Time", "number", cells, [(0, row.seconds, "") for row in rows])


def _key(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0, text)


def _key_of(value: float | None) -> tuple[int, float, str]:
    return (2, 0, "") if value is None else (0, value, "")


def _sorting(columns: Sequence[_Column]) -> list[str]:
    """Rules that put the cells of each row at the row's place in the order of the chosen column."""
    rules = [f".sorted{{grid-template-columns:repeat({len(columns)},auto)}}"]
    for position, column in enumerate(columns):
        for direction, is_falling in (("up", False), ("down", True)):
            order: Callable[[int], tuple[int, float, str]] = column.keys.__getitem__
            rows = sorted(range(len(column.keys)), key=order, reverse=is_falling)
            chosen = f".sorted:has(#{direction}-{position}:checked)"
            rules += [f"{chosen} .row-{row}{{order:{place}}}" for place, row in enumerate(rows, 1)]
    return rules
