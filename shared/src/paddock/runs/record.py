"""The record of one run: what was asked, read, written, measured and decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from paddock.errors import ConfigurationError, DataError, PaddockError, nearest
from paddock.project import Project
from paddock.runs import confirmation
from paddock.runs.confirmation import Confirmation
from paddock.storage import artifact

SCHEMA = 2
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
    """One executed validation notebook; `executed` is its file, relative to the run's folder.

    `cause` is one of `paddock.notebooks.cause`, empty for a notebook that passed; `source_hash` is the SHA-256 of the
    notebook's own file.
    """

    source: str
    executed: str
    status: Literal["passed", "failed"]
    reason: str
    seconds: float
    parameters: dict[str, Any]
    gates: tuple[GateFact, ...]
    metrics: tuple[MetricFact, ...]
    cause: str = ""
    source_hash: str = ""


class DatasetFact(_Fact):
    """One dataset version that the run read or wrote; the hash is of its content.

    `asked` says that the code named this version itself; any other is the one that the run saw of the dataset.
    `kept_back` says that it was written and not published, because people had rolled back the same content.
    """

    name: str
    role: Literal["read", "written"]
    version: int
    content_hash: str
    asked: bool = False
    kept_back: bool = False

    @property
    def part(self) -> str:
        """The role in words, with whether the code asked for this version, or it was kept from being published."""
        if self.kept_back:
            return f"{self.role}, kept back"
        return f"{self.role}, asked for" if self.asked else self.role


class SourceFact(_Fact):
    """One source outside the catalogue that the run read; the hash is of its content and declaration."""

    name: str
    content_hash: str


class FileFact(_Fact):
    """One file that notebooks or tasks (`pipeline`) opened, by its path in the workspace, with its SHA-256.

    The hash is empty for a file that changed while the run went on. One outside of the workspace begins with / or ~.
    """

    path: str
    role: Literal["read", "written"]
    content_hash: str
    by: tuple[str, ...]


class HostFact(_Fact):
    """The machine: its system with the release, its type, and how many cores the run might use."""

    system: str
    machine: str
    cores: int


class Record(_Fact):
    """One run, schema 2 (schema 1 lacks what has a default); `paddock runs --schema` prints the JSON schema.

    `dirty_hash` is that of the difference from the commit in what the run could see, `files_fault` says why not every
    file that was opened is known.
    """

    schema_version: Literal[1, 2] = 2
    run: str
    project: str
    environment: str
    status: Status
    reason: str
    cause: str = ""
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
    dirty_hash: str = ""
    lock_hash: str = ""
    interpreter: str = ""
    image: str = ""
    host: HostFact | None = None
    seeds: dict[str, str] = {}
    files: tuple[FileFact, ...] = ()
    files_fault: str = ""

    @property
    def asked(self) -> str:
        """What sets the run apart in a list: `trial`, where parameters were given (`-p`) and it is not what stands.

        One that published with parameters, or passed all its audit, is `with -p`.
        """
        if not self.parameters:
            return ""
        stands = self.status == "published" or (self.status == "audited" and self.until == "publish")
        return "with -p" if stands else "trial"

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
    """The record of `run`, or for `latest` that of `latest_run`; raises when it is unknown or damaged."""
    known = ended_runs(project)
    if run == "latest" and known:
        run = latest_run(project)
    if run not in known:
        raise _unknown(project, run, known)
    return verified_record(project, run)


def verified_record(project: Project, run: str) -> Record:
    """The record of a run that is known to have ended; raises DataError when it is missing or damaged."""
    path = record_path(project, run)
    content = artifact.verified_bytes(path)
    try:
        return Record.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise DataError(
            f"{path}: not a record of schema {SCHEMA}: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            "Restore the file, or remove the run's folder.",
        ) from error


def _unknown(project: Project, run: str, known: Sequence[str]) -> PaddockError:
    if run == Path(run).name and (project.runs_folder / run).is_dir():
        return DataError(
            f"{project.name}: run '{run}' has no record: it is going on, or was killed",
            f"Run again; the next run removes what killed ones left: paddock run {project.name}",
        )
    return ConfigurationError(
        f"{project.name}: no run '{run}'", f"{nearest(run, known)} See: paddock runs {project.name}"
    )


def ended_runs(project: Project) -> tuple[str, ...]:
    """The names of all runs that ended, oldest first (a name begins with its start time)."""
    if not project.runs_folder.is_dir():
        return ()
    folders = (path for path in project.runs_folder.iterdir() if path.is_dir())
    return tuple(sorted(path.name for path in folders if artifact.read_manifest(path / "record.json")))


def latest_run(project: Project) -> str:
    """The run that speaks for the project: the newest, or the one that an unchanged run since found still to stand."""
    newest = "".join(ended_runs(project)[-1:])
    found = standing(project)
    return found.run if found else newest


def standing(project: Project) -> Confirmation | None:
    """What an unchanged run found, where no run ended since; None where the newest run speaks for itself."""
    known, found = ended_runs(project), confirmation.read(project)
    is_newest = found is not None and found.run in known and found.after == known[-1]
    return found if is_newest else None


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
    found = Record.model_json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:paddock:run-record:{SCHEMA}",
        "title": f"A run's record, schema {SCHEMA}",
    }
    return json.dumps(head | {key: value for key, value in found.items() if key != "title"}, indent=1)
