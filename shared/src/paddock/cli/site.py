"""`paddock site`: all projects, runs and datasets as pages to look at."""

from __future__ import annotations

import webbrowser
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from paddock.cli import console
from paddock.cli.context import EnvironmentOption, JsonOption, WorkspaceOption, workspace_of
from paddock.errors import ConfigurationError
from paddock.settings import load_settings

_MOST_FAULTS = 20


def site(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The folder of the site; by default .paddock/site.")
    ] = None,
    score: Annotated[
        list[Path] | None,
        typer.Option("--score", help="A file of `paddock score --json` to show, too."),
    ] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Build the site of all projects, runs and datasets: pages that work from the disk and from any web server."""
    _require_notebooks()
    from paddock.site.building import build

    found = workspace_of(workspace)
    folder = output or found.state / "site"
    built = build(found, load_settings(found, env), folder, score or (), datetime.now(UTC))
    if json:
        console.as_json({**vars(built), "front": built.front})
    else:
        for fault in built.faults[:_MOST_FAULTS]:
            console.say(f"note: {fault}", "yellow")
        if len(built.faults) > _MOST_FAULTS:
            console.say(f"… and {len(built.faults) - _MOST_FAULTS} more notes; all with --json", "yellow")
        console.say(
            f"{built.projects} projects, {built.runs} runs, {built.datasets} datasets: "
            f"{built.written} files written, {built.kept} kept"
        )
        console.say(str(built.front))
    if open_it:
        webbrowser.open(built.front.as_uri())


def _require_notebooks() -> None:
    """Raise where the packages that make pages are missing."""
    try:
        import bleach  # noqa: F401
        import jinja2  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"paddock site: needs {error.name}, which is not installed", "Install: paddock[notebooks]"
        ) from error
