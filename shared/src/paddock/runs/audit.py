"""The audit of a candidate: a validation notebook, executed against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data.session import Session
from paddock.project import Project
from paddock.runs.progress import Event, Listener
from paddock.runs.record import GateFact, MetricFact, NotebookFact
from paddock.runs.request import Request

if TYPE_CHECKING:
    from paddock.notebooks.execution import Execution


def execute_one(
    project: Project,
    source: str,
    values: Mapping[str, Any],
    pins: Mapping[str, int],
    run: str,
    request: Request,
    listener: Listener,
) -> NotebookFact:
    """Execute the notebook `source`, which sees each dataset of `pins` at that version and no other.

    The executed notebook is stored in the run's folder whether it passed or failed.
    """
    from paddock.notebooks.execution import execute

    def on_cell(number: int, total: int) -> None:
        listener(Event("audit", f"{source} cell {number} of {total}", "working"))

    execution = execute(
        source=project.folder / source,
        output=project.runs_folder / run / source,
        parameters=dict(values),
        environment=_environment(project, request, pins, run),
        folder=project.folder,
        time_limit=request.notebook_limit,
        on_cell=on_cell,
    )
    listener(Event("audit", source, execution.status, execution.seconds))
    return _fact(source, execution)


def pins_of(session: Session, candidates: Mapping[str, int]) -> dict[str, int]:
    """The version at which a notebook sees each dataset: the candidates, else what is published now."""
    project = session.project
    published = session.serving.published()
    readable = {name for name in published if name in project.reads or name.startswith(f"{project.name}.")}
    return {name: published[name].version for name in readable} | dict(candidates)


def _environment(project: Project, request: Request, pins: Mapping[str, int], run: str) -> dict[str, str]:
    return {
        "PADDOCK_WORKSPACE": str(project.workspace.root),
        "PADDOCK_PROJECT": project.name,
        "PADDOCK_ENV": request.environment,
        "PADDOCK_RUN": run,
        "PADDOCK_CANDIDATES": json.dumps(dict(pins), sort_keys=True),
        "PYTHONPATH": str(project.source),
    }


def _fact(source: str, execution: Execution) -> NotebookFact:
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
    )
