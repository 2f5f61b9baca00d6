"""The site of these docs, built once, and a browser without a network that reads it from the disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace
from paddock_ci import documentation

from tests.site.conftest import BROWSERS, SWITCHES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site; a warning of Sphinx fails here."""
    return documentation.build(Workspace(ROOT), tmp_path_factory.mktemp("docs")).parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A browser that has no network."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        assert not os.environ.get("CI"), "no browser; .ci/run installs chromium"
        pytest.skip("there is no browser: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=SWITCHES.split())
        yield started
        started.close()
