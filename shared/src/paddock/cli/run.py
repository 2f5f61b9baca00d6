"""`paddock run`: build, audit and publish one project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal

import typer
from rich.live import Live
from rich.spinner import Spinner

from paddock.cli import console
from paddock.cli.context import EnvironmentOption, JsonOption, ProjectArgument, WorkspaceOption, project_of
from paddock.cli.pairs import pairs
from paddock.project import Project
from paddock.runs import report
from paddock.runs.progress import Event, Listener
from paddock.runs.record import GateFact, Record, Status
from paddock.runs.request import Request
from paddock.runs.run import run as run_project

_STYLES: dict[Status, str] = {"published": "bold green", "audited": "green", "unchanged": "green", "failed": "bold red"}
_EXIT_FAILED = 1


def run(
    project: ProjectArgument,
    until: Annotated[Literal["build", "audit", "publish"], typer.Option(help="Stop after this phase.")] = "publish",
    parameters: Annotated[
        list[str] | None, typer.Option("--parameters", "-p", help="NAME=VALUE, for the pipeline or a notebook.")
    ] = None,
    env: EnvironmentOption = "local",
    force: Annotated[bool, typer.Option("--force", help="Audit and publish again, also after a rollback.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Build, audit and publish a project; nothing is published unless every gate holds."""
    found = project_of(workspace, project)
    request = Request(environment=env, until=until, parameters=pairs(parameters or []), force=force)
    with listening(quiet=json) as listener:
        record = run_project(found, request, listener)
    if json:
        console.as_json(record.model_dump(mode="json") | {"report": str(report.path(found, record.run))})
    else:
        show(found, record)
    if record.status == "failed":
        raise typer.Exit(_EXIT_FAILED)


def show(project: Project, record: Record, served: Mapping[str, int] | None = None) -> None:
    """Print how a run ended: gates, what is served, where the report is.

    `served` is the version of each dataset that is served now; without it, the run has just ended.
    """
    if record.gates:
        console.table(("gate", "value", "bound", "margin", ""), [_gate_row(gate) for gate in record.gates])
    console.say(f"{record.status}: {record.reason}", _STYLES.get(record.status, ""))
    if record.status == "published":
        published = {
            fact.name: fact.version for fact in record.datasets if fact.role == "written" and not fact.kept_back
        }
        for name, version in published.items():
            console.say(f"  {_published(name, version, (published if served is None else served).get(name))}")
    elif record.status != "unchanged" and project.pipeline:
        console.say("  nothing was published: what was served before is served still")
    console.say(f"  report {report.path(project, record.run)}")


def _published(name: str, version: int, served: int | None) -> str:
    """What a run published, and what is served of it now, as far as that is known."""
    if served == version:
        return f"serves {name} version {version}"
    return f"published {name} version {version}" + ("" if served is None else f" (version {served} is served now)")


def _gate_row(gate: GateFact) -> tuple[str, ...]:
    value = "none" if gate.value is None else f"{gate.value:.4g}"
    margin = "" if gate.margin is None else f"{gate.margin:+.4g}"
    return gate.name, value, gate.bounds, margin, "holds" if gate.held else "FAILS"


@contextmanager
def listening(quiet: bool) -> Iterator[Listener]:
    """A line per event; on a terminal a spinner too, with what is being done now."""
    if quiet:
        yield lambda event: None
        return
    if not console.out.is_terminal:
        yield lambda event: console.say(_line(event)) if event.status != "working" else None
        return
    spinner = Spinner("dots", text="build")
    with Live(spinner, console=console.out, transient=True, refresh_per_second=8) as live:

        def tell(event: Event) -> None:
            spinner.update(text=f"{event.phase}: {event.subject}")
            if event.status != "working":
                live.console.print(_line(event), markup=False)

        yield tell


def _line(event: Event) -> str:
    seconds = f"  {event.seconds:.2f} s" if event.seconds >= 0.005 else ""
    return f"{event.phase:<8} {event.subject}  {event.status}{seconds}"
