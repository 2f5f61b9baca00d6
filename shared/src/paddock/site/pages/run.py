"""The pages of single runs, with their reports, and their facts for the page that compares."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from paddock.errors import DataError
from paddock.notebooks.cause import EXIT_CODES, Cause
from paddock.notebooks.rendering.words import visible
from paddock.runs.record import GateFact, NotebookFact, Record
from paddock.site import figures, reports
from paddock.site.entry import Entry, Files, key_of, page
from paddock.site.history import Run, gates
from paddock.site.inventory import Inventory
from paddock.site.ledger import Ledger
from paddock.site.naming import report_page, run_data, run_page
from paddock.site.projects import Portrait
from paddock.site.trends import changes
from paddock.site.words import counted, iso, tone
from paddock.storage import artifact

# More would make the page a list of files; the record has all.
_MOST_FILES = 300
_Gate = tuple[str, str]
_Before = dict[_Gate, tuple[GateFact, str]]


def entries(portrait: Portrait, found: Inventory, known: Ledger) -> Iterator[Entry]:
    """For each run of a project its page, its report where that is whole, and its facts."""
    before: _Before = {}
    earlier: Run | None = None
    linked = {dataset.name for dataset in found.datasets}
    for run in portrait.runs:
        report = _report(run, known)
        facts = _facts(portrait, run, report, before, earlier, linked)
        yield page(run_page(run.project, run.name), "run.html.j2", facts, found.docs)
        if report == "whole":
            yield _report_entry(run, known, linked)
        if run.record:
            yield _data(run, known)
        if run.is_verified and run.record:
            earlier = run
            for source, gate in gates(run):
                since = before.get((source, gate.name))
                goes_on = since is not None and since[0].held == gate.held
                before[source, gate.name] = gate, since[1] if goes_on and since else run.name


def _facts(
    portrait: Portrait, run: Run, report: str, before: _Before, earlier: Run | None, linked: set[str]
) -> dict[str, Any]:
    record = run.record
    facts = {
        "project": run.project,
        "title": portrait.title,
        "run": run.name,
        "trust": run.trust,
        "fault": run.fault,
        "status": run.status,
        "tone": tone(run),
        "report": report,
        "earlier": earlier.name if earlier else "",
        "changes": changes(earlier.record, record) if earlier and earlier.record and record else (),
        "record": None,
    }
    return facts if record is None else facts | {"record": _of_record(run, record, before, linked)}


def _of_record(run: Run, record: Record, before: _Before, linked: set[str]) -> dict[str, Any]:
    return {
        "reason": record.reason,
        "facts": (
            ("Started", iso(run.started), "moment"),
            ("Took", record.seconds, "seconds"),
            ("Environment", record.environment, ""),
            ("Commit", _commit(record), ""),
            ("Python", record.python, ""),
            ("Interpreter", record.interpreter, ""),
            ("Packages", record.packages_hash[:12], "hash"),
            ("Locks", record.lock_hash[:12], "hash"),
            ("Uncommitted changes", record.dirty_hash[:12], "hash"),
            ("Image", record.image, ""),
            ("Machine", _machine(record), ""),
            ("Asked for", f"until {record.until}", ""),
        ),
        "cause": _cause(record.cause),
        "seeds": tuple(record.seeds.items()),
        "files": tuple((f.path, f.role, f.content_hash[:12], ", ".join(f.by)) for f in record.files[:_MOST_FILES]),
        "more_files": max(0, len(record.files) - _MOST_FILES),
        "files_fault": record.files_fault,
        "gates": sorted((_gate(source, gate, before) for source, gate in gates(run)), key=lambda facts: facts["held"]),
        "metrics": tuple((m.name, m.value, m.unit, n.source) for n in record.notebooks for m in n.metrics),
        "parameters": tuple(_parameters(record).items()),
        "datasets": tuple((d.name, d.part, d.version, d.content_hash[:12], d.name in linked) for d in record.datasets),
        "sources": tuple((source.name, source.content_hash[:12]) for source in record.sources),
        "tasks": tuple((task.name, task.status, task.seconds) for task in record.tasks),
        "notebooks": tuple((n.source, n.status, _cause(n.cause), n.reason, n.seconds) for n in record.notebooks),
        "phases": tuple(record.phases.items()),
    }


def _gate(source: str, gate: GateFact, before: _Before) -> dict[str, Any]:
    was, since = before.get((source, gate.name), (None, ""))
    return {
        "name": gate.name,
        "source": source,
        "value": gate.value,
        "bounds": gate.bounds,
        "held": gate.held,
        "margin": gate.margin,
        "before": was.value if was else None,
        # Where the verdict is another one than before, it is so since this run.
        "since": since if was and was.held == gate.held else "",
        "has_before": was is not None,
    }


def _cause(cause: str) -> str:
    """The cause with the code with which a command for it exits."""
    return f"{cause}, exit code {EXIT_CODES[Cause(cause)]}" if cause in list(Cause) else cause


def _machine(record: Record) -> str:
    host = record.host
    return f"{host.system} on {host.machine}, {counted(host.cores, 'core')}" if host else ""


def _commit(record: Record) -> str:
    if not record.commit:
        return "not in git"
    return record.commit[:12] + (" with uncommitted changes" if record.dirty else "")


def _parameters(record: Record) -> dict[str, str]:
    """Parameters of the request and the notebooks; those of the request win."""
    of_notebooks = {name: str(value) for notebook in record.notebooks for name, value in notebook.parameters.items()}
    return of_notebooks | record.parameters


def _report(run: Run, known: Ledger) -> str:
    """Whether the report is whole, damaged or missing; only a whole one goes into the site."""
    path = f"{run.folder}/report.html"
    if known.is_whole(path):
        return "whole"
    return "damaged" if Path(path).exists() else "missing"


def _report_entry(run: Run, known: Ledger, linked: Collection[str]) -> Entry:
    source, path = f"{run.folder}/report.html", report_page(run.project, run.name)
    named = sorted({fact.name for fact in run.record.datasets if fact.name in linked} if run.record else ())

    def make() -> Files:
        try:
            content = artifact.verified_bytes(Path(source))
        except DataError:
            # Damaged since it was looked at a moment ago: the next build says so on the run's page.
            return {}
        return {path: reports.linked(content, run.project, run.name, named)}

    return Entry(path, key_of("report", known.vouched(source), run.project, run.name, named), make)


def _data(run: Run, known: Ledger) -> Entry:
    """The facts of a run for comparing; its notebooks count only while they are what the run executed."""
    path = run_data(run.project, run.name)
    executed = [_executed(run, notebook) for notebook in run.record.notebooks] if run.record else []
    states = tuple(known.vouched(file) if file and known.is_whole(file) else "" for file in executed)

    def make() -> Files:
        assert run.record is not None
        files: dict[str, bytes] = {}
        notebooks = []
        for notebook, file in zip(run.record.notebooks, executed, strict=True):
            content, note = _content(run, file)
            files |= content.files
            notebooks.append((notebook.source, note, _cells(content, files), content.figures))
        facts = _compared(run, run.record) | {"notebooks": notebooks}
        return {path: _script(path, facts), **files}

    return Entry(path, key_of("data", run.project, run.name, run.trust, run.digest, states), make)


def _executed(run: Run, notebook: NotebookFact) -> str:
    """The path of the executed notebook; nothing where the record leads out of the run's folder."""
    is_inside = not notebook.executed.startswith("/") and ".." not in notebook.executed.split("/")
    return (
        f"{run.folder}/{notebook.executed}" if run.is_verified and is_inside and "\0" not in notebook.executed else ""
    )


def _content(run: Run, path: str) -> tuple[figures.Content, str]:
    """The content of an executed notebook, or a note why there is none."""
    is_inside = bool(path) and Path(path).resolve().is_relative_to(Path(run.folder).resolve())
    if not is_inside or not artifact.is_complete(Path(path)):
        return figures.Content(), "The executed notebook is missing or damaged, so its cells cannot be compared."
    try:
        return figures.content(Path(path)), ""
    except (OSError, ValueError) as error:
        return figures.Content(), f"The cells of the executed notebook cannot be compared: {error}"


def _cells(content: figures.Content, files: dict[str, bytes]) -> str:
    """The path of the cells' own file, which all runs of the same notebook share."""
    path = f"data/cells/{key_of('cells', content.cells)[:24]}.js"
    files[path] = _script(path, content.cells)
    return path


def _compared(run: Run, record: Record) -> dict[str, Any]:
    return {
        "status": record.status,
        "tone": tone(run),
        "trust": run.trust,
        "reason": record.reason,
        "facts": [
            ("Started", iso(run.started)),
            ("Took", f"{record.seconds:.1f} s"),
            ("Environment", record.environment),
            ("Commit", _commit(record)),
            ("Python", record.python),
            ("Packages", record.packages_hash[:12]),
            ("Interpreter", record.interpreter),
            ("Locks", record.lock_hash[:12]),
            ("Uncommitted changes", record.dirty_hash[:12]),
            ("Image", record.image),
            ("Machine", _machine(record)),
            ("Seeds", ", ".join(f"{name}={value}" for name, value in record.seeds.items())),
            ("Cause", _cause(record.cause)),
        ],
        "gates": [(source, g.name, g.value, g.bounds, g.held, g.margin) for source, g in gates(run)],
        "metrics": [(n.source, m.name, m.value, m.unit) for n in record.notebooks for m in n.metrics],
        "parameters": list(_parameters(record).items()),
        "datasets": [(d.name, d.part, d.version, d.content_hash[:12]) for d in record.datasets],
        "sources": [(source.name, source.content_hash[:12]) for source in record.sources],
    }


def _script(name: str, facts: Any) -> bytes:
    """Facts as a script that hands them over: the one way to load data that works from a disk, too."""
    return f"paddockData({json.dumps(name)},{_json(facts)});\n".encode()


def _json(facts: Any) -> str:
    # In ASCII: half characters and line separators do no harm.
    return json.dumps(_finite(facts), separators=(",", ":"))


def _finite(value: Any) -> Any:
    """The value, hidden characters and what is no finite number written out: JSON has no word for the latter."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, float) and not -1e309 < value < 1e309:
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list | tuple) else value
