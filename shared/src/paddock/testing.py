"""What a project's tests start from: rows made from its contracts, its pipeline built and its notebooks run on them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data import sampling, strategies
from paddock.data.catalogue import load_catalogue
from paddock.data.contract import Contract
from paddock.data.given import publish_given
from paddock.data.session import Session, active, environment_of, open_session, pins_of
from paddock.project import Project, Workspace, find_workspace, load_project
from paddock.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd
    from hypothesis.strategies import SearchStrategy

    from paddock.notebooks.execution import Execution

_TIME_LIMIT = 600.0  # seconds, of a notebook


@dataclass(frozen=True)
class Built:
    """What a build made: the names of the tasks that ran, in their order, and a session that sees the results."""

    ran: tuple[str, ...]
    session: Session

    def read(self, dataset: str, **options: Any) -> Any:
        """The rows of a dataset that the build wrote; see `Session.read`."""
        return self.session.read(dataset, **options)

    def audit(self, notebook: str, parameters: Mapping[str, Any] | None = None) -> Execution:
        """Execute a notebook, by its path in the project, against the results; its gates are what would decide a run.

        It works in the copy of the project, `session.project.folder`, and reads the sources that are there.
        """
        from paddock.notebooks.execution import execute

        project = self.session.project
        return execute(
            source=project.folder / notebook,
            output=project.runs_folder / self.session.run / notebook,
            parameters=parameters or {},
            environment=environment_of(self.session, pins_of(self.session, self.session.candidates), "local"),
            folder=project.folder,
            time_limit=_TIME_LIMIT,
            on_cell=lambda number, total: None,
        )


def frames(
    project: Path, dataset: str, min_rows: int | None = None, max_rows: int = 30
) -> SearchStrategy[pd.DataFrame]:
    """A hypothesis strategy of frames that obey the contract of `dataset`, which `project` (its folder) may read."""
    return strategies.frames(_contract(project, dataset), min_rows=min_rows, max_rows=max_rows)


def sample(project: Path, dataset: str, rows: int, seed: int = 0) -> pd.DataFrame:
    """As many rows that obey the contract of `dataset`; the same for the same `seed`."""
    return sampling.sample(_contract(project, dataset), rows, seed)


def build(project: Path, scratch: Path, given: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> Built:
    """Build the project's pipeline in a workspace of its own below `scratch`; a second call goes on there.

    `given` holds results: by the name of a task, what that task would have made, so that it does not run;
    by the name of another project's dataset, the rows to be published there. Raises what `paddock run` would.
    Of a project without a pipeline, nothing is built; what is given can be audited.
    """
    copy = _scratch_copy(project, scratch)
    settings = load_settings(copy.workspace)
    for name in given:
        if "." in name:
            publish_given(copy.workspace, name, given[name])
    results = {name: result for name, result in given.items() if "." not in name}
    if not (copy.pipeline or results or parameters):
        return Built(ran=(), session=open_session(copy, settings, run="test"))
    return _built(open_session(copy, settings, run="test"), results, parameters or {})


def _built(session: Session, results: Mapping[str, Any], parameters: Mapping[str, str]) -> Built:
    from paddock.pipelines import run_pipeline
    from paddock.pipelines.giving import give

    project = session.project
    with active(session):
        give(project, parameters, results)
        result = run_pipeline(project, session, parameters)
    candidates = {name: version.number for name, version in result.versions.items()}
    return Built(
        ran=tuple(task.name for task in result.tasks if task.status == "ran"),
        session=replace(session, candidates=candidates, reads={}),
    )


def _contract(project: Path, dataset: str) -> Contract:
    name = dataset if "." in dataset else f"{project.name}.{dataset}"
    return load_catalogue(find_workspace(project)).contract(name)


def _scratch_copy(project: Path, scratch: Path) -> Project:
    """The project in a workspace that knows the declarations of all others, but holds none of their data."""
    origin = find_workspace(project)
    copy = Workspace(scratch / "workspace")
    copy.root.mkdir(parents=True, exist_ok=True)
    shutil.copy2(origin.root / "pyproject.toml", copy.root)
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints")
    for folder in (origin.root / "projects").iterdir():
        target = copy.root / "projects" / folder.name
        if folder == project.resolve():
            shutil.copytree(folder, target, ignore=ignored, dirs_exist_ok=True)
        elif (folder / "pyproject.toml").is_file():
            target.mkdir(parents=True, exist_ok=True)
            for name in ("pyproject.toml", "catalog.toml"):
                if (folder / name).is_file():
                    shutil.copy2(folder / name, target)
    return load_project(copy, project.name)
