"""The report of a run: one HTML page in the run's folder."""

from __future__ import annotations

import os
from pathlib import Path

from paddock.errors import DataError
from paddock.project import Project
from paddock.runs.history import earlier_records, histories
from paddock.runs.places import dataset_page
from paddock.runs.record import Record
from paddock.storage import artifact


def path(project: Project, run: str) -> Path:
    """Where the report of `run` stands."""
    return project.runs_folder / run / "report.html"


def verified_path(project: Project, run: str) -> Path:
    """The path of a report that is whole; raises DataError when it is missing or damaged."""
    artifact.verified_bytes(path(project, run))
    return path(project, run)


def is_complete(project: Project, run: str) -> bool:
    """Whether the report of `run` is there, whole."""
    return artifact.is_complete(path(project, run))


def write(project: Project, record: Record) -> None:
    """Render the report of `record` from its executed notebooks and store it."""
    from paddock.notebooks.execution import Gate
    from paddock.notebooks.rendering import Header, render

    folder = project.runs_folder / record.run
    earlier = earlier_records(project, record.run)
    notebooks = [folder / notebook.executed for notebook in record.notebooks]
    header = Header(
        project=project.title,
        status=record.status,
        reason=record.reason,
        run=record.run,
        started=record.started.isoformat(timespec="seconds"),
        seconds=record.seconds,
        commit=_commit(record),
        environment=f"Python {record.python}, packages {record.packages_hash[:12]}, {record.environment}",
        parameters=_parameters(record),
        gates=tuple(Gate(**gate.model_dump()) for gate in record.gates),
        datasets=tuple((d.name, d.part, d.version, d.content_hash[:12]) for d in record.datasets),
        owner=project.owner,
        description=project.description,
        sources=tuple((source.name, source.content_hash[:12]) for source in record.sources),
        tasks=tuple((task.name, task.status, task.seconds) for task in record.tasks),
        histories=histories(earlier, record) if earlier else (),
        links=_links(project, record),
    )
    page = render([notebook for notebook in notebooks if artifact.is_complete(notebook)], header)
    if not page:
        raise DataError(f"{folder}: the report came out empty", "Run again.")
    artifact.write_bytes(path(project, record.run), page.encode(), {"run": record.run})


def _links(project: Project, record: Record) -> dict[str, str]:
    """The addresses of the datasets that the workspace's site has a page of, from where the report stands."""
    site, folder = project.workspace.state / "site", project.runs_folder / record.run
    names = {dataset.name for dataset in record.datasets}
    pages = {name: site / dataset_page(name) for name in sorted(names)}
    return {name: os.path.relpath(page, folder) for name, page in pages.items() if page.is_file()}


def _commit(record: Record) -> str:
    if not record.commit:
        return "not in git"
    return record.commit[:12] + (" with uncommitted changes" if record.dirty else "")


def _parameters(record: Record) -> dict[str, str]:
    """Parameters of the request and the notebooks; those of the request win."""
    of_notebooks = {name: str(value) for notebook in record.notebooks for name, value in notebook.parameters.items()}
    return of_notebooks | record.parameters
