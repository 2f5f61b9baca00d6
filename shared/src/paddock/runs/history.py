"""The history of gates: what the runs before one measured, and since when each gate is as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from paddock.errors import DataError
from paddock.notebooks.rendering.header import History
from paddock.project import Project
from paddock.runs.record import GateFact, Record, verified_record

# More would make each run read more and more records; the site shows all of them.
_MOST = 30
_Past = tuple[tuple[str, GateFact], ...]


def earlier_records(project: Project, run: str) -> tuple[Record, ...]:
    """The newest records before `run`, oldest first; what is damaged or has no record is passed over."""
    return tuple(reversed(list(_newest_first(project, run))))


def histories(earlier: Sequence[Record], record: Record) -> tuple[History, ...]:
    """One history for each gate of `record`, in their order."""
    return tuple(
        _history(gate, tuple(_past(earlier, notebook.source, gate.name)), len(earlier) == _MOST)
        for notebook in record.notebooks
        for gate in notebook.gates
    )


def _newest_first(project: Project, run: str) -> Iterator[Record]:
    names = (path.name for path in project.runs_folder.iterdir() if path.is_dir() and path.name < run)
    found = 0
    for name in sorted(names, reverse=True):
        if found == _MOST:
            return
        with suppress(DataError):
            yield verified_record(project, name)
            found += 1


def _past(earlier: Sequence[Record], source: str, name: str) -> Iterator[tuple[str, GateFact]]:
    for record in earlier:
        gates = (gate for notebook in record.notebooks if notebook.source == source for gate in notebook.gates)
        found = next((gate for gate in gates if gate.name == name), None)
        if found is not None:
            yield record.run, found


def _history(gate: GateFact, past: _Past, is_cut: bool) -> History:
    return History(gates=(*(fact for _, fact in past), gate), words=_words(gate, past, is_cut))


def _words(gate: GateFact, past: _Past, is_cut: bool) -> str:
    verb = "holds" if gate.held else "fails"
    if not past:
        return f"{verb} in the first run that evaluates it"
    other = max((at for at, (_, fact) in enumerate(past) if fact.held != gate.held), default=-1)
    if other == len(past) - 1:
        return f"{verb} since this run; {'failed' if gate.held else 'held'} in run {past[-1][0]}"
    since = past[other + 1][0]
    if other < 0:
        return f"{verb} in all {len(past) + 1} runs since {since}{', which go further back' if is_cut else ''}"
    return f"{verb} since run {since}; {'failed' if gate.held else 'held'} in run {past[other][0]}"
