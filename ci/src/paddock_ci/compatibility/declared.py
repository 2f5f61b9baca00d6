"""What the projects of a workspace declare about datasets, as their files lie here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from paddock.data.contract import Contract
from paddock.data.declaration import contract_of
from paddock.data.place import Place
from paddock.errors import ConfigurationError
from paddock.project import Workspace

from paddock_ci.files import ProjectFiles
from paddock_ci.repo.snapshot import PROJECTS

MANIFEST, CATALOG = "pyproject.toml", "catalog.toml"
_KEPT = 4096  # texts whose declarations are remembered, since several checks look at the same


@dataclass(frozen=True)
class Dataset:
    """A contract, the table that declares it, and where it stands: `where` is a path below the workspace."""

    contract: Contract
    table: Mapping[str, Any]
    where: str
    place: Place

    @property
    def name(self) -> str:
        """The name without the project's."""
        return self.contract.dataset.partition(".")[2]

    def line(self, column: str = "", key: str = "") -> str:
        """The place of the dataset, or of one of its columns, or of a key there, with its line."""
        table = f"datasets.{self.name}" + (f".columns.{column}" if column else "")
        return f"{self.where}:{self.place.line(table, key)}"


@dataclass(frozen=True)
class Declaration:
    """What a project declares; without datasets where its catalogue does not parse, which another check tells."""

    files: ProjectFiles
    reads: tuple[str, ...] = ()
    schedule: str = ""
    pipeline: str = ""
    owner: str = ""
    datasets: Mapping[str, Dataset] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The project's name."""
        return self.files.name


def declarations(workspace: Workspace) -> tuple[Declaration, ...]:
    """What each project declares, by name; a project whose `pyproject.toml` cannot be read is left out."""
    folders = sorted(path.parent for path in (workspace.root / PROJECTS).glob(f"[!.]*/{MANIFEST}"))
    found = (_declaration(ProjectFiles(workspace.root, folder)) for folder in folders)
    return tuple(declaration for declaration in found if declaration)


def _declaration(files: ProjectFiles) -> Declaration | None:
    table = _document(files.text(MANIFEST)).get("tool", {})
    table = table.get("paddock") if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return None
    reads = table.get("reads", [])
    return Declaration(
        files,
        tuple(name for name in reads if isinstance(name, str)) if isinstance(reads, list) else (),
        _text(table, "schedule"),
        _text(table, "pipeline"),
        _text(table, "owner"),
        datasets(files.name, files.text(CATALOG)),
    )


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    return value if isinstance(value, str) else ""


# By text, not by time or path: what lies there may change between two looks.
@lru_cache(_KEPT)
def _document(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


@lru_cache(_KEPT)
def datasets(project: str, text: str) -> Mapping[str, Dataset]:
    """The datasets, by their whole names, that the text of a project's `catalog.toml` declares; none where it fails."""
    where = f"{PROJECTS}/{project}/{CATALOG}"
    place = Place(Path(where), text)
    try:
        tables = place.table(_document(text), "datasets", "")
        contracts = [(contract_of(project, name, table, place), table) for name, table in tables.items()]
    except ConfigurationError:
        return {}
    return {contract.dataset: Dataset(contract, table, where, place) for contract, table in contracts}
