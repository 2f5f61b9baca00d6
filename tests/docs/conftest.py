"""The site of these docs, built once, and a browser without a network that reads it from the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock_ci import documentation

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site; a warning of Sphinx fails here."""
    return documentation.build(Workspace(ROOT), tmp_path_factory.mktemp("docs")).parent
