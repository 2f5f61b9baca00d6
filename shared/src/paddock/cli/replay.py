"""`paddock replay`: execute a run's notebooks again, and say whether they show the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from paddock.cli import console
from paddock.cli.context import JsonOption, WorkspaceOption, workspace_of
from paddock.cli.run import listening

if TYPE_CHECKING:
    from paddock.runs.determinism import Examined
    from paddock.runs.replay import Replay

_EXIT_DIFFERENT = 1
_TOLERANCE = 1e-9
RunArgument = Annotated[str, typer.Argument(help="A run's name, or 'latest'.")]


def replay(
    run: RunArgument,
    project: Annotated[str | None, typer.Argument(help="Its project; needed only for its own 'latest'.")] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0, max=1, help="By how much numbers may differ, relative to them.")
    ] = _TOLERANCE,
    twice: Annotated[
        bool,
        typer.Option(
            "--twice", help="Execute twice instead, with another hash seed, clock, random state, threads and folder."
        ),
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Execute a run again on the data that it saw, and compare every output; nothing is published."""
    # Slow imports.
    from paddock.runs.determinism import examine
    from paddock.runs.lookup import find_run
    from paddock.runs.replay import replay as replay_run

    found, record = find_run(workspace_of(workspace), run, project)
    with listening(quiet=json) as listener:
        if twice:
            examined = examine(found, record, tolerance, listener)
            is_same = not examined.unstable
        else:
            replayed = replay_run(found, record, tolerance, listener)
            is_same = replayed.is_identical
    if twice:
        _tell_examined(examined, json)
    else:
        _tell_replayed(replayed, json)
    if not is_same:
        raise typer.Exit(_EXIT_DIFFERENT)


def _tell_replayed(replayed: Replay, json: bool) -> None:
    if json:
        console.as_json({"verdict": "identical" if replayed.is_identical else "different", **asdict(replayed)})
        return
    for one in replayed.departures:
        console.say(f"{one.what}: {one.recorded} when it ran, {one.now} now")
        if one.command:
            console.say(f"  {one.command}")
    rows = [(one.dataset, "", f"version {one.version}: {one.what}") for one in replayed.datasets if one.what]
    for notebook in replayed.notebooks:
        rows += [(notebook.source, str(cell.cell or ""), f"{cell.kind}: {cell.what}") for cell in notebook.differences]
    if rows:
        console.table(("notebook or dataset", "cell", "description"), rows)
        console.say(f"run {replayed.run} is not identical", "bold red")
        return
    cells = sum(notebook.cells for notebook in replayed.notebooks)
    outputs = sum(notebook.outputs for notebook in replayed.notebooks)
    rebuilt = f", {len(replayed.datasets)} datasets rebuilt to the same bytes" if replayed.datasets else ""
    console.say(f"identical: run {replayed.run}, {cells} cells with {outputs} outputs{rebuilt}", "bold green")


def _tell_examined(examined: Examined, json: bool) -> None:
    if json:
        unstable = [{**asdict(one), "remedy": one.remedy} for one in examined.unstable]
        verdict = "different" if unstable else "identical"
        console.as_json({"verdict": verdict, **asdict(examined), "unstable": unstable})
        return
    if not examined.unstable:
        console.say(f"identical: run {examined.run}, twice under different circumstances", "bold green")
        return
    rows = [(one.notebook, one.cell, str(one.cause), one.what) for one in examined.unstable]
    console.table(("notebook", "cell", "cause", "description"), rows)
    for cause, remedy in {str(one.cause): one.remedy for one in examined.unstable}.items():
        console.say(f"{cause}: {remedy}")
