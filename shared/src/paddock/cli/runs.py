"""`paddock runs` and `paddock report`: what ran, and what it says."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, ProjectArgument, WorkspaceOption, project_of, workspace_of
from paddock.cli.run import show
from paddock.data.databases import open_serving
from paddock.errors import ConfigurationError, DataError, PaddockError
from paddock.project import Project, load_projects
from paddock.runs import report as reports
from paddock.runs import timeliness
from paddock.runs.crate import export
from paddock.runs.lookup import LATEST, find_run
from paddock.runs.record import (
    Record,
    ended_runs,
    last_good,
    latest_run,
    read_record,
    record_path,
    schema,
    standing,
    verified_record,
)
from paddock.runs.why import why
from paddock.settings import load_settings
from paddock.site.history import Trust

_EXIT_LATE = 1
_ACTIONS = ("show", "export")
RunArgument = Annotated[str, typer.Argument(help="A run's name, or 'latest'.")]


def runs(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROJECT [RUN]] | show RUN [PROJECT] | export RUN [PROJECT]",
            help="A project, and one of its runs ('latest' for the newest); or what to do with a run.",
        ),
    ] = None,
    ro_crate: Annotated[
        Path | None, typer.Option("--ro-crate", help="With export: the new folder that becomes an RO-Crate.")
    ] = None,
    json: JsonOption = False,
    late: Annotated[
        bool, typer.Option("--late", help="Only projects past their deadline; exit with 1 when there is one.")
    ] = False,
    print_schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of a record.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List the runs of a project, show one or export it; without a name, say when each project last succeeded."""
    given = words or []
    if print_schema:
        typer.echo(schema())
    elif len(given) > 1:
        _one(given, ro_crate, json, workspace)
    elif given:
        _list(project_of(workspace, given[0]), json)
    else:
        _overview(workspace, json, late)


def _one(given: Sequence[str], ro_crate: Path | None, json: bool, workspace: WorkspaceOption) -> None:
    """Show or export one run."""
    action, run, project = "show", given[1], str(given[0]) or None
    if given[0] in _ACTIONS:
        action, project = given[0], given[2] if len(given) > 2 else None
    if len(given) > (3 if given[0] in _ACTIONS else 2) or (action == "export") != bool(ro_crate):
        raise ConfigurationError(
            f"paddock runs {' '.join(given)}: expected a run, and --ro-crate FOLDER where it is exported",
            "Write, for instance: paddock runs export latest --ro-crate crate",
        )
    found, record = find_run(workspace_of(workspace), run, project)
    if ro_crate is not None:
        written = export(found, record, ro_crate)
        console.as_json({"run": record.run, "metadata": str(written)}) if json else console.say(str(written))
        return
    if json:
        console.as_json(record.model_dump(mode="json"))
        return
    show(found, record, _served(found, record))
    if run == LATEST:
        _say_standing(found)


def _served(found: Project, record: Record) -> Mapping[str, int]:
    """The version of each dataset that the run's environment serves now; empty where that cannot be asked from here."""
    try:
        published = open_serving(load_settings(found.workspace, record.environment)).published()
    except PaddockError:
        return {}
    return {name: publication.version for name, publication in published.items()}


def _list(found: Project, json: bool) -> None:
    if json:
        records = [read_record(found, name) for name in ended_runs(found)]
        console.as_json([record.model_dump(mode="json") for record in records])
        return
    listed = [(name, *_verified(found, name)) for name in ended_runs(found)]
    if not listed:
        console.say(f"{found.name} has not run yet; run it with: paddock run {found.name}")
        return
    rows = [_row(found, name, record) for name, record, _ in listed]
    console.table(("run", "status", "gates", "time", "why"), rows)
    _say_standing(found)
    # The others are no less true for it; each is told, the first with its remedy.
    errors = [error for _, _, error in listed if error is not None]
    for error in errors[1:]:
        console.say(error.message, "yellow")
    if errors:
        raise errors[0]


def _verified(found: Project, name: str) -> tuple[Record | None, DataError | None]:
    try:
        return verified_record(found, name), None
    except DataError as error:
        return None, error


def _say_standing(found: Project) -> None:
    """Say what the last run found that had nothing new to do, where no other ended since."""
    if said := standing(found):
        console.say(
            f"unchanged: run {said.run} still stands, as a run found at {said.moment:%Y-%m-%d %H:%M} UTC", "green"
        )


def _row(found: Project, name: str, record: Record | None) -> tuple[str, ...]:
    if record is None:
        return name, _trust(record_path(found, name)), "–", "–", ""
    held = sum(gate.held for gate in record.gates)
    status = f"{record.status}, {record.asked}" if record.asked else record.status
    return name, status, f"{held}/{len(record.gates)}", f"{record.seconds:.1f} s", why(record)


def _trust(path: Path) -> Trust:
    """What a record is that is not as its run wrote it: one that still says something, or none."""
    try:
        Record.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return "unreadable"
    return "unverified"


def _overview(workspace: WorkspaceOption, json: bool, only_late: bool) -> None:
    now = datetime.now(UTC)
    rows = []
    for project in load_projects(workspace_of(workspace)):
        success = timeliness.last_success(project)
        late = timeliness.is_late(project, now)
        due = timeliness.due_by(project, success) if success else None
        if late or not only_late:
            rows.append({"project": project.name, "owner": project.owner, "success": success, "due": due, "late": late})
    if json:
        console.as_json(rows)
    elif rows:
        shown = [
            (
                row["project"],
                row["owner"],
                _moment(row["success"], "never"),
                _moment(row["due"], "–"),
                _late(row["late"]),
            )
            for row in rows
        ]
        console.table(("project", "owner", "last success (UTC)", "due by (UTC)", ""), shown)
    elif only_late:
        console.say("no project is late")
    else:
        console.say("there is no project yet; make one with: paddock new")
    if only_late and rows:
        raise typer.Exit(_EXIT_LATE)


def _moment(moment: object, otherwise: str) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else otherwise


def _late(late: object) -> str:
    return "LATE" if late else ""


def report(
    project: ProjectArgument,
    run: str = "",
    pdf: bool = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say where the report of a run is, after verifying that it is whole; with `pdf`, print it beside itself first.

    Without a run it is that of the last good one, with a word about the newest where that is another.
    """
    found = project_of(workspace, project)
    good = None if run else last_good(found)
    record = good or read_record(found, run or LATEST)
    newest = _newest(found, record) if good else None
    path = reports.verified_path(found, record.run)
    told: dict[str, Any] = {"run": record.run, "status": record.status, "report": str(path)}
    if pdf:
        # Slow import.
        from paddock.notebooks.rendering import printing

        printing.write_pdf(path, path.with_suffix(".pdf"))
        told["pdf"] = str(path.with_suffix(".pdf"))
    if newest:
        told["newest"] = {"run": newest.run, "status": newest.status, "reason": newest.reason}
    if json:
        console.as_json(told)
    else:
        typer.echo(told.get("pdf", str(path)))
    if newest and not json:
        # Beside the path, which a script may read.
        said = f"newest run {newest.status}: {why(newest) or newest.reason} (paddock report {found.name} {newest.run})"
        console.err.print(said, markup=False)
    if open_it:
        webbrowser.open(path.as_uri())


def _newest(found: Project, good: Record) -> Record | None:
    """The record of the run that speaks for the project, where that is not the last good one."""
    name = latest_run(found)
    if name == good.run:
        return None
    record, _ = _verified(found, name)
    return record
