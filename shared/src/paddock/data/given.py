"""Rows that are given, as a neighbour's run would have published them."""

from __future__ import annotations

from typing import Any

from paddock.data.catalogue import load_catalogue
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.data.versions import Version
from paddock.project import Workspace, load_project
from paddock.settings import load_settings


def publish_given(workspace: Workspace, dataset: str, rows: Any) -> Version:
    """Write and publish `rows` as the next version of `dataset`, in the name of the project that owns it.

    Raises ConfigurationError for an unknown dataset, DataError for rows that break its contract.
    """
    load_catalogue(workspace).contract(dataset)
    session = open_session(load_project(workspace, dataset.split(".")[0]), load_settings(workspace), run="given")
    version = session.write(dataset, rows)
    publish(session.store, session.serving, session.catalogue, [version], "given")
    return version
