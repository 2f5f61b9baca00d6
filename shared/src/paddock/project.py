"""A workspace with its projects, as their files declare them."""

from __future__ import annotations

import copy
import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.workspace import root_above

_CRON = re.compile(r"[0-9A-Za-z*/,#-]+( [0-9A-Za-z*/,#-]+){4}")
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PROJECT_KEYS = {
    "title", "owner", "package", "pipeline", "notebooks", "reads", "schedule", "deadline_minutes", "checks",
    "deviations",
}  # fmt: skip


@dataclass(frozen=True)
class Workspace:
    """The folder that a team cloned; everything that Paddock stores is below `state`."""

    root: Path

    @property
    def state(self) -> Path:
        """The folder of data, runs, locks and task outputs; not in git."""
        return self.root / ".paddock"


@dataclass(frozen=True)
class Project:
    """A folder under `projects/` whose `pyproject.toml` has a `[tool.paddock]` table.

    A project without a pipeline has no package either: it is an analysis, which only its notebooks make.
    `schedule` is a cron expression in UTC; by `deadline_minutes` after it, the project must have run.
    """

    name: str
    folder: Path
    workspace: Workspace
    title: str
    owner: str
    description: str
    package: str
    pipeline: str
    notebooks: tuple[str, ...]
    reads: tuple[str, ...] = ()
    schedule: str = ""
    deadline_minutes: int = 0

    @property
    def source(self) -> Path:
        """The folder that goes on the import path."""
        return self.folder / "src"

    @property
    def catalog(self) -> Path:
        """The file that declares the datasets that this project writes."""
        return self.folder / "catalog.toml"

    @property
    def tasks_folder(self) -> Path:
        """Where the outputs of this project's tasks are kept between runs."""
        return self.workspace.state / "tasks" / self.name

    @property
    def runs_folder(self) -> Path:
        """Where the records and reports of this project's runs are kept."""
        return self.workspace.state / "runs" / self.name


def find_workspace(start: Path) -> Workspace:
    """The workspace that `start` lies in: the nearest folder above with `projects/` and `[tool.paddock.workspace]`."""
    return Workspace(root_above(start))


def project_names(workspace: Workspace) -> tuple[str, ...]:
    """The names of all projects of the workspace, sorted."""
    folder = workspace.root / "projects"
    if not folder.is_dir():
        return ()
    found = (path.parent for path in folder.glob("*/pyproject.toml") if not path.parent.name.startswith("."))
    return tuple(sorted(path.name for path in found if _tool_table(path / "pyproject.toml")))


def named(text: str) -> str:
    """The name of a project that was named, or whose folder was: `projects/triage/`, or `.` within it."""
    is_path = text in (".", "..") or any(mark in text for mark in (os.sep, os.altsep) if mark)
    folder = Path(os.path.abspath(text))  # noqa: PTH100 - links stay what they are
    return folder.name if is_path and folder.parent.name == "projects" else text


def load_project(workspace: Workspace, name: str) -> Project:
    """The project called `name`, or in that folder; raises ConfigurationError with the nearest name for none."""
    name = named(name)
    folder = workspace.root / "projects" / name
    manifest = folder / "pyproject.toml"
    if not SLUG.fullmatch(name) or not manifest.is_file():
        raise ConfigurationError(
            f"projects/{name}: no such project",
            f"{nearest(name, project_names(workspace))} Make a new one with: paddock new",
        )
    document = read_toml(manifest)
    table = _tool_table(manifest)
    unknown = sorted(set(table) - _PROJECT_KEYS)
    if unknown:
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] has an unknown key '{unknown[0]}'", nearest(unknown[0], _PROJECT_KEYS)
        )
    project = Project(
        name=name,
        folder=folder,
        workspace=workspace,
        title=_text(manifest, table, "title", default=name),
        owner=_text(manifest, table, "owner"),
        description=str(table_at(manifest, document, "project").get("description", "")),
        package=_text(manifest, table, "package", default=""),
        pipeline=_text(manifest, table, "pipeline", default=""),
        notebooks=_texts(manifest, table, "notebooks"),
        reads=_texts(manifest, table, "reads"),
        schedule=_schedule(manifest, table),
        deadline_minutes=_minutes(manifest, table, "deadline_minutes"),
    )
    _check_work(manifest, project)
    return project


def load_projects(workspace: Workspace) -> tuple[Project, ...]:
    """All projects of the workspace, by name."""
    return tuple(load_project(workspace, name) for name in project_names(workspace))


def read_toml(path: Path) -> dict[str, Any]:
    """The document in a TOML file; raises ConfigurationError with the line of a fault."""
    try:
        # A copy for each caller, who may change it.
        return copy.deepcopy(_parsed(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: the file is missing", "Restore it from git, or create it.") from error
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be read: {error.strerror or error}", "Mend the permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {error.start})", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is not valid TOML: {error}", "Mend that line.") from error


@lru_cache(maxsize=512)
def _parsed(text: str) -> dict[str, Any]:
    """The document of a text: those of a workspace are asked for by one check after the other."""
    return tomllib.loads(text)


def table_at(manifest: Path, document: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table at `keys` of a document, empty where there is none; raises ConfigurationError when it is no table."""
    table = document
    for depth, key in enumerate(keys, 1):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise ConfigurationError(
                f"{manifest}: expected a table [{'.'.join(keys[:depth])}], got {table!r}", "Make it a table."
            )
    return table


def _tool_table(manifest: Path) -> dict[str, Any]:
    return table_at(manifest, read_toml(manifest), "tool", "paddock")


def _text(manifest: Path, table: dict[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] {key}: expected a text, got {value!r}", f'Add a line such as: {key} = "…"'
        )
    return value


def _check_work(manifest: Path, project: Project) -> None:
    """Raise unless the project has a pipeline with its package, or notebooks that do without."""
    if bool(project.package) != bool(project.pipeline):
        named, missing = ("package", "pipeline") if project.package else ("pipeline", "package")
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] names a {named}, but no {missing}",
            "Name both, or neither: a project of notebooks alone needs none.",
        )
    if not project.pipeline:
        require_notebooks(project)


def require_notebooks(project: Project) -> None:
    """Raise ConfigurationError when the project names no notebook, so that nothing would audit its runs."""
    if not project.notebooks:
        raise ConfigurationError(
            f"{project.folder / 'pyproject.toml'}: [tool.paddock] notebooks is empty, so nothing would audit the run",
            'Name at least one: notebooks = ["notebooks/validation.ipynb"]',
        )


def _schedule(manifest: Path, table: dict[str, Any]) -> str:
    text = _text(manifest, table, "schedule", default="")
    if text and not _CRON.fullmatch(text):
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] schedule: expected a cron expression of five fields, got {text!r}",
            'Write, for instance, for each day at five (UTC): schedule = "0 5 * * *"',
        )
    return text


def _minutes(manifest: Path, table: dict[str, Any], key: str) -> int:
    value = table.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] {key}: expected a whole number of minutes, got {value!r}",
            f"Write, for instance: {key} = 60",
        )
    return value


def _texts(manifest: Path, table: dict[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigurationError(
            f"{manifest}: [tool.paddock] {key}: expected a list of texts, got {value!r}", f'Write: {key} = ["…"]'
        )
    return tuple(value)
