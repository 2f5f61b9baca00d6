"""The last published run, with everything that vouches for its record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from paddock.data.session import Session, open_session
from paddock.errors import PaddockError
from paddock.notebooks.facts import GATE_MIME
from paddock.project import Project
from paddock.runs import fingerprint, report
from paddock.runs.record import NotebookFact, Record, ended_runs, read_record, record_path
from paddock.runs.request import Request
from paddock.settings import load_settings
from paddock.storage import artifact


@dataclass(frozen=True)
class Run:
    """The record of the last published run; `fault` says why there is none, or why it is not believed.

    `is_current` says that the project's files, its data and the installed packages are still those of the run.
    """

    record: Record | None
    fault: str = ""
    is_current: bool = False
    session: Session | None = None


def last_run(project: Project) -> Run:
    """The last published run, believed only as far as its report, its notebooks and the databases agree."""
    name = next((name for name in reversed(ended_runs(project)) if _claims(project, name)), "")
    if not name:
        return Run(None, "no run has published yet")
    try:
        record = read_record(project, name)
        session = open_session(project, load_settings(project.workspace, record.environment), run="")
        if fault := next(_faults(project, record, session), ""):
            return Run(None, f"run {name} is not believed: {fault}")
        return Run(record, "", _is_current(project, record, session), session)
    except PaddockError as error:
        return Run(None, f"run {name} is not believed: {error.message}")


def records_of(project: Project) -> tuple[Record, ...]:
    """The records that can be read, oldest first."""
    found = []
    for name in ended_runs(project):
        try:
            found.append(read_record(project, name))
        except PaddockError:
            continue
    return tuple(found)


def _claims(project: Project, name: str) -> bool:
    """Whether a run says that it published; whether it is to be believed is another question."""
    manifest = artifact.read_manifest(record_path(project, name))
    return manifest is not None and manifest.facts.get("status") == "published"


def _faults(project: Project, record: Record, session: Session) -> Iterator[str]:
    """Where something that the run left behind does not say what the record says."""
    if (record.project, record.status) != (project.name, "published"):
        yield f"its record is of a run of {record.project} that ended as {record.status}"
    if not report.is_complete(project, record.run):
        yield "its report is missing or damaged"
    for notebook in record.notebooks:
        yield from _notebook_faults(project, record, notebook)
    for fact in (fact for fact in record.datasets if fact.role == "written"):
        published = [(p.run, p.version, p.content_hash) for p in session.serving.publications(fact.name)]
        if not fact.kept_back and (record.run, fact.version, fact.content_hash) not in published:
            yield f"the database never published version {fact.version} of {fact.name} for it"
        found = session.store.find(fact.name, fact.version)
        if found is None or found.content_hash != fact.content_hash:
            yield f"version {fact.version} of {fact.name} is another one by now"
        else:
            # Raises where the file is damaged; one column is enough for that, and quicker.
            session.store.read(fact.name, fact.version, [session.catalogue.contract(fact.name).names[0]])


def _notebook_faults(project: Project, record: Record, notebook: NotebookFact) -> Iterator[str]:
    path = project.runs_folder / record.run / notebook.executed
    if not artifact.is_complete(path):
        yield f"its executed notebook {notebook.executed} is missing or damaged"
        return
    outputs = [output for cell in json.loads(path.read_text("utf-8"))["cells"] for output in cell.get("outputs", ())]
    shown = [output["data"][GATE_MIME] for output in outputs if GATE_MIME in output.get("data", {})]
    if [gate.model_dump() for gate in notebook.gates] != shown:
        yield f"its record has other gates than the notebook {notebook.executed} that it executed"


def _is_current(project: Project, record: Record, session: Session) -> bool:
    request = Request(environment=record.environment, parameters=record.parameters)
    try:
        return fingerprint.of(project, request, session) == record.fingerprint
    except PaddockError:
        return False
