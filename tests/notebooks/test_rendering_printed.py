"""Pages as PDF: printed by whatever Chromium is there, or a message that says how to get one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nbformat.v4 import new_markdown_cell
from paddock.errors import ConfigurationError, ToolError
from paddock.notebooks.rendering import printing

from tests.notebooks.rendered import page_of


def _program(path: Path, script: str = "exit 1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_browser_is_found_on_the_path_or_where_playwright_keeps_it(tmp_path: Path) -> None:
    """The PATH goes first; then the home folder's Playwright, or the folder that its variable names."""
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    kept = _program(tmp_path / ".cache/ms-playwright/chromium-1155/chrome-linux/chrome")
    assert printing.find_browser(environment) == kept
    _program(kept.with_name("chrome_crashpad_handler"))
    own = _program(tmp_path / "own/chromium_headless_shell-1155/chrome-linux/headless_shell")
    assert printing.find_browser(environment | {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "own")}) == own
    named = _program(tmp_path / "bin/google-chrome")
    assert printing.find_browser(environment) == named


def test_without_a_browser_the_message_says_how_to_get_one(tmp_path: Path) -> None:
    """It names what was looked for, and the commands that install it."""
    with pytest.raises(ConfigurationError, match="none was found") as told:
        printing.find_browser({"PATH": str(tmp_path), "HOME": str(tmp_path)})
    assert "apt-get install chromium" in told.value.remedy


def test_a_browser_that_fails_leaves_the_old_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said last is in the message; what was printed before stays."""
    _program(tmp_path / "bin/chromium", "echo no display >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    target = tmp_path / "page.pdf"
    target.write_bytes(b"old")
    with pytest.raises(ToolError, match="printed no PDF: no display"):
        printing.write_pdf(tmp_path / "page.html", target)
    assert target.read_bytes() == b"old"


def test_a_page_is_printed(tmp_path: Path) -> None:
    """A real browser makes a PDF of the page, also in a folder with a blank and a hash in its name."""
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))):
        assert not os.environ.get("CI"), "Chromium is missing; .ci/run installs it"
        pytest.skip("Chromium is not installed: apt-get install chromium")
    folder = tmp_path / "a #1 %20"
    folder.mkdir()
    page = folder / "page.html"
    page.write_text(page_of(tmp_path, new_markdown_cell("# Title")), encoding="utf-8")
    printing.write_pdf(page, folder / "page.pdf")
    content = (folder / "page.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/Page" in content
    assert sorted(path.name for path in folder.iterdir()) == ["page.html", "page.pdf"]
