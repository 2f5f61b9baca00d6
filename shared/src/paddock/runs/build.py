"""The build of a run: the project's pipeline; of a project without one, a look at what its notebooks will read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paddock.data.session import Session
from paddock.project import Project
from paddock.runs.record import TaskFact

if TYPE_CHECKING:
    from paddock.data.versions import Version


@dataclass(frozen=True)
class Built:
    """What became of each task, and the version of each dataset that the pipeline writes."""

    tasks: tuple[TaskFact, ...] = ()
    versions: Mapping[str, Version] = field(default_factory=dict)


def parameter_names(project: Project) -> tuple[str, ...]:
    """The names of the pipeline's own parameters."""
    if not project.pipeline:
        return ()
    # Here and below: an analysis must neither wait for what pipelines import, nor have it installed.
    from paddock.pipelines import execution

    return execution.parameter_names(project)


def build(session: Session, values: Mapping[str, str], tell: Callable[[str, str, float], None]) -> Built:
    """Build the pipeline of the session's project, which is active; see `paddock.pipelines.run_pipeline`.

    Without a pipeline nothing is built, but a source that is not as declared raises DataError all the same.
    """
    if not session.project.pipeline:
        _validate_sources(session)
        return Built()
    from paddock.pipelines import run_pipeline

    result = run_pipeline(session.project, session, values, on_event=tell)
    facts = (
        TaskFact(name=task.name, identity=task.identity, status=task.status, seconds=round(task.seconds, 3))
        for task in result.tasks
    )
    return Built(tuple(facts), result.versions)


def _validate_sources(session: Session) -> None:
    """Read each declared source once: what is wrong with it is told before any notebook runs, and not by each."""
    from paddock.data import sources

    root = session.sources_root or session.project.folder
    for name, source in session.declared_sources.items():
        # Its hash first, which for a query reads the rows already.
        session.source_hash(name)
        if not source.query:
            sources.read(source, root)
