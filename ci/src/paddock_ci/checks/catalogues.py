"""Checks of the catalogue of datasets."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.data.catalogue import load_catalogue
from paddock.errors import ConfigurationError
from paddock.project import Workspace, load_projects

from paddock_ci.finding import Finding


def parse(workspace: Workspace) -> Iterator[Finding]:
    """Every project's declaration and catalogue parse, and every dataset that one declares to read exists."""
    try:
        catalogue = load_catalogue(workspace)
        for project in load_projects(workspace):
            for dataset in project.reads:
                catalogue.contract(dataset)
    except ConfigurationError as error:
        yield Finding("DC101", "projects", error.message, error.remedy)
