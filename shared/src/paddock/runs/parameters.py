"""Which parameter of a request goes where: to the pipeline, to the notebooks that declare it, or nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.project import Project
from paddock.runs.build import parameter_names


@dataclass(frozen=True)
class Split:
    """Texts for the pipeline's parameters, and typed values for each notebook by its path."""

    pipeline: Mapping[str, str]
    notebooks: Mapping[str, Mapping[str, Any]]


def split(project: Project, given: Mapping[str, str]) -> Split:
    """Check every given name and type before anything runs; raises ConfigurationError."""
    from paddock.notebooks.document import load
    from paddock.notebooks.parameters import checked, declared

    pipeline_names = parameter_names(project)
    wanted = {source: declared(load(_path(project, source)), source) for source in project.notebooks}
    known = set(pipeline_names).union(*wanted.values())
    for name in given:
        if name not in known:
            raise ConfigurationError(f"{project.name}: unknown parameter '{name}'", nearest(name, known))
    return Split(
        pipeline={name: value for name, value in given.items() if name in pipeline_names},
        notebooks={
            source: checked(known_here, {name: value for name, value in given.items() if name in known_here})
            for source, known_here in wanted.items()
        },
    )


def _path(project: Project, source: str) -> Any:
    path = (project.folder / source).resolve()
    if not path.is_relative_to(project.folder.resolve()):
        raise ConfigurationError(
            f"{project.folder / 'pyproject.toml'}: notebooks names '{source}', which lies outside the project",
            "Name notebooks below the project's folder.",
        )
    return path
