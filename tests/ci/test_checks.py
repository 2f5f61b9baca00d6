"""What the harness's first checks find, and where they say it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from paddock.project import Project, Workspace
from paddock_ci import requirements
from paddock_ci.checks import WORKSPACE_CHECKS
from paddock_ci.finding import Look

ROOT = Path(__file__).parents[2]


def _findings(workspace: Workspace, code: str) -> list[Look]:
    return [look for look in WORKSPACE_CHECKS[code](workspace) if look.fault]


def test_a_folder_that_is_no_project_is_a_finding(workspace: Workspace, make_project: Callable[..., Project]) -> None:
    """Whatever git would commit below `projects` has a declaration; an empty folder, which git forgets, needs none."""
    make_project("shop")
    folder = workspace.root / "projects/scripts"
    folder.mkdir()
    assert _findings(workspace, "WS103") == []
    for path, text in {"a.py": "", "pyproject.toml": '[project]\nname = "scripts"\n'}.items():
        (folder / path).write_text(text)
        (finding,) = _findings(workspace, "WS103")
        assert finding.place == "projects/scripts"
        assert "[tool.paddock]" in finding.fault


def test_two_projects_cannot_have_one_name(workspace: Workspace, make_project: Callable[..., Project]) -> None:
    """Neither a package, nor a distribution, nor, where capitals do not count, a folder and so its datasets."""
    make_project("shop")
    manifest = make_project("other").folder / "pyproject.toml"
    assert _findings(workspace, "WS104") == []
    written = manifest.read_text()
    for line in ('package = "shop"', 'package = "Shop"'):
        manifest.write_text(written.replace('package = "other"', line))
        finding = _findings(workspace, "WS104")[0]
        assert finding.place == "projects/shop/pyproject.toml"
        assert "claims the name 'shop', which projects/other has, too" in finding.fault
    manifest.write_text(written)
    (workspace.root / "projects/SHOP").mkdir()
    (workspace.root / "projects/SHOP/pyproject.toml").write_text("[tool.paddock]\n")
    assert _findings(workspace, "WS104")[0].place == "projects/shop/pyproject.toml"


def test_a_catalogue_that_does_not_parse_is_a_finding(
    workspace: Workspace, make_project: Callable[..., Project]
) -> None:
    """The finding holds file and line; a read that nobody declares is one too."""
    make_project("shop", catalog='[datasets.items]\ndescription = "Items."\n')
    (finding,) = _findings(workspace, "DC101")
    assert "catalog.toml:1: datasets.items: expected columns, got none" in finding.fault
    shutil.rmtree(workspace.root / "projects/shop")
    make_project("reader", reads=["shop.items", "shop.more"])
    (finding,) = _findings(workspace, "DC101")
    assert finding.place.startswith("projects/reader")
    assert "shop.items, shop.more: no such dataset" in finding.fault


def test_requirements_that_moved_away_from_the_lock_are_found(tmp_path: Path) -> None:
    """The export answers to the lock and to every dependency table; another setting does not matter."""
    for name in ("pyproject.toml", "poetry.lock", "requirements.txt", "shared/pyproject.toml", "ci/pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    workspace = Workspace(tmp_path)
    assert _findings(workspace, "WS101") == []
    manifest = tmp_path / "shared/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    assert requirements.fault(tmp_path) == ""
    manifest.write_text(manifest.read_text().replace('"duckdb>=1.4,<2"', '"duckdb>=1.5,<2"'))
    (finding,) = _findings(workspace, "WS101")
    assert finding.place == "requirements.txt"
    assert finding.remedy == "Run: make lock"


def test_the_export_names_no_index(tmp_path: Path) -> None:
    """The committed requirements install from whatever index a machine is set up for."""
    text = (ROOT / "requirements.txt").read_text()
    assert "--index-url" not in text
    assert "://" not in text
    assert text.count("--hash=sha256:") > text.count("==")
