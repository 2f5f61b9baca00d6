"""A run as an RO-Crate 1.1: a folder with its record, report and notebooks, and what they are, as linked data."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from paddock.errors import ConfigurationError
from paddock.project import Project, read_toml, table_at
from paddock.runs import report
from paddock.runs.record import DatasetFact, Record, SourceFact, record_path
from paddock.storage import artifact, durable

METADATA = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
# The terms of Workflow Run RO-Crate for what that of 1.1 lacks.
_TERMS = {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}
_PROFILE = "https://w3id.org/ro/crate/1.1"
_DONE, _FAILED = "http://schema.org/CompletedActionStatus", "http://schema.org/FailedActionStatus"
_FORMATS = {".json": "application/json", ".html": "text/html", ".ipynb": "application/x-ipynb+json"}
Entity = dict[str, Any]


def export(project: Project, record: Record, folder: Path) -> Path:
    """Write the crate of a run to `folder`, which is new or empty, in one step; its metadata file.

    Raises DataError where a file of the run is missing or not what the run stored, ConfigurationError for the folder.
    """
    target = folder.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(f"{folder}: is there already, and not empty", "Name a new folder.")
    target.parent.mkdir(parents=True, exist_ok=True)
    contents = _contents(project, record)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        for name, content in contents.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            (draft / name).write_bytes(content)
        text = json.dumps(metadata(project, record, contents), indent=1, ensure_ascii=False)
        (draft / METADATA).write_text(text + "\n", encoding="utf-8")
        draft.chmod(0o755)
        if target.exists():
            target.rmdir()
        durable.commit_folder(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target / METADATA


def metadata(project: Project, record: Record, contents: dict[str, bytes]) -> dict[str, Any]:
    """The metadata of a crate with these files, by name, as JSON-LD."""
    files = [_file(record, name, content) for name, content in contents.items()]
    about = [_license(project), *_parameters(record), *_datasets(record), *_software(record), *_owner(project)]
    head = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": {"@id": _PROFILE},
        "about": {"@id": "./"},
    }
    return {
        "@context": [_CONTEXT, _TERMS],
        "@graph": [head, _root(project, record, files), *files, _action(record, files), *about],
    }


def _contents(project: Project, record: Record) -> dict[str, bytes]:
    folder = project.runs_folder / record.run
    paths = {"record.json": record_path(project, record.run), record.report: report.path(project, record.run)}
    paths |= {fact.executed: folder / fact.executed for fact in record.notebooks}
    return {name: artifact.verified_bytes(path) for name, path in paths.items()}


def _root(project: Project, record: Record, files: Sequence[Entity]) -> Entity:
    described = project.description or project.title
    ended = record.started + timedelta(seconds=record.seconds)
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{project.title}: run {record.run}",
        "description": f"{described.rstrip('.')}. The run ended {record.status}: {record.reason}.",
        "datePublished": ended.isoformat(timespec="seconds"),
        "license": {"@id": "#license"},
        "author": {"@id": "#owner"},
        "publisher": {"@id": "#owner"},
        "hasPart": _links(files),
        "mentions": {"@id": "#run"},
    }


def _license(project: Project) -> Entity:
    """The licence that the project declares; RO-Crate asks for one, so it is said where there is none."""
    declared = table_at(project.folder, read_toml(project.folder / "pyproject.toml"), "project").get("license")
    text = str((declared.get("text", "") if isinstance(declared, dict) else declared) or "")
    described = f"The project declares: {text}" if text else "No licence is declared; all rights are reserved."
    return {"@id": "#license", "@type": "CreativeWork", "name": text or "No licence", "description": described}


def _file(record: Record, name: str, content: bytes) -> Entity:
    return {
        "@id": quote(name),
        "@type": "File",
        "name": _described(record, name),
        "encodingFormat": _FORMATS.get(Path(name).suffix, "application/octet-stream"),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _described(record: Record, name: str) -> str:
    known = {"record.json": "Record of the run", record.report: "Report of the run"}
    return known.get(name) or f"Executed notebook {name}"


def _action(record: Record, files: Sequence[Entity]) -> Entity:
    """The run itself, as schema.org describes actions and the profile Process Run Crate uses them."""
    is_failed, held = record.status == "failed", sum(gate.held for gate in record.gates)
    written = [_version(fact) for fact in record.datasets if fact.role == "written"]
    used = [*(_version(fact) for fact in record.datasets if fact.role == "read"), *map(_source, record.sources)]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"paddock run {record.project}",
        "description": f"Build, audit and publish; {held} of {len(record.gates)} gates held",
        "startTime": record.started.isoformat(timespec="seconds"),
        "endTime": (record.started + timedelta(seconds=record.seconds)).isoformat(timespec="seconds"),
        "actionStatus": {"@id": _FAILED if is_failed else _DONE},
        **({"error": record.reason} if is_failed else {}),
        "agent": {"@id": "#owner"},
        "instrument": {"@id": "#paddock"},
        "object": _links([*used, *_parameters(record), *([_code(record)] if record.commit else [])]),
        "result": _links([*files, *written]),
    }


def _parameters(record: Record) -> list[Entity]:
    named = {f"{fact.source}: {name}": value for fact in record.notebooks for name, value in fact.parameters.items()}
    return [
        {"@id": f"#parameter-{number}", "@type": "PropertyValue", "name": name, "value": str(value)}
        for number, (name, value) in enumerate({**named, **record.parameters}.items(), 1)
    ]


def _datasets(record: Record) -> list[Entity]:
    """Versions of datasets and sources by the hashes of their content; their rows are no part of the crate."""
    return [*map(_version, record.datasets), *map(_source, record.sources)]


def _version(fact: DatasetFact) -> Entity:
    return {
        "@id": f"#dataset-{fact.name}-{fact.version}-{fact.role}",
        "@type": "CreativeWork",
        "name": f"Dataset {fact.name}, version {fact.version}, {fact.role} by the run",
        "version": str(fact.version),
        "sha256": fact.content_hash,
    }


def _source(fact: SourceFact) -> Entity:
    return {
        "@id": f"#source-{fact.name}",
        "@type": "CreativeWork",
        "name": f"Source {fact.name}",
        "sha256": fact.content_hash,
    }


def _code(record: Record) -> Entity:
    name = f"Commit {record.commit}" + (" with uncommitted changes" if record.dirty else "")
    return {"@id": f"#commit-{record.commit}", "@type": "SoftwareSourceCode", "name": name, "version": record.commit}


def _software(record: Record) -> Iterator[Entity]:
    needs = f"Python {record.python}; installed packages, SHA-256 {record.packages_hash}"
    locked = f"; lock, SHA-256 {record.lock_hash}" if record.lock_hash else ""
    image = f"; image {record.image}" if record.image else ""
    yield {
        "@id": "#paddock",
        "@type": "SoftwareApplication",
        "name": "Paddock",
        "softwareRequirements": f"{needs}{locked}{image}",
    }
    if record.commit:
        yield _code(record)


def _owner(project: Project) -> Iterator[Entity]:
    yield {"@id": "#owner", "@type": "Organization", "name": project.owner}


def _links(entities: Sequence[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]
