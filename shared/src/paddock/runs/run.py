"""One run of one project: build, audit, publish, report."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from paddock.data.moves import ROLLBACK
from paddock.data.session import Session, active, open_session, pins_of
from paddock.errors import CodeError, DataError, PaddockError, ToolError
from paddock.notebooks import secret
from paddock.project import Project, require_notebooks
from paddock.runs import audit, build, dataset_facts, fingerprint, lacking, parameters, publication, report, timeliness
from paddock.runs.asked import Asked
from paddock.runs.environment import Surroundings, seeds, surroundings
from paddock.runs.naming import name_of
from paddock.runs.opened import Openings
from paddock.runs.progress import Event, Listener, Phase, ignore
from paddock.runs.provenance import Provenance, provenance
from paddock.runs.record import (
    FileFact,
    HostFact,
    NotebookFact,
    Record,
    SourceFact,
    Status,
    last_good,
    write_record,
)
from paddock.runs.request import Request
from paddock.settings import load_settings
from paddock.storage import lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from paddock.data.versions import Version


@dataclass
class _Progress:
    """What is known so far; the record is made from it however the run ends."""

    run: str
    project: Project
    request: Request
    source: Provenance
    listener: Listener
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    phases: dict[str, float] = field(default_factory=dict)
    built: build.Built = field(default_factory=build.Built)
    notebooks: list[NotebookFact] = field(default_factory=list)
    reads: dict[str, Version] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    asked: Asked = field(default_factory=Asked)
    asked_for: dict[tuple[str, int], Version] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    openings: Openings = field(init=False)

    def __post_init__(self) -> None:
        self.openings = Openings(self.project.workspace.root)

    @cached_property
    def surroundings(self) -> Surroundings:
        """Found out once, early in a run that does something."""
        return surroundings(self.project)

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = round(time.perf_counter() - begun, 3)


def run(project: Project, request: Request, listener: Listener = ignore) -> Record:
    """Build, audit and publish `project`; give the record of the run, which is stored.

    A failed audit is a record with status `failed`, not an error. Raises ConfigurationError before
    anything is built when the request or the project's files are wrong, and ToolError when another
    run of the project does not end within the settings' `lock_wait`. Whatever dies, what was
    published and reported stays as it was.
    """
    settings = load_settings(project.workspace, request.environment)
    with lock.held(project.runs_folder / "lock", f"run of {project.name}", settings.lock_wait):
        _remove_dead_runs(project)
        name = name_of(datetime.now(UTC), (path.name for path in project.runs_folder.iterdir()))
        session = open_session(project, settings, run=name)
        progress = _Progress(name, project, request, provenance(project.workspace.root), listener)
        with active(session):
            return _steps(progress, session)


def _steps(progress: _Progress, session: Session) -> Record:
    try:
        progress.fingerprint = fingerprint.of(progress.project, progress.request, session)
        if unchanged := _unchanged(progress, session):
            timeliness.confirm(progress.project, datetime.now(UTC), unchanged.run)
            return unchanged
        _ = progress.surroundings
        split = parameters.split(progress.project, progress.request.parameters)
        with progress.phase("build"):
            _build(progress, session, split.pipeline)
        if progress.request.until == "build":
            return _end(progress, "built", "stopped after build, as asked")
        with progress.phase("audit"):
            failures = _audit(progress, session, split.notebooks)
        if failures:
            cause = next(fact.cause for fact in progress.notebooks if fact.status == "failed")
            reason = "; ".join(failures)
            return _end(progress, "failed", reason + lacking.hint(session, reason), cause)
        if progress.request.until == "audit":
            return _end(progress, "audited", "stopped after audit, as asked")
        if not progress.project.pipeline:
            return _end(progress, "audited", "every gate held; the project writes no dataset, so nothing is published")
        with progress.phase("publish"):
            _publish(progress, session)
        return _end_published(progress)
    except (CodeError, DataError) as error:
        error.message += lacking.hint(session, error.message)
        _end(progress, "failed", error.message)
        raise
    except KeyboardInterrupt:
        _end(progress, "failed", "interrupted", "interrupted")
        raise
    except ToolError as error:
        # Where a disk or a database fails, the record may not be stored either; the first error is the one to tell.
        with suppress(PaddockError):
            _end(progress, "failed", error.message)
        raise


def _build(progress: _Progress, session: Session, values: Mapping[str, str]) -> None:
    def tell(task: str, status: str, seconds: float) -> None:
        progress.listener(Event("build", task, status, seconds))

    with progress.openings.of_tasks():
        progress.built = build.build(session, values, tell)
    progress.sources = session.sources
    _note_reads(progress, session, session.reads)
    progress.asked.given.update(session.reads)
    progress.asked.versions.update(session.asked)
    _note_asked(progress, session)


def _unchanged(progress: _Progress, session: Session) -> Record | None:
    """The last good record, when running again could only say the same again."""
    if progress.request.force or progress.request.until != "publish":
        return None
    last = last_good(progress.project)
    if last is None or last.fingerprint != progress.fingerprint or not report.is_complete(progress.project, last.run):
        return None
    reason = f"run {last.run} still stands; nothing was computed, nothing published"
    served = session.serving.published()
    for dataset in last.datasets:
        if dataset.role != "written":
            continue
        now = served.get(dataset.name)
        if now is None or session.store.find(dataset.name, now.version) is None:
            return None
        if now.version != dataset.version:
            if now.run != ROLLBACK:
                return None
            # What people took back is not brought back by a run in which nothing is new.
            reason = (
                f"{dataset.name} was rolled back to version {now.version}, and nothing changed since; "
                "publish again with --force"
            )
    tasks = tuple(task.model_copy(update={"status": "reused", "seconds": 0.0}) for task in last.tasks)
    return last.model_copy(update={"status": "unchanged", "reason": reason, "tasks": tasks})


def _audit(progress: _Progress, session: Session, values: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Execute the validation notebooks; the reasons of those that failed."""
    require_notebooks(progress.project)
    pins = pins_of(session, {name: version.number for name, version in progress.built.versions.items()})
    _note_reads(progress, session, pins)
    failures = []
    for source in progress.project.notebooks:
        fact = audit.execute_one(
            session,
            source,
            values[source],
            pins,
            progress.request,
            progress.listener,
            progress.openings,
            progress.asked,
        )
        _note_asked(progress, session)
        progress.notebooks.append(fact)
        if fact.status == "failed":
            failures.append(f"{source}: {fact.reason}")
    return failures


def _note_asked(progress: _Progress, session: Session) -> None:
    for name, number in sorted(progress.asked.versions):
        if version := session.store.find(name, number):
            progress.asked_for[name, number] = version


def _note_reads(progress: _Progress, session: Session, numbers: Mapping[str, int]) -> None:
    found = {name: session.store.find(name, number) for name, number in numbers.items()}
    progress.reads.update({name: version for name, version in found.items() if version is not None})


def _publish(progress: _Progress, session: Session) -> None:
    versions = progress.built.versions
    progress.kept = publication.publish(session, versions, progress.run, progress.request.force)
    for dataset, version in versions.items():
        status = "kept back" if dataset in progress.kept else "published"
        progress.listener(Event("publish", f"{dataset} version {version.number}", status))


def _end_published(progress: _Progress) -> Record:
    """End a run whose gates all held; where all that it wrote is kept back, nothing was published."""
    if progress.kept and progress.kept.keys() == progress.built.versions.keys():
        record = _end(
            progress, "audited", "; ".join(("every gate held; nothing is published", *progress.kept.values()))
        )
        # What is served is what people want served, so the schedule is kept.
        timeliness.confirm(progress.project, datetime.now(UTC))
        return record
    return _end(progress, "published", "; ".join(("every gate held", *progress.kept.values())))


def _end(progress: _Progress, status: Status, reason: str, cause: str = "") -> Record:
    """Render the report, then store the record: a run without a record never ended."""
    with progress.phase("report"):
        record = _without_secrets(_record(progress, status, reason, cause))
        report.write(progress.project, record)
    record = record.model_copy(
        update={"phases": progress.phases, "seconds": round(time.perf_counter() - progress.clock, 3)}
    )
    write_record(progress.project, record)
    progress.listener(Event("report", "report.html", "written", progress.phases["report"]))
    return record


def _record(progress: _Progress, status: Status, reason: str, cause: str) -> Record:
    source = progress.source
    written = progress.built.versions
    # A dataset that is read and written is both, where the versions are two.
    reads = {name: version for name, version in progress.reads.items() if version != written.get(name)}
    reads = {name: version for name, version in reads.items() if progress.asked.is_read(name)}
    around = progress.surroundings
    return Record(
        run=progress.run,
        project=progress.project.name,
        environment=progress.request.environment,
        status=status,
        reason=reason,
        cause=cause,
        until=progress.request.until,
        started=progress.started,
        seconds=round(time.perf_counter() - progress.clock, 3),
        phases=progress.phases,
        commit=source.commit,
        dirty=source.dirty,
        packages_hash=source.packages_hash,
        python=source.python,
        fingerprint=progress.fingerprint,
        parameters=dict(progress.request.parameters),
        tasks=progress.built.tasks,
        notebooks=tuple(progress.notebooks),
        datasets=tuple(dataset_facts.facts(reads, progress.asked_for, written, progress.kept)),
        sources=tuple(SourceFact(name=name, content_hash=found) for name, found in sorted(progress.sources.items())),
        report="report.html",
        dirty_hash=around.dirty_hash,
        lock_hash=around.lock_hash,
        interpreter=around.interpreter,
        image=around.image,
        host=HostFact(system=around.system, machine=around.machine, cores=around.cores),
        seeds=seeds([progress.request.parameters, *(notebook.parameters for notebook in progress.notebooks)]),
        files=tuple(FileFact(**vars(opened)) for opened in progress.openings.found()),
        files_fault=progress.openings.fault,
    )


def _without_secrets(record: Record) -> Record:
    return Record.model_validate(secret.hide(record.model_dump(), os.environ))


def _remove_dead_runs(project: Project) -> None:
    """Remove what killed runs left: folders without a record. The project's lock is held, so none is alive."""
    for folder in project.runs_folder.iterdir():
        if folder.is_dir() and not (folder / "record.json.manifest.json").exists():
            shutil.rmtree(folder)
