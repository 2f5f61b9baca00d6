"""`paddock runs` and `paddock report`: what ran, and what it says."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, ProjectArgument, WorkspaceOption, project_of, workspace_of
from paddock.cli.run import show
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project, load_projects
from paddock.runs import report as reports
from paddock.runs import timeliness
from paddock.runs.crate import export
from paddock.runs.lookup import find_run
from paddock.runs.record import Record, ended_runs, read_record, schema, verified_record

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
    console.as_json(record.model_dump(mode="json")) if json else show(found, record)


def _list(found: Project, json: bool) -> None:
    if json:
        records = [read_record(found, name) for name in ended_runs(found)]
        console.as_json([record.model_dump(mode="json") for record in records])
        return
    listed = [(name, *_verified(found, name)) for name in ended_runs(found)]
    if not listed:
        console.say(f"{found.name} has not run yet; run it with: paddock run {found.name}")
        return
    console.table(("run", "status", "gates", "time"), [_row(name, record) for name, record, _ in listed])
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


def _row(name: str, record: Record | None) -> tuple[str, str, str, str]:
    if record is None:
        return name, "damaged", "–", "–"
    held = sum(gate.held for gate in record.gates)
    return name, record.status, f"{held}/{len(record.gates)}", f"{record.seconds:.1f} s"


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
    run: RunArgument = "latest",
    pdf: bool = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Say where the report of a run is, after verifying that it is whole; with `pdf`, print it beside itself first."""
    found = project_of(workspace, project)
    record = read_record(found, run)
    path = reports.verified_path(found, record.run)
    told = {"run": record.run, "status": record.status, "report": str(path)}
    if pdf:
        # Slow import.
        from paddock.notebooks.rendering import printing

        printing.write_pdf(path, path.with_suffix(".pdf"))
        told["pdf"] = str(path.with_suffix(".pdf"))
    if json:
        console.as_json(told)
    else:
        typer.echo(told.get("pdf", str(path)))
    if open_it:
        webbrowser.open(path.as_uri())
