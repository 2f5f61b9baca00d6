"""What projects and workspaces promise: found from anywhere inside, and every fault in their files named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Project, Workspace, find_workspace, load_project, load_projects, project_names

WHOLE = """
[project]
name = "shop"
description = "Sells things."
[tool.paddock]
title = "The shop"
owner = "Ada"
package = "shop"
pipeline = "shop.tasks:Pipeline"
notebooks = ["notebooks/validation.ipynb"]
reads = ["clinic.cases"]
schedule = "0 6 * * *"
deadline_minutes = 60
"""


def _write(workspace: Workspace, text: str | bytes, name: str = "shop") -> Path:
    manifest = workspace.root / "projects" / name / "pyproject.toml"
    manifest.parent.mkdir(exist_ok=True)
    manifest.write_bytes(text if isinstance(text, bytes) else text.encode())
    return manifest


def test_a_workspace_is_found_from_anywhere_inside(make_project: Callable[..., Project], workspace: Workspace) -> None:
    """Also from a project's folder, whose own manifest is not taken for the workspace's."""
    project = make_project("shop")
    for start in (workspace.root, project.folder, project.source):
        assert find_workspace(start) == Workspace(workspace.root.resolve())


def test_outside_a_workspace_the_remedy_is_said(tmp_path: Path) -> None:
    """The folder is named, and how to name another."""
    with pytest.raises(ConfigurationError, match="no Paddock workspace here or above") as caught:
        find_workspace(tmp_path)
    assert "PADDOCK_WORKSPACE" in caught.value.remedy


def test_a_project_is_read_whole(workspace: Workspace) -> None:
    """Every key arrives, and the folders follow from the name."""
    _write(workspace, WHOLE)
    project = load_project(workspace, "shop")
    assert (project.owner, project.description, project.pipeline) == ("Ada", "Sells things.", "shop.tasks:Pipeline")
    assert (project.notebooks, project.reads) == (("notebooks/validation.ipynb",), ("clinic.cases",))
    assert (project.title, project.schedule, project.deadline_minutes) == ("The shop", "0 6 * * *", 60)
    assert project.catalog == workspace.root / "projects/shop/catalog.toml"
    assert project.source == workspace.root / "projects/shop/src"
    assert project.tasks_folder == workspace.root / ".paddock/tasks/shop"
    assert project.runs_folder == workspace.root / ".paddock/runs/shop"


def test_an_analysis_has_notebooks_alone(workspace: Workspace) -> None:
    """A project may do without package and pipeline, but not without notebooks too."""
    text = WHOLE.replace('package = "shop"\npipeline = "shop.tasks:Pipeline"\n', "")
    _write(workspace, text)
    project = load_project(workspace, "shop")
    assert (project.package, project.pipeline, project.notebooks) == ("", "", ("notebooks/validation.ipynb",))
    manifest = _write(workspace, text.replace('"notebooks/validation.ipynb"', ""))
    with pytest.raises(ConfigurationError, match="notebooks is empty, so nothing would audit the run") as caught:
        load_project(workspace, "shop")
    assert str(manifest) in str(caught.value)


def test_projects_are_the_folders_with_a_table(workspace: Workspace, make_project: Callable[..., Project]) -> None:
    """Sorted; hidden folders, files and folders without `[tool.paddock]` are none."""
    make_project("shop")
    make_project("clinic")
    _write(workspace, '[project]\nname = "other"\n', "other")
    _write(workspace, WHOLE, ".hidden")
    (workspace.root / "projects/README.md").write_text("…")
    assert project_names(workspace) == ("clinic", "shop")
    assert [project.name for project in load_projects(workspace)] == ["clinic", "shop"]


def test_a_workspace_without_projects_has_none(tmp_path: Path) -> None:
    """A missing folder is no fault."""
    assert load_projects(Workspace(tmp_path)) == ()


@pytest.mark.parametrize("name", ["sohp", "../shop", "/shop", "Shop", "", "shop/", "shop\n", ".", "a b"])
def test_a_name_that_is_none_suggests_the_nearest(workspace: Workspace, name: str) -> None:
    """Nothing but the exact slug of a folder below `projects` is a project."""
    _write(workspace, WHOLE)
    with pytest.raises(ConfigurationError, match="no such project") as caught:
        load_project(workspace, name)
    assert "shop" in caught.value.remedy
    assert "paddock new" in caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('owner = "Ada"', "", "[tool.paddock] owner: expected a text, got None\nAdd a line such as: owner ="),
        ('owner = "Ada"', 'owner = ""', "owner: expected a text, got ''"),
        ('package = "shop"', "package = 7", "package: expected a text, got 7"),
        ('package = "shop"', "", "names a pipeline, but no package\nName both, or neither"),
        ('pipeline = "shop.tasks:Pipeline"', "", "names a package, but no pipeline\nName both, or neither"),
        ("pipeline =", "pipelin =", "unknown key 'pipelin'\nDid you mean 'pipeline'?"),
        ('reads = ["clinic.cases"]', 'reads = "clinic.cases"', "reads: expected a list of texts, got 'clinic.cases'"),
        ('reads = ["clinic.cases"]', "reads = [1]", 'reads: expected a list of texts, got [1]\nWrite: reads = ["…"]'),
        ('schedule = "0 6 * * *"', "schedule = 6", "schedule: expected a text, got 6"),
        ("0 6 * * *", "daily", "schedule: expected a cron expression of five fields, got 'daily'"),
        ("deadline_minutes = 60", 'deadline_minutes = "60"', "expected a whole number of minutes, got '60'"),
        ("deadline_minutes = 60", "deadline_minutes = true", "expected a whole number of minutes, got True"),
        ("deadline_minutes = 60", "deadline_minutes = -1", "expected a whole number of minutes, got -1"),
        ("reads = [", "reads = [[", "is not valid TOML"),
        ('owner = "Ada"', 'owner = "Ada"\nowner = "Bob"', "is not valid TOML"),
        ("[tool.paddock]\n", "[tool]\npaddock = 3\n[other]\n", "expected a table [tool.paddock], got 3"),
    ],
)
def test_a_wrong_manifest_is_named(workspace: Workspace, old: str, new: str, said: str) -> None:
    """File, key, expected and got, and the line to write."""
    assert old in WHOLE
    manifest = _write(workspace, WHOLE.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        load_project(workspace, "shop")
    assert str(caught.value).startswith(f"{manifest}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe[\x00", r"is not UTF-8 text \(byte 0\)"),
        ("# Grüße".encode("latin-1"), r"is not UTF-8 text \(byte 4\)"),
    ],
)
def test_a_manifest_in_another_encoding_names_the_byte(workspace: Workspace, content: bytes, said: str) -> None:
    """The message says where, and to save it as UTF-8."""
    _write(workspace, content)
    with pytest.raises(ConfigurationError, match=said):
        load_project(workspace, "shop")
