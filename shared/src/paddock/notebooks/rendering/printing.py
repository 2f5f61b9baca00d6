"""Pages printed as PDF by the Chromium that is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from paddock.errors import ConfigurationError, ToolError
from paddock.storage import durable

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_APPS = ("Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium")
# Where Playwright keeps the browsers that it installed, by system, and where the program is in there.
_PLAYWRIGHT = (".cache/ms-playwright", "Library/Caches/ms-playwright", "AppData/Local/ms-playwright")
_PROGRAMS = ("chromium-*/chrome-*/*", "chromium_headless_shell-*/chrome-*/*")
_FILES = frozenset({"chrome", "chrome.exe", "headless_shell", "chrome-headless-shell", "Chromium"})
# The page asks for nothing; the browser, too, is to leave the network alone.
_SWITCHES = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--disable-quic"),
    *("--no-pdf-header-footer", "--run-all-compositor-stages-before-draw"),
)
_TIME_LIMIT = 120


def find_browser(environment: Mapping[str, str] = os.environ) -> Path:
    """The Chromium to print with: on the PATH, among applications, or one that Playwright installed.

    Raises ConfigurationError where there is none.
    """
    found = next(_browsers(environment), None)
    if found is None:
        raise ConfigurationError(
            "a PDF is printed by Chromium, and none was found: no chromium or google-chrome on the PATH, "
            "none of Playwright's",
            "Install one, for instance: apt-get install chromium; or: playwright install chromium",
        )
    return found


def write_pdf(page: Path, target: Path) -> None:
    """Print the HTML file `page` to `target`, which changes in one step or not at all.

    Raises ConfigurationError without a browser, and ToolError where it fails.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="paddock-print-", ignore_cleanup_errors=True) as scratch:
        printed = Path(scratch, "page.pdf")
        told = _print(browser, page, printed, Path(scratch, "profile"))
        content = printed.read_bytes() if printed.is_file() else b""
    if not content.startswith(b"%PDF-"):
        raise ToolError(
            f"{page}: {browser} printed no PDF: {told or 'it said nothing'}",
            f"Open the page and print it from there, or try by hand: {browser} --headless --print-to-pdf …",
        )
    durable.write_bytes(target, content)


def _print(browser: Path, page: Path, printed: Path, profile: Path) -> str:
    """Let the browser print; the last line that it said."""
    switches = [*_SWITCHES, f"--user-data-dir={profile}", f"--print-to-pdf={printed}"]
    if sys.platform == "linux" and os.geteuid() == 0:
        # Chromium has no sandbox for root, which is what most containers are.
        switches.append("--no-sandbox")
    try:
        ended = subprocess.run(
            [str(browser), *switches, page.absolute().as_uri()],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIME_LIMIT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"it did not end within {_TIME_LIMIT} s"
    except OSError as error:
        return f"it cannot be started: {error.strerror or error}"
    lines = ended.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


def _browsers(environment: Mapping[str, str]) -> Iterator[Path]:
    for name in _NAMES:
        if found := shutil.which(name, path=environment.get("PATH", "")):
            yield Path(found)
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or os.devnull)
    for folder in (Path("/Applications"), home / "Applications"):
        yield from (folder / app for app in _APPS if (folder / app).is_file())
    own = environment.get("PLAYWRIGHT_BROWSERS_PATH", "")
    for folder in [Path(own)] if own not in ("", "0") else [home / place for place in _PLAYWRIGHT]:
        for pattern in _PROGRAMS:
            # The newest build first.
            found_there = (path for path in folder.glob(pattern) if path.name in _FILES and path.is_file())
            yield from sorted(found_there, key=lambda path: path.stat().st_mtime, reverse=True)
