"""An order: a notebook, what it is given, and where its report goes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from paddock.errors import ConfigurationError
from paddock.project import Project, Workspace, load_project

TIME_LIMIT = 1800.0  # seconds
_NOTEBOOKS = "projects/*/notebooks/*.ipynb"


@dataclass(frozen=True)
class Order:
    """A notebook of the workspace with parameters as texts; its files are `output` with `.ipynb` and `.html` behind.

    `threads` is how many numeric libraries may take where the environment leaves it open; 0: one for each core.
    """

    workspace: Workspace
    source: Path
    output: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    time_limit: float = TIME_LIMIT
    threads: int = 0

    @property
    def name(self) -> str:
        """The notebook's path in the workspace."""
        return self.source.relative_to(self.workspace.root).as_posix()

    @property
    def executed(self) -> Path:
        """Where the executed notebook goes."""
        return self.output.with_name(f"{self.output.name}.ipynb")

    @property
    def report(self) -> Path:
        """Where the page goes."""
        return self.output.with_name(f"{self.output.name}.html")

    @property
    def label(self) -> str:
        """The notebook with its parameters, for people."""
        return " ".join([self.name, *(f"{name}={value}" for name, value in self.parameters.items())])


def order_of(
    workspace: Workspace, source: Path, parameters: Mapping[str, str], output: Path | None = None, limit: float = 0
) -> Order:
    """The order for the notebook at `source`; by default its files go below the workspace's own folder of reports.

    Raises ConfigurationError for a notebook outside of the workspace.
    """
    path = Path(os.path.abspath(source))  # noqa: PTH100 - links stay what they are
    if not path.is_relative_to(workspace.root):
        raise ConfigurationError(
            f"{source}: lies outside of the workspace {workspace.root}",
            "Move it there, or name the workspace it belongs to: --workspace PATH.",
        )
    if not path.exists():
        refuse_missing(source, path, workspace)
    stem = output or folder_of_reports(workspace) / path.relative_to(workspace.root).with_suffix("")
    return Order(workspace, path, stem, dict(parameters), limit or TIME_LIMIT)


def refuse_missing(named: Path, path: Path, workspace: Workspace) -> None:
    """Raise ConfigurationError that suggests the nearest notebook of the folder, else of all projects."""
    import difflib

    beside = {other.name: other.name for other in path.parent.glob("*.ipynb")} if path.parent.is_dir() else {}
    elsewhere = {other.name: str(other.relative_to(workspace.root)) for other in workspace.root.glob(_NOTEBOOKS)}
    known = beside or elsewhere
    close = difflib.get_close_matches(path.name, known, n=1)
    remedy = f"Did you mean '{known[close[0]]}'?" if close else f"Those of projects are in {_NOTEBOOKS}"
    raise ConfigurationError(f"{named}: there is no such notebook", remedy)


def folder_of_reports(workspace: Workspace) -> Path:
    """Where reports of notebooks go by default."""
    return workspace.state / "reports"


def project_of(order: Order) -> Project | None:
    """The project that the notebook lies in, None outside of projects."""
    parts = Path(order.name).parts
    is_inside = len(parts) > 2 and parts[0] == "projects"
    if not is_inside or not (order.workspace.root / "projects" / parts[1] / "pyproject.toml").is_file():
        return None
    return load_project(order.workspace, parts[1])


def working_folder(order: Order, project: Project | None) -> Path:
    """Where the notebook works: an audit of a project in the project's folder, as in runs; all others in their own."""
    is_audit = project is not None and order.source in [project.folder / name for name in project.notebooks]
    return project.folder if project is not None and is_audit else order.source.parent


def environment_of(order: Order, project: Project | None) -> dict[str, str]:
    """The variables that the kernel gets on top of ours: by them it sees the datasets that are published."""
    found = {"PADDOCK_WORKSPACE": str(order.workspace.root)}
    if order.threads and not any(name.endswith("_NUM_THREADS") for name in os.environ):
        found["OMP_NUM_THREADS"] = str(order.threads)
    if project is not None:
        path = os.pathsep.join(filter(None, (str(project.source), os.environ.get("PYTHONPATH"))))
        found |= {"PADDOCK_PROJECT": project.name, "PYTHONPATH": path}
    return found
