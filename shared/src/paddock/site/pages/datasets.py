"""The pages of datasets: a list of all, and one page each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paddock.data.contract import Column
from paddock.data.moves import ROLLBACK
from paddock.data.state import State
from paddock.site.datasets import Dataset
from paddock.site.entry import Entry, page
from paddock.site.inventory import Inventory
from paddock.site.naming import dataset_page
from paddock.site.pages.projects import dataset as line
from paddock.site.words import iso

_MOST_VERSIONS = 500


def entries(found: Inventory) -> Iterator[Entry]:
    """The list of all datasets, and a page for each."""
    known = {(portrait.name, run.name) for portrait in found.projects for run in portrait.runs}
    yield page("datasets.html", "datasets.html.j2", {"rows": [line(dataset) for dataset in found.datasets]}, found.docs)
    for dataset in found.datasets:
        facts = line(dataset) | _facts(dataset, known)
        yield page(dataset_page(dataset.name), "dataset.html.j2", facts, found.docs)


def _facts(dataset: Dataset, known: set[tuple[str, str]]) -> dict[str, Any]:
    contract = dataset.contract
    moves = reversed(dataset.publications)
    present = dataset.published.version if dataset.published else None
    return {
        "project": dataset.project,
        "faults": dataset.faults,
        "key": contract.key if contract else (),
        "served": contract.serve if contract else False,
        "min_rows": contract.min_rows if contract else 0,
        "max_age": contract.max_age_days if contract else None,
        "columns": [_column(column, contract.key) for column in contract.columns] if contract else [],
        "history": [
            (v.number, v.rows, State.DELETED if v.deleted_at else v.content_hash[:12], iso(v.written_at), v.run,
             v.number == present, (dataset.project, v.run) in known,
             contract is not None and v.contract_hash == contract.digest)
            for v in reversed(dataset.versions[-_MOST_VERSIONS:])
        ],
        "left_out": max(0, len(dataset.versions) - _MOST_VERSIONS),
        "moves": [
            (p.version, iso(p.published_at), p.run, p.run == ROLLBACK, (dataset.project, p.run) in known,
             p.content_hash[:12])
            for p in moves
        ],
        "places": [(m.project, m.file, m.line) for m in dataset.places],
    }  # fmt: skip


def _column(column: Column, key: tuple[str, ...]) -> tuple[Any, ...]:
    checks = []
    if column.name in key:
        checks.append("key")
    if column.unique:
        checks.append("unique")
    if column.minimum is not None or column.maximum is not None:
        checks.append(f"{_bound(column.minimum)} to {_bound(column.maximum)}")
    if column.allowed:
        checks.append(f"one of {', '.join(map(str, column.allowed[:12]))}{', …' if len(column.allowed) > 12 else ''}")
    if column.regex:
        checks.append(f"matches {column.regex}")
    checks.append("may be null" if column.nullable else "never null")
    return column.name, column.dtype, column.unit, "; ".join(checks), column.personal, column.description


def _bound(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"
