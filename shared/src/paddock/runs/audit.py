"""The audit of a candidate: a validation notebook, executed against it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data.session import Session, environment_of
from paddock.runs.asked import Asked
from paddock.runs.opened import Openings
from paddock.runs.progress import Event, Listener
from paddock.runs.record import GateFact, MetricFact, NotebookFact
from paddock.runs.request import Request
from paddock.storage import artifact

if TYPE_CHECKING:
    from paddock.notebooks.execution import Execution


def execute_one(
    session: Session,
    source: str,
    values: Mapping[str, Any],
    pins: Mapping[str, int],
    request: Request,
    listener: Listener,
    openings: Openings,
    asked: Asked,
) -> NotebookFact:
    """Execute the notebook `source`, which sees each dataset of `pins` at that version and no other.

    The executed notebook is stored in the run's folder whether it passed or failed; what it opens and reads is noted.
    """
    project = session.project
    from paddock.notebooks.execution import execute

    def on_cell(number: int, total: int) -> None:
        listener(Event("audit", f"{source} cell {number} of {total}", "working"))

    path = project.folder / source
    source_hash = artifact.file_sha256(path) if path.is_file() else ""
    with openings.of_notebook(source) as followed, asked.of_notebook() as told:
        execution = execute(
            source=path,
            output=project.runs_folder / session.run / source,
            parameters=dict(values),
            environment={**environment_of(session, pins, request.environment), **followed, **told},
            folder=project.folder,
            time_limit=request.notebook_limit,
            on_cell=on_cell,
        )
    listener(Event("audit", source, execution.status, execution.seconds))
    return _fact(source, execution, source_hash)


def _fact(source: str, execution: Execution, source_hash: str) -> NotebookFact:
    return NotebookFact(
        source=source,
        executed=Path(source).as_posix(),
        status=execution.status,
        reason=execution.reason,
        seconds=round(execution.seconds, 3),
        parameters={name: str(value) for name, value in execution.parameters.items()},
        gates=tuple(
            GateFact(name=gate.name, value=gate.value, bounds=gate.bounds, held=gate.held, margin=gate.margin)
            for gate in execution.gates
        ),
        metrics=tuple(MetricFact(name=m.name, value=m.value, unit=m.unit) for m in execution.metrics),
        cause=str(execution.cause or ""),
        source_hash=source_hash,
    )
