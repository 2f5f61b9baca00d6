"""The deleting of a version whose rows must not be kept; never of one that is served anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from paddock.data.databases import Serving, open_serving
from paddock.data.versions import Version, VersionStore, same_content
from paddock.errors import ConfigurationError, DataError
from paddock.project import Workspace, read_toml, table_at
from paddock.settings import load_settings


def servings(workspace: Workspace, environment: str) -> Mapping[str, Serving]:
    """The serving database of each environment that keeps its versions where `environment` does, by name.

    Raises ConfigurationError where one of them cannot be told, since what it serves must not be deleted.
    """
    place = load_settings(workspace, environment)
    found = {environment: open_serving(place)}
    for name in _others(workspace, environment):
        try:
            settings = load_settings(workspace, name)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"what the environment '{name}' serves of {place.data_url} cannot be told: {error.message}",
                error.remedy,
            ) from error
        if settings.data_url == place.data_url:
            found[name] = open_serving(settings)
    return found


def doomed(store: VersionStore, places: Mapping[str, Serving], dataset: str, number: int) -> tuple[Version, ...]:
    """What deleting a version removes: it, and all others of the same content, which are stored as one.

    Raises DataError when it is unknown, or one of these is served.
    """
    known = store.history(dataset)
    if store.logged(dataset, number) is None:
        store.expect(dataset, number)
    found = same_content(known, number)
    for environment, serving in places.items():
        publication = serving.published().get(dataset)
        if publication is not None and publication.version in {version.number for version in found}:
            same = "" if publication.version == number else f", which is the same content as version {number}"
            raise DataError(
                f"{dataset}: version {publication.version} is served in the environment '{environment}'{same}",
                f"Publish another version first, with new content or by: paddock data rollback {dataset}",
            )
    return found


def delete(store: VersionStore, places: Mapping[str, Serving], dataset: str, number: int) -> tuple[Version, ...]:
    """Delete a version for good, with all of the same content; give them. See `doomed` for what is refused."""
    # Rollbacks wait for the same lock, so nothing is served between the question and the deletion.
    with store.locked(dataset, "deleting a version of"):
        doomed(store, places, dataset, number)
        return store.delete(dataset, number)


def _others(workspace: Workspace, environment: str) -> Iterator[str]:
    manifest = workspace.root / "pyproject.toml"
    tables = table_at(manifest, read_toml(manifest), "tool", "paddock", "environments")
    yield from sorted({"local", *tables} - {environment})
