"""A generated workspace, how to build its site, and a browser that notes what a page does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace
from paddock.settings import load_settings
from paddock.site.building import Built, build

from tests.site import generated

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
Build = Callable[..., Built]


@pytest.fixture
def build_site(workspace: Workspace) -> Build:
    """Build the site of the workspace, at a fixed time."""

    def call(output: Path | None = None, scores: tuple[Path, ...] = (), docs: str = "") -> Built:
        return build(workspace, load_settings(workspace), output or workspace.root / "site", scores, NOW, docs)

    return call


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of six projects with ten runs each: triage fails its last three, billing failed once."""
    root = tmp_path_factory.mktemp("hospital")
    (root / "projects").mkdir()
    (root / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    workspace = Workspace(root)
    generated.write_projects(workspace)
    generated.publish_versions(workspace)
    generated.write_runs(workspace, 10)
    return workspace


@pytest.fixture(scope="module")
def site(hospital: Workspace) -> Path:
    """The hospital's site."""
    return build(hospital, load_settings(hospital), hospital.root / "site", (), NOW).folder


@dataclass
class Witness:
    """A page of a browser, and what it logged, got wrong or asked the network for."""

    page: Any
    site: Path
    seen: list[str] = field(default_factory=list)

    def open(self, place: str) -> Any:
        """The page at a place of the site."""
        # Otherwise a place on the same page, after a hash, would load nothing.
        self.page.goto("about:blank")
        self.page.goto(f"{self.site.as_uri()}/{place}")
        return self.page

    def is_wider_than_its_window(self) -> bool:
        """Whether the page as a whole scrolls sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture
def witness(browser: Any, site: Path) -> Iterator[Callable[..., Witness]]:
    """A witness in a window of the given kind, for the hospital's site or another one; it must have seen nothing."""
    opened: list[tuple[Any, Witness]] = []

    def make(width: int = 1200, folder: Path = site, **options: Any) -> Witness:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        found = Witness(context.new_page(), folder)
        found.page.on("console", lambda message: found.seen.append(f"console {message.text}"))
        found.page.on("pageerror", lambda error: found.seen.append(f"error {error}"))
        found.page.on("dialog", lambda dialog: (found.seen.append("dialog"), dialog.dismiss()))
        found.page.on("request", lambda asked: _note(found, asked.url))
        opened.append((context, found))
        return found

    yield make
    for context, found in opened:
        context.close()
        assert found.seen == []


def _note(witness: Witness, address: str) -> None:
    if not address.startswith((f"{witness.site.as_uri()}/", "data:", "about:")):
        witness.seen.append(f"request {address}")
