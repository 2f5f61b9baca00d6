"""The Chromium that tests look at pages with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
from paddock.errors import ConfigurationError
from paddock.notebooks.rendering.printing import find_browser

_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)


@contextlib.contextmanager
def launched() -> Iterator[Any]:
    """A Chromium; without one the test is skipped, and on CI it fails."""
    try:
        program = find_browser()
    except ConfigurationError:
        assert not os.environ.get("CI"), "Chromium is missing; .ci/run installs it"
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(program), args=_SWITCHES.split())
        yield found
        found.close()
