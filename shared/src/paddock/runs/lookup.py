"""The looking up of a run by its name alone: names are unique, so no project has to be named."""

from __future__ import annotations

from datetime import UTC

from paddock.errors import ConfigurationError, nearest
from paddock.project import Project, Workspace, load_project, load_projects
from paddock.runs.record import Record, ended_runs, read_record, standing

LATEST = "latest"


def find_run(workspace: Workspace, run: str, project: str | None = None) -> tuple[Project, Record]:
    """The project and the verified record of a run; `latest` is the newest of the project, or of all.

    Raises ConfigurationError for an unknown run, DataError for one that has no record, or a damaged one.
    """
    if project is not None:
        found = load_project(workspace, project)
        return found, read_record(found, run)
    projects = load_projects(workspace)
    newest = {one.name: ended_runs(one)[-1:] for one in projects}
    if run == LATEST:
        having = [one for one in projects if newest[one.name]]
        if having:
            last = max(having, key=_newest_word)
            return last, read_record(last, run)
    for one in projects:
        if run and "/" not in run and (one.runs_folder / run).is_dir():
            return one, read_record(one, run)
    known = [name for one in projects for name in ended_runs(one)]
    raise ConfigurationError(f"no run '{run}' in any project", f"{nearest(run, known[-20:])} See: paddock runs PROJECT")


def _newest_word(project: Project) -> str:
    """When the project last ran, as the name of a run begins; an unchanged run leaves none of its own."""
    found = standing(project)
    return f"{found.moment.astimezone(UTC):%Y%m%d-%H%M%S}" if found else ended_runs(project)[-1]
