"""The catalogue: the contracts of all datasets of a workspace, from one `catalog.toml` per project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.data.contract import Contract
from paddock.data.declaration import contract_of
from paddock.data.place import Place
from paddock.data.sources.declaration import Source, source_of
from paddock.errors import ConfigurationError, nearest
from paddock.project import Project, Workspace, load_projects, read_toml

_LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Catalogue:
    """The contracts by dataset."""

    contracts: Mapping[str, Contract]

    def contract(self, dataset: str) -> Contract:
        """The contract of `dataset`; raises ConfigurationError with the nearest name when there is none."""
        if dataset not in self.contracts:
            raise ConfigurationError(f"{dataset}: no such dataset", nearest(dataset, self.contracts))
        return self.contracts[dataset]

    def owned_by(self, project: str) -> tuple[Contract, ...]:
        """The contracts of the datasets that `project` writes, by name."""
        names = sorted(name for name in self.contracts if name.startswith(f"{project}."))
        return tuple(self.contracts[name] for name in names)


def load_catalogue(workspace: Workspace) -> Catalogue:
    """The catalogue of all projects; raises ConfigurationError with file and line of the first fault."""
    contracts = (contract for project in load_projects(workspace) for contract in load_contracts(project))
    return Catalogue({contract.dataset: contract for contract in contracts})


def load_contracts(project: Project) -> tuple[Contract, ...]:
    """The contracts of the datasets that a project writes; raises ConfigurationError with file and line of a fault."""
    place, document = read_catalog(project.catalog)
    # A fault in what a project reads is noticed as early as one in what it writes.
    _sources(project, document, place)
    tables = place.table(document, "datasets", "")
    if tables and not project.pipeline:
        place.fail(
            f"datasets.{next(iter(tables))}",
            "",
            "the project has no pipeline that could write it",
            f"Remove it, or name a package and a pipeline in {project.folder / 'pyproject.toml'}.",
        )
    return tuple(contract_of(project.name, name, table, place) for name, table in tables.items())


def load_sources(project: Project) -> Mapping[str, Source]:
    """The sources that a project declares, by name; raises ConfigurationError with file and line of the first fault."""
    place, document = read_catalog(project.catalog)
    return _sources(project, document, place)


def read_catalog(path: Path) -> tuple[Place, dict[str, Any]]:
    """The document of a `catalog.toml` and the place for messages about it; empty where there is no file."""
    if not path.exists():
        return Place(path, ""), {}
    if path.stat().st_size > _LARGEST_FILE:
        raise ConfigurationError(
            f"{path}: expected at most {_LARGEST_FILE} bytes, got {path.stat().st_size}", "Keep data out of it."
        )
    document = read_toml(path)
    place = Place(path, path.read_text(encoding="utf-8"))
    place.refuse_unknown(document, ("datasets", "sources"), "")
    return place, document


def _sources(project: Project, document: dict[str, Any], place: Place) -> dict[str, Source]:
    tables = place.table(document, "sources", "")
    return {name: source_of(project.name, name, table, place) for name, table in tables.items()}
