"""The replay of a run: its notebooks executed again on what it saw, and compared with what it showed."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data.session import Session, environment_of, open_session
from paddock.errors import DataError
from paddock.notebooks.sameness import CellDifference, compare, counts
from paddock.project import Project
from paddock.runs import parameters
from paddock.runs.departures import Departure, departures
from paddock.runs.progress import Event, Listener, ignore
from paddock.runs.rebuilding import Rebuilt, rebuild, recorded_versions
from paddock.runs.record import NotebookFact, Record
from paddock.settings import load_settings
from paddock.storage import artifact

if TYPE_CHECKING:
    from paddock.notebooks.execution import Execution
    from paddock.runs.parameters import Split

_TIME_LIMIT = 1800.0
_HIDDEN = "[hidden: "


@dataclass(frozen=True)
class Compared:
    """One notebook that was executed again, and how its cells differ."""

    source: str
    cells: int
    outputs: int
    differences: tuple[CellDifference, ...]


@dataclass(frozen=True)
class Replay:
    """What became of a replay: departures from the record, notebooks and datasets compared."""

    run: str
    project: str
    departures: tuple[Departure, ...]
    notebooks: tuple[Compared, ...]
    datasets: tuple[Rebuilt, ...]

    @property
    def is_identical(self) -> bool:
        """Whether every output and every dataset is the same."""
        return not any(one.differences for one in self.notebooks) and not any(one.what for one in self.datasets)


@dataclass(frozen=True)
class Scene:
    """All that a run saw: its record, a session at the recorded versions, and the parameters for each notebook."""

    project: Project
    record: Record
    session: Session
    split: Split

    def execute(
        self, source: str, output: Path, environment: Mapping[str, str] | None = None, listener: Listener = ignore
    ) -> Execution:
        """Execute one of the run's notebooks to `output`, on what the run saw and with `environment` on top."""
        from paddock.notebooks.execution import execute

        pins = {
            fact.name: fact.version
            for role in ("read", "written")
            for fact in self.record.datasets
            if fact.role == role and not fact.asked
        }

        def on_cell(number: int, total: int) -> None:
            listener(Event("audit", f"{source} cell {number} of {total}", "working"))

        found = execute(
            source=self.project.folder / source,
            output=output,
            parameters=dict(self.split.notebooks[source]),
            environment={**environment_of(self.session, pins, self.record.environment), **(environment or {})},
            folder=self.project.folder,
            time_limit=_TIME_LIMIT,
            on_cell=on_cell,
        )
        listener(Event("audit", source, found.status, found.seconds))
        return found


def replay(project: Project, record: Record, tolerance: float, listener: Listener = ignore) -> Replay:
    """Execute the notebooks of `record` again, rebuild what its pipeline wrote, and compare both; nothing is published.

    Raises DataError where the record is not enough to do so: a notebook or a version is gone, or nothing was executed.
    """
    scene = scene_of(project, record)
    found = departures(project, record, scene.session)
    changed = {one.what for one in found}
    kept = {one.name: one.content_hash for one in record.sources if f"source {one.name}" not in changed}
    scene.session.sources.clear()
    scene.session.sources.update(kept)
    with tempfile.TemporaryDirectory(prefix="paddock-replay-") as scratch:
        datasets = rebuild(scene.session, record, scene.split.pipeline, Path(scratch, "build"))
        for one in datasets:
            listener(Event("build", f"{one.dataset} version {one.version}", "differs" if one.what else "identical"))
        compared = tuple(
            _compared(scene, fact, Path(scratch, "audit"), tolerance, listener) for fact in record.notebooks
        )
    return Replay(record.run, project.name, tuple(found), compared, datasets)


def scene_of(project: Project, record: Record) -> Scene:
    """What the run of `record` saw; raises DataError for what of it is gone."""
    if not record.notebooks and not any(fact.role == "written" for fact in record.datasets):
        raise DataError(
            f"{project.name}: run {record.run} {record.status} before anything was built or executed: {record.reason}",
            f"There is nothing to replay. Run again: paddock run {project.name}",
        )
    _check_parameters(record)
    for fact in record.notebooks:
        _check_notebook(project, record, fact)
    asked = replace(project, notebooks=tuple(fact.source for fact in record.notebooks))
    session = open_session(project, load_settings(project.workspace, record.environment), run=record.run)
    recorded_versions(record, session)
    return Scene(project, record, session, parameters.split(asked, record.parameters))


def executed(project: Project, record: Record, fact: NotebookFact) -> Any:
    """The notebook as the run stored it; raises DataError when it is gone or not the one that was stored."""
    from paddock.notebooks.document import load

    path = project.runs_folder / record.run / fact.executed
    artifact.verified_bytes(path)
    return load(path)


def _compared(scene: Scene, fact: NotebookFact, folder: Path, tolerance: float, listener: Listener) -> Compared:
    from paddock.notebooks.document import load

    before = executed(scene.project, scene.record, fact)
    execution = scene.execute(fact.source, folder / fact.source, listener=listener)
    after = load(folder / fact.source)
    found = compare(before, after, tolerance)
    if execution.status != fact.status:
        reason = execution.reason or fact.reason
        found.insert(0, CellDifference(0, "", "verdict", f"{fact.status} became {execution.status}: {reason}"))
    return Compared(fact.source, *counts(after), tuple(found))


def _check_parameters(record: Record) -> None:
    for name, value in record.parameters.items():
        if _HIDDEN in value:
            raise DataError(
                f"run {record.run}: the parameter '{name}' was a secret, which is not stored",
                f"Nothing can replay it. Run again: paddock run {record.project} -p {name}=…",
            )


def _check_notebook(project: Project, record: Record, fact: NotebookFact) -> None:
    path = project.folder / fact.source
    if path.is_file():
        return
    name = path.relative_to(project.workspace.root).as_posix()
    raise DataError(
        f"{name}: the notebook of run {record.run} is gone",
        f"Restore it: git checkout {record.commit} -- {name}" if record.commit else "Restore it from a backup.",
    )
