"""The record of one run: what was asked, read, written, measured and decided."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from paddock.errors import ConfigurationError, DataError, nearest
from paddock.project import Project
from paddock.storage import artifact

Status = Literal["published", "unchanged", "failed", "built", "audited"]


class _Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TaskFact(_Fact):
    """One task of the pipeline: whether it ran or its stored result was reused; time in seconds."""

    name: str
    identity: str
    status: Literal["ran", "reused"]
    seconds: float


class GateFact(_Fact):
    """One gate: its value, its bounds in words, and whether it held; margin is the distance to the nearest bound."""

    name: str
    value: float | None
    bounds: str
    held: bool
    margin: float | None


class MetricFact(_Fact):
    """One reported number that decides nothing."""

    name: str
    value: float | None
    unit: str


class NotebookFact(_Fact):
    """One executed validation notebook; `executed` is its file, relative to the run's folder."""

    source: str
    executed: str
    status: Literal["passed", "failed"]
    reason: str
    seconds: float
    parameters: dict[str, Any]
    gates: tuple[GateFact, ...]
    metrics: tuple[MetricFact, ...]


class DatasetFact(_Fact):
    """One dataset version that the run read or wrote; the hash is of its content."""

    name: str
    role: Literal["read", "written"]
    version: int
    content_hash: str


class SourceFact(_Fact):
    """One source outside the catalogue that the run read; the hash is of its content and declaration."""

    name: str
    content_hash: str


class Record(_Fact):
    """One run, schema 1; `paddock runs --schema` prints the JSON schema."""

    schema_version: Literal[1] = 1
    run: str
    project: str
    environment: str
    status: Status
    reason: str
    until: Literal["build", "audit", "publish"]
    started: datetime
    seconds: float
    phases: dict[str, float]
    commit: str
    dirty: bool
    packages_hash: str
    python: str
    fingerprint: str
    parameters: dict[str, str]
    tasks: tuple[TaskFact, ...]
    notebooks: tuple[NotebookFact, ...]
    datasets: tuple[DatasetFact, ...]
    sources: tuple[SourceFact, ...]
    report: str

    @property
    def gates(self) -> tuple[GateFact, ...]:
        """The gates of all notebooks, in the order in which they were evaluated."""
        return tuple(gate for notebook in self.notebooks for gate in notebook.gates)


def record_path(project: Project, run: str) -> Path:
    """Where the record of `run` stands."""
    return project.runs_folder / run / "record.json"


def write_record(project: Project, record: Record) -> None:
    """Store the record; from here on the run counts as ended."""
    content = record.model_dump_json(indent=1).encode()
    artifact.write_bytes(record_path(project, record.run), content, {"run": record.run, "status": record.status})


def read_record(project: Project, run: str) -> Record:
    """The record of `run`, or of the newest run for `latest`; raises when it is unknown or damaged."""
    known = ended_runs(project)
    if run == "latest" and known:
        run = known[-1]
    if run not in known:
        raise ConfigurationError(
            f"{project.name}: no run '{run}'", f"{nearest(run, known)} See: paddock runs {project.name}"
        )
    path = record_path(project, run)
    content = artifact.verified_bytes(path)
    try:
        return Record.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            f"{path}: not a record of schema 1: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            "Restore the file, or remove the run's folder.",
        ) from error


def ended_runs(project: Project) -> tuple[str, ...]:
    """The names of all runs that ended, oldest first (a name begins with its start time)."""
    if not project.runs_folder.is_dir():
        return ()
    folders = (path for path in project.runs_folder.iterdir() if path.is_dir())
    return tuple(sorted(path.name for path in folders if artifact.read_manifest(path / "record.json")))


def last_good(project: Project) -> Record | None:
    """The newest record of a run that did all it could, or None; damaged records are passed over.

    That is to publish; for a project without a pipeline, which has nothing to publish, it is to pass its audit.
    """
    done = "published" if project.pipeline else "audited"
    for run in reversed(ended_runs(project)):
        facts = artifact.read_manifest(record_path(project, run))
        if facts and facts.facts.get("status") == done:
            try:
                return read_record(project, run)
            except DataError:
                continue
    return None


def schema() -> str:
    """The JSON schema of a record, as text."""
    return json.dumps(Record.model_json_schema(), indent=1)
