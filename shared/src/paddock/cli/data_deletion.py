"""`paddock data delete`: remove the rows of a version that must not be kept."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paddock.cli import console
from paddock.cli.context import EnvironmentOption, JsonOption, WorkspaceOption, workspace_of
from paddock.data import deleting
from paddock.data.catalogue import load_catalogue
from paddock.data.versions import Version, VersionStore
from paddock.errors import ConfigurationError
from paddock.project import load_project
from paddock.settings import load_settings
from paddock.storage import lock


def delete(
    dataset: Annotated[str, typer.Argument(help="A dataset as PROJECT.NAME.")],
    version: Annotated[int, typer.Option(help="The version's number; never one that is served.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Delete the rows of a version for good; its line in the history stays."""
    found = workspace_of(workspace)
    load_catalogue(found).contract(dataset)
    project = load_project(found, dataset.partition(".")[0])
    settings = load_settings(found, env)
    store, places = VersionStore(settings.data_url, settings.lock_wait), deleting.servings(found, env)
    doomed = deleting.doomed(store, places, dataset, version)
    if not yes:
        _ask(dataset, doomed)
    # A run that is going on could publish what is about to be deleted.
    with lock.held(project.runs_folder / "lock", f"deleting a version of {dataset}", settings.lock_wait):
        gone = deleting.delete(store, places, dataset, version)
    if json:
        console.as_json([{"dataset": dataset, "version": one.number, "deleted_at": one.deleted_at} for one in gone])
        return
    for one in gone:
        console.say(f"{dataset}: version {one.number} is deleted; its line in the history stays", "green")
    console.say("rows of it may lie elsewhere, too: docs/how-to/handle-personal-data.md#delete-what-was-stored")


def _ask(dataset: str, doomed: tuple[Version, ...]) -> None:
    """Ask whether that is meant; who says no, or cannot be asked, deletes nothing."""
    what = f"{dataset}: version {', '.join(str(one.number) for one in doomed)} ({doomed[0].rows} rows)"
    if not sys.stdin.isatty():
        raise ConfigurationError(f"{what}: deleting cannot be undone, and nobody can be asked", "Add --yes.")
    typer.confirm(f"{what} is deleted for good. Go on?", abort=True)
