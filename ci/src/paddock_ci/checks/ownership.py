"""Checks that every folder below `projects` is a project, and that what it is called by is its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paddock import git
from paddock.errors import ConfigurationError
from paddock.project import Workspace

from paddock_ci import codeowners
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.repo import names
from paddock_ci.repo.snapshot import PROJECTS

_MANIFEST, _CATALOG = "pyproject.toml", "catalog.toml"


def is_a_project(workspace: Workspace) -> Iterator[Look]:
    """Every folder below `projects` is a project: its `pyproject.toml` has the table `[tool.paddock]`."""
    for folder in _folders(workspace):
        manifest = folder / _MANIFEST
        if manifest.is_file() and names.declares_a_project(manifest.read_bytes()):
            yield Look(f"{PROJECTS}/{folder.name}")
        elif _holds_files(workspace, folder):
            yield Look(
                f"{PROJECTS}/{folder.name}",
                f"has no {_MANIFEST} with the table [tool.paddock], so nobody knows who depends on it",
                "Add it: every change selects every project until then. Or move the folder elsewhere.",
            )


def belongs_to_one(workspace: Workspace) -> Iterator[Look]:
    """No two projects claim one package, one distribution or one dataset; case and hyphens tell no two apart."""
    owners: dict[str, str] = {}
    for folder in _folders(workspace):
        place = f"{PROJECTS}/{folder.name}/{_MANIFEST}"
        for name in _names(workspace, folder):
            owner = owners.setdefault(name, folder.name)
            fault = "" if owner == folder.name else f"claims the name {name!r}, which {PROJECTS}/{owner} has, too"
            yield Look(place, fault, "Rename one of them: what imports or reads it cannot tell which is meant.")


def is_asked(workspace: Workspace) -> Iterator[Look]:
    """CODEOWNERS names the owner of each project, where it is said which account that is, and of no other."""
    try:
        fault, remedy = codeowners.fault(workspace.root), "Run: python -m paddock_ci.codeowners"
    except ConfigurationError as error:
        fault, remedy = error.message, error.remedy
    yield Look(codeowners.FILE, fault, remedy if fault else "")


def _folders(workspace: Workspace) -> list[Path]:
    return sorted(path for path in (workspace.root / PROJECTS).glob("[!.]*") if path.is_dir())


def _names(workspace: Workspace, folder: Path) -> tuple[str, ...]:
    """What a project is called by, and its datasets, as searches compare names."""
    files = ProjectFiles(workspace.root, folder)
    contents = (files.text(name).encode() for name in (_MANIFEST, _CATALOG))
    declared = names.declared(folder.name, files.paths, *contents)
    return (*declared.names, *(dataset.lower() for dataset in declared.datasets))


def _holds_files(workspace: Workspace, folder: Path) -> bool:
    """Whether git would commit any of its files: what a branch leaves behind is no fault of this one."""
    asked = ("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", str(folder))
    listed = git.ask(workspace.root, *asked)
    return bool(listed) if listed is not None else any(folder.iterdir())
