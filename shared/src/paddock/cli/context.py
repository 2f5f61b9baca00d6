"""What every command starts from: the workspace, the project, the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from paddock.errors import ConfigurationError
from paddock.project import Project, Workspace, find_workspace, load_project, named

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", "-C", help="The clone to work in; by default the one around the current folder."),
]
EnvironmentOption = Annotated[str, typer.Option("--env", help="The environment of [tool.paddock.environments].")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
ProjectArgument = Annotated[
    str, typer.Argument(help="The project's name, as its folder below projects/, or that folder.", callback=named)
]


def workspace_of(path: Path | None) -> Workspace:
    """The workspace that was named, or the one around the current folder."""
    return find_workspace(path or Path(os.environ.get("PADDOCK_WORKSPACE", ".")))


def named_each(values: list[str] | None) -> list[str] | None:
    """Each project by its name, where folders were named."""
    return values and [named(value) for value in values]


def project_of(path: Path | None, name: str) -> Project:
    """The project called `name`, of the workspace that was named."""
    return load_project(workspace_of(path), name)


def require_scaffold(command: str) -> None:
    """Raise where the packages that make projects are missing, as in a production image."""
    try:
        import cookiecutter  # noqa: F401
        import packaging  # noqa: F401
        import slugify  # noqa: F401
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"paddock {command}: needs {error.name}, which is not installed", "Install: paddock[scaffold]"
        ) from error
