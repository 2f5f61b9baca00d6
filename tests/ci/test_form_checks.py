"""What the checks of the form of files find, and what they let pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.project import Project, Workspace
from paddock_ci.checks import WORKSPACE_CHECKS, form, tools
from paddock_ci.files import ProjectFiles

MakeProject = Callable[..., Project]
ROOT = Path(__file__).parents[2]
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"


def _files(make_project: MakeProject, files: dict[str, str]) -> ProjectFiles:
    project = make_project("shop", catalog="# None.\n", files=files)
    return ProjectFiles(project.workspace.root, project.folder)


@pytest.mark.parametrize(("path", "is_legal"), [("docs/a.png", True), ("notebooks/a.webp", True), ("src/a.png", False)])
def test_pictures_stand_where_people_read(make_project: MakeProject, path: str, is_legal: bool) -> None:
    """A picture of at most a megabyte may lie beside the documents or notebooks that show it, and nowhere else."""
    files = _files(make_project, {})
    (files.folder / path).parent.mkdir(exist_ok=True)
    (files.folder / path).write_bytes(PICTURE)
    found = [look.place for look in form.is_tidy(files) if look.fault]
    assert found == ([] if is_legal else [path])
    (files.folder / path).write_bytes(PICTURE * 200_000)
    assert [look.place for look in form.is_tidy(files) if look.fault] == [path]


@pytest.mark.parametrize(
    "path", [".env", ".env.local", "a.py.bak", "README.md.orig", ".DS_Store", "nohup.out", "a.pkl", "b/c.joblib"]
)
def test_what_nobody_commits_is_found(make_project: MakeProject, path: str) -> None:
    """Copies, secrets and what programs leave behind are named; an example of an environment is legal."""
    files = _files(make_project, {path: "x\n", ".env.example": "A=\n"})
    ((place, fault),) = [(look.place, look.fault) for look in form.is_tidy(files) if look.fault]
    assert place == path
    assert fault.startswith("is a file that nobody commits")


def test_the_marks_of_a_conflict_are_found(make_project: MakeProject) -> None:
    """A merge that nobody finished is told with its line; a heading underlined by a row of signs is none."""
    files = _files(make_project, {"a.md": "Title\n=======\n\n<<<<<<< HEAD\na\n", "b.md": "Title\n=======\n"})
    assert [(look.place, look.fault) for look in form.is_tidy(files) if look.fault] == [
        ("a.md", "holds a mark of a conflict in line 4")
    ]


@pytest.mark.parametrize(
    ("path", "text", "place"),
    [
        ("src/shop/a.py", 'A = "~/cases.csv"\n', "src/shop/a.py:1"),
        ("src/shop/a.py", 'A = open("/tmp/cases.csv")\n', "src/shop/a.py:1"),
        ("src/shop/a.py", '\nA = "/mnt/nas/cases"\n', "src/shop/a.py:2"),
        ("src/shop/a.py", 'A = Path.home() / "data"\n', "src/shop/a.py:1"),
        ("compose.yaml", "a: /home/ada/data\n", "compose.yaml:1"),
    ],
)
def test_a_path_of_one_machine_is_found(make_project: MakeProject, path: str, text: str, place: str) -> None:
    """Homes are found anywhere, other folders of a machine where code names them."""
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
    files = _files(make_project, {path: json.dumps({"cells": [cell]}) if path.endswith(".ipynb") else text})
    assert [look.place for look in form.names_no_home(files) if look.fault] == [place]


def test_paths_of_an_image_are_let_pass(make_project: MakeProject) -> None:
    """An image has its own folders, a README tells of them, and an address is no path."""
    texts = {"Dockerfile": "VOLUME /data/a\nRUN a > /tmp/b\n", "README.md": "In `/tmp/a`.\n"}
    files = _files(make_project, texts | {"src/shop/a.py": 'A = "https://a.b/data/c"\nB = "~0.5"\n'})
    assert [look.fault for look in form.names_no_home(files) if look.fault] == []


def test_braces_of_an_f_string_are_no_tag(make_project: MakeProject) -> None:
    """Three braces are Python's, two are the template's."""
    files = _files(make_project, {"a.py": 'A = f"{{{len(x)}}}"\n', "b.py": 'A = "{{ name }}"\n'})
    assert [look.place for look in form.holds_no_tags(files) if look.fault] == ["b.py:1"]


def test_a_file_that_ruff_cannot_parse_is_a_finding(tmp_path: Path) -> None:
    """The formatter and the linter tell it of that file, and look at the others all the same."""
    (tmp_path / "a.py").write_text("def f(:\n")
    (tmp_path / "b.py").write_text("a=1\n")
    (tmp_path / "c.ipynb").write_text('{"cells": [')
    for check in (tools.formatted, tools.linted):
        found = {look.place: look.fault for look in check(tmp_path, ["a.py", "b.py", "c.ipynb"]) if look.fault}
        assert "invalid-syntax" in found["a.py"]
        assert "isn't valid JSON" in found["c.ipynb"]
    assert [look.fault for look in tools.formatted(tmp_path, ["b.py"])] == ["would be reformatted"]


def test_a_project_that_does_not_load_hides_no_other(workspace: Workspace, make_project: MakeProject) -> None:
    """Each project's requirements are looked at; one whose settings are wrong is a finding of its own."""
    for name in ("poetry.lock", "requirements.txt", "shared/pyproject.toml"):
        (workspace.root / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, workspace.root / name)
    for name, text in {"broken": "[tool.paddock\n", "nobody": "[tool.paddock]\nowner = 1\n"}.items():
        make_project(name).folder.joinpath("pyproject.toml").write_text(text)
    make_project("shop")
    found = {look.place: look.fault for look in WORKSPACE_CHECKS["WS102"](workspace)}
    assert "is not valid TOML" in found["projects/broken/requirements.txt"]
    assert "owner" in found["projects/nobody/requirements.txt"]
    assert "expected what the lock says" in found["projects/shop/requirements.txt"]
