"""Checks of the catalogue of datasets."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.data.catalogue import load_catalogue
from paddock.errors import ConfigurationError, nearest
from paddock.project import Workspace, load_project, project_names

from paddock_ci.finding import Look


def parse(workspace: Workspace) -> Iterator[Look]:
    """Every project's declaration and catalogue parse, and every dataset that one declares to read exists."""
    try:
        catalogue = load_catalogue(workspace)
        for name in project_names(workspace):
            unknown = [dataset for dataset in load_project(workspace, name).reads if dataset not in catalogue.contracts]
            near = " ".join(f"{dataset}: {nearest(dataset, catalogue.contracts)}" for dataset in unknown)
            fault = f"{', '.join(unknown)}: no such dataset, but `reads` names it" if unknown else ""
            yield Look(f"projects/{name}", fault, near)
    except ConfigurationError as error:
        yield Look("projects", error.message, error.remedy)
