"""`paddock data`: datasets, their contracts, versions and differences; rolling back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from paddock.cli import console
from paddock.cli.context import EnvironmentOption, JsonOption, WorkspaceOption, workspace_of
from paddock.cli.data_deletion import delete
from paddock.data import publishing, standing
from paddock.data.catalogue import Catalogue, load_catalogue
from paddock.data.databases import Serving, open_serving
from paddock.data.difference import Difference
from paddock.data.difference import diff as difference
from paddock.data.moves import published_by_runs
from paddock.data.parties import parties
from paddock.data.state import State
from paddock.data.versions import Version, VersionStore
from paddock.errors import DataError
from paddock.project import load_projects
from paddock.runs.fate import Fate, fate
from paddock.settings import load_settings

app = typer.Typer(no_args_is_help=True)
DatasetArgument = Annotated[str, typer.Argument(help="A dataset as PROJECT.NAME.")]
_MASK = "(personal)"
_SHOWN_COLUMNS = 6  # what fits 80 characters
Place = tuple[Catalogue, VersionStore, Serving]


@app.command("list")
def list_datasets(
    json: JsonOption = False, env: EnvironmentOption = "local", workspace: WorkspaceOption = None
) -> None:
    """List every dataset of the catalogue with its published version."""
    catalogue, _, serving = _place(workspace, env)
    published, now = serving.published(), datetime.now(UTC)
    rows = [
        {
            "dataset": name,
            "published": published[name].version if name in published else None,
            "columns": len(contract.columns),
            "description": contract.description,
            "state": standing.of_dataset(contract, published.get(name), now),
        }
        for name, contract in sorted(catalogue.contracts.items())
    ]
    if json:
        console.as_json(rows)
    elif rows:
        headings = ("dataset", "published", "columns", "description")
        console.table(headings, [[_with_state(row)[heading] for heading in headings] for row in rows])
    else:
        console.say("the catalogue is empty; make a project with: paddock new")


@app.command()
def show(
    dataset: DatasetArgument,
    version: Annotated[int | None, typer.Option(help="A version's number; by default the published one.")] = None,
    rows: Annotated[int, typer.Option(min=0, help="How many rows.")] = 10,
    personal: Annotated[bool, typer.Option("--personal", help="Show personal columns too.")] = False,
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Show the first rows of a version; personal columns are masked."""
    catalogue, store, serving = _place(workspace, env)
    masked = [] if personal else [column.name for column in catalogue.contract(dataset).columns if column.personal]
    number = version if version is not None else _published(serving, dataset)
    table = store.read(dataset, number).slice(0, rows)
    found = [row | {name: _MASK for name in masked if row.get(name) is not None} for row in table.to_pylist()]
    if json:
        console.as_json(found)
        return
    shown = table.column_names[:_SHOWN_COLUMNS]
    console.table(shown, [[_cell(row[name]) for name in shown] for row in found])
    if len(table.column_names) > len(shown):
        console.say(f"… and {len(table.column_names) - len(shown)} more columns; all with --json")


@app.command()
def describe(
    dataset: DatasetArgument,
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Describe the contract of a dataset: columns, units, checks, personal data."""
    catalogue, _, _ = _place(workspace, env)
    contract = catalogue.contract(dataset)
    who = parties(load_projects(workspace_of(workspace)), dataset)
    if json:
        console.as_json(asdict(contract) | asdict(who))
        return
    console.say(f"{dataset}: {contract.description}", "bold")
    console.say(who.words)
    console.say(f"key {', '.join(contract.key) or '–'}; {'served' if contract.serve else 'not served'}")
    rows = [
        (
            column.name,
            column.dtype + ("?" if column.nullable else ""),
            column.unit or "–",
            "personal" if column.personal else "",
            column.description,
        )
        for column in contract.columns
    ]
    console.table(("column", "dtype", "unit", "", "description"), rows)


@app.command()
def history(
    dataset: DatasetArgument,
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """List the versions of a dataset, each with its state: `paddock explain candidate`."""
    catalogue, store, serving = _place(workspace, env)
    contract, now = catalogue.contract(dataset), datetime.now(UTC)
    publication = serving.published().get(dataset)
    current = publication.version if publication else None
    past = published_by_runs(serving.publications(dataset))
    versions = store.history(dataset)
    states = {one.number: standing.of_version(one, contract, publication, past, now) for one in versions}
    refused = [one for one in versions if states[one.number] is State.CANDIDATE]
    fates = {one.number: fate(workspace_of(workspace), one) for one in refused}
    if json:
        console.as_json(
            [
                asdict(one)
                | {"published": one.number == current, "state": states[one.number]}
                | {"fate": asdict(fates[one.number]) if one.number in fates else None}
                for one in versions
            ]
        )
        return
    rows = [
        (
            version.number,
            f"{version.written_at:%Y-%m-%d %H:%M}",
            version.rows,
            version.content_hash[:12],
            version.run,
            states[version.number],
        )
        for version in versions
    ]
    console.table(("version", "written (UTC)", "rows", "content", "run", ""), rows)
    for line in _more(versions, fates):
        console.say(line)


@app.command()
def diff(
    dataset: DatasetArgument,
    old: Annotated[int, typer.Argument(help="The older version's number.")],
    new: Annotated[int, typer.Argument(help="The newer version's number.")],
    json: JsonOption = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Say what differs between two versions: schema, rows by key, values by column."""
    catalogue, store, _ = _place(workspace, env)
    contract = catalogue.contract(dataset)
    found = difference(store.read(dataset, old), store.read(dataset, new), contract.key)
    if json:
        console.as_json(asdict(found))
        return
    for line in _told(found):
        console.say(line)


@app.command()
def rollback(
    dataset: DatasetArgument,
    to: Annotated[int | None, typer.Option(help="The version to serve; by default the one published before.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Serve it even where it breaks the contract as it stands now.")
    ] = False,
    env: EnvironmentOption = "local",
    workspace: WorkspaceOption = None,
) -> None:
    """Move the published pointer and the serving table back, in one transaction, to what a run once published."""
    catalogue, store, serving = _place(workspace, env)
    found = workspace_of(workspace)
    publication = publishing.rollback(
        store,
        serving,
        catalogue,
        dataset,
        to,
        is_forced=force,
        fate=lambda version: fate(found, version).words,
        read_by=parties(load_projects(found), dataset).read_by,
    )
    console.say(f"{dataset}: version {publication.version} is published", "green")


app.command()(delete)


def _more(versions: Sequence[Version], fates: Mapping[int, Fate]) -> Iterator[str]:
    """A line for each version of which the table does not say all."""
    for version in versions:
        if version.deleted_at:
            yield f"version {version.number}: deleted on {version.deleted_at:%Y-%m-%d %H:%M} UTC"
        elif version.number in fates and fates[version.number].status:
            yield f"version {version.number}: {fates[version.number].words}"


def _told(found: Difference) -> Iterator[str]:
    """A difference in words, a line for each thing that differs."""
    if found.columns_added:
        yield f"columns added: {', '.join(found.columns_added)}"
    if found.columns_removed:
        yield f"columns removed: {', '.join(found.columns_removed)}"
    for name, (before, after) in found.columns_retyped.items():
        yield f"column {name}: {before} became {after}"
    counts = f"{found.added} added, {found.removed} removed, {found.changed} changed"
    yield f"rows {found.rows_before} before, {found.rows_after} after: {counts}"
    for name, count in found.changed_by_column.items():
        yield f"  {name} changed in {count} rows"


def _place(workspace: WorkspaceOption, environment: str) -> Place:
    found = workspace_of(workspace)
    settings = load_settings(found, environment)
    return load_catalogue(found), VersionStore(settings.data_url), open_serving(settings)


def _published(serving: Serving, dataset: str) -> int:
    publication = serving.published().get(dataset)
    if publication is None:
        raise DataError(
            f"{dataset}: no version is published yet", f"Run its project: paddock run {dataset.split('.')[0]}"
        )
    return publication.version


def _with_state(row: dict[str, Any]) -> dict[str, Any]:
    """A row for people: the number of the published version, and where it is not simply published, what it is."""
    if row["state"] is State.PUBLISHED:
        return row
    number = "" if row["published"] is None else f"{row['published']}, "
    return row | {"published": f"{number}{row['state']}"}


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
