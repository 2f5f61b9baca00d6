"""What the checks of a project's settings find: tools told to look away, and a project table that is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.project import Project
from paddock_ci.checks import project_table, weakening
from paddock_ci.files import ProjectFiles

MakeProject = Callable[..., Project]
ROOT = Path(__file__).parents[2]

MANIFEST = """\
[project]
name = "shop"
version = "0.1.0"
description = "Sells things."
requires-python = ">=3.11,<3.14"
dependencies = ["pandas>=2", "numpy"]

[tool.paddock]
owner = "Ada"
package = "shop"
pipeline = "shop.tasks:Pipeline"
notebooks = ["a.ipynb"]

[tool.ruff]
extend = "../../pyproject.toml"
src = ["src"]

[tool.mypy]
strict = true
files = ["src"]
disallow_subclassing_any = false

[[tool.mypy.overrides]]
module = ["luigi.*"]
ignore_missing_imports = true

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "-q -ra -n 2 -p xdist --durations=5 --strict-markers --strict-config --import-mode=importlib"
xfail_strict = true
filterwarnings = ["ignore:Autoloading:DeprecationWarning"]
"""


def _files(make_project: MakeProject, files: dict[str, str]) -> ProjectFiles:
    project = make_project("shop", files={"pyproject.toml": MANIFEST} | files)
    return ProjectFiles(project.workspace.root, project.folder)


def _faults(files: ProjectFiles) -> list[tuple[str, str]]:
    return [(look.place, look.fault) for look in weakening.weakens_no_tool(files) if look.fault]


def test_the_settings_of_the_templates_are_let_pass(make_project: MakeProject) -> None:
    """What narrows nothing is legal; settings, modules and the image are looked at."""
    files = _files(make_project, {"Dockerfile": "# A comment.\nARG BASE=python:3.11-slim\n"})
    assert _faults(files) == []
    assert len(list(weakening.weakens_no_tool(files))) == 5
    assert [look.fault for look in project_table.tells_what_it_needs(files)] == [""]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("-q -ra", "-q -k nothing", "addopts has '-k'"),
        ("-q -ra", "--ignore=tests/test_a.py", "addopts has '--ignore=tests/test_a.py'"),
        ("-q -ra", "--collect-only", "addopts has '--collect-only'"),
        ("-p xdist", "-p no:python", "addopts has '-p no:python'"),
        ("--strict-markers ", "", "addopts has no --strict-markers"),
        ("--strict-config ", "", "addopts has no --strict-config"),
        ("xfail_strict = true", "xfail_strict = false", "xfail_strict is not true"),
        ("xfail_strict = true\n", "", "xfail_strict is not true"),
        ("xfail_strict", 'python_files = ["check_*.py"]\nxfail_strict', "pytest's python_files takes tests out"),
        ("xfail_strict", 'norecursedirs = ["tests"]\nxfail_strict', "pytest's norecursedirs takes tests out"),
        ("ignore:Autoloading:DeprecationWarning", "ignore", "filterwarnings has 'ignore', which hides every warning"),
        ("ignore:Autoloading:DeprecationWarning", "ignore::Warning", "filterwarnings has 'ignore::Warning'"),
        ("pytest.ini_options", "pytest_ini_options", "[tool.pytest_ini_options] is read by nothing"),
        ("strict = true\n", "strict = false\n", "mypy is not strict"),
        ("strict = true\nfiles", "files", "mypy is not strict"),
        ("strict = true\n", "strict = true\nignore_errors = true\n", "[tool.mypy] ignore_errors = True makes mypy"),
        ("strict = true\n", 'strict = true\nexclude = ["src"]\n', "[tool.mypy] exclude = ['src'] makes mypy"),
        ("strict = true\n", "strict = true\ncheck_untyped_defs = false\n", "[tool.mypy] check_untyped_defs = False"),
        ("strict = true\n", 'strict = true\ndisable_error_code = ["x"]\n', "[tool.mypy] disable_error_code = ['x']"),
        ('files = ["src"]', 'files = ["tests"]', "mypy does not look at 'src': its files are ['tests']"),
        ('["luigi.*"]', '["shop.*"]', "mypy has other settings for 'shop.*'"),
        ('extend = "../../pyproject.toml"\n', "", "ruff does not begin with the workspace's settings"),
        ('extend = "../../pyproject.toml"', 'extend = "../other.toml"', "ruff does not begin with the workspace's"),
        ('src = ["src"]', 'exclude = ["src"]', "ruff has its own 'exclude'"),
        ('src = ["src"]', "line-length = 320", "ruff has its own 'line-length'"),
        ('src = ["src"]', 'lint.select = ["E"]', "ruff has its own 'select'"),
        ('src = ["src"]', 'lint.ignore = ["ALL"]', "ruff ignores 'ALL'"),
        ('src = ["src"]', 'lint.per-file-ignores."**" = ["ALL"]', "ruff has its own 'per-file-ignores'"),
        ('src = ["src"]', 'lint.extend-per-file-ignores."**" = ["E501"]', "ruff ignores ['E501'] in '**'"),
    ],
)
def test_a_setting_that_weakens_a_tool_is_found(make_project: MakeProject, old: str, new: str, fault: str) -> None:
    """Each setting that leaves out files, tests, rules or errors is told, with its name."""
    assert old in MANIFEST
    found = _faults(_files(make_project, {"pyproject.toml": MANIFEST.replace(old, new, 1)}))
    assert found[0][0] == "pyproject.toml"
    assert found[0][1].startswith(fault)


def test_stricter_settings_are_let_pass(make_project: MakeProject) -> None:
    """More rules than the workspace's, less one of them, take nothing back; nor does one rule in one file."""
    more = 'lint.extend-select = ["PL"]\nlint.ignore = ["PLR2004"]\nlint.extend-per-file-ignores."src/a.py" = ["E501"]'
    assert _faults(_files(make_project, {"pyproject.toml": MANIFEST.replace('src = ["src"]', more)})) == []


@pytest.mark.parametrize("path", ["pytest.ini", "setup.cfg", "tests/ruff.toml", "mypy.ini", "tests/pyproject.toml"])
def test_a_file_that_shadows_the_settings_is_found(make_project: MakeProject, path: str) -> None:
    """Tools that find settings of their own never read those of the project."""
    assert _faults(_files(make_project, {path: "\n"})) == [(path, "is read in place of the settings in pyproject.toml")]


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("src/shop/a.py", "# ruff: noqa\n", "tells the linter to look away from the file"),
        ("src/shop/a.py", "import os  # noqa\n", "tells the linter to look away from every rule"),
        ("src/shop/a.py", "# mypy: ignore-errors\n", "gives mypy other settings for the file"),
        ("src/shop/a.py", "a: int = ''  # type: ignore\n", "tells mypy to look away from every error"),
        ("src/shop/a.py", "# fmt: off\n", "tells the formatter to look away"),
        ("src/shop/a.py", "a = 'x'  # pragma: allowlist secret\n", "hides a secret from its detector"),
        ("Dockerfile", "# hadolint ignore=DL3002\nFROM a\n", "tells hadolint to look away"),
        ("a.ipynb", "a: int = ''  # type: ignore", "tells mypy to look away from every error"),
    ],
)
def test_a_comment_that_hides_more_than_one_finding_is_found(
    make_project: MakeProject, path: str, text: str, fault: str
) -> None:
    """In modules, images and notebooks alike; the finding says where."""
    cell = {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}
    ((place, found),) = _faults(_files(make_project, {path: json.dumps({"cells": [cell]}) if path[0] == "a" else text}))
    assert place in (f"{path}:1", f"{path} cell 1")
    assert found.endswith(fault)


def test_a_comment_that_names_its_rule_is_let_pass(make_project: MakeProject) -> None:
    """So is a text that only looks like a comment."""
    text = 'import os  # noqa: F401\na: int = ""  # type: ignore[assignment]\nb = "# ruff: noqa"\n'
    assert _faults(_files(make_project, {"src/shop/a.py": text})) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name = "shop"', 'name = "shops"', "the name is 'shops'; expected 'shop', the folder's"),
        ('version = "0.1.0"', 'version = "one"', "version is 'one', which is no version"),
        ('version = "0.1.0"\n', "", "version is None, which is no version"),
        ("Sells things.", "", "description is '', which tells nothing"),
        ("Sells things.", "TODO: describe it", "description is 'TODO: describe it', which tells nothing"),
        ("Ada", "TODO", "owner is 'TODO', which tells nothing"),
        ('requires-python = ">=3.11,<3.14"\n', "", "requires-python is None; expected the Pythons that it runs on"),
        (">=3.11,<3.14", ">=3.12,<3.14", "requires-python is '>=3.12,<3.14', but the image has Python 3.11"),
        (">=3.11,<3.14", ">=3.8", "requires-python '>=3.8' allows 3.8, which the workspace's lock does not"),
        ('"numpy"', '"numpy", "NumPy"', "depends on numpy twice"),
        ('"numpy"', '"numpy @ git+https://a.b/numpy"', "depends on 'numpy @ git+https://a.b/numpy', which no lock"),
        ("pandas>=2", "pandas>=99", "asks for 'pandas>=99', but the lock has pandas "),
        ('["a.ipynb"]', '["a.ipynb", "a.ipynb"]', "notebooks names 'a.ipynb' twice"),
    ],
)
def test_a_project_table_that_is_wrong_is_found(make_project: MakeProject, old: str, new: str, fault: str) -> None:
    """Each entry is held against the folder, the image, the workspace and its lock."""
    assert old in MANIFEST
    image = "ARG BASE=python:3.11-slim\n"
    files = _files(make_project, {"pyproject.toml": MANIFEST.replace(old, new, 1), "Dockerfile": image})
    for name in ("pyproject.toml", "poetry.lock", "requirements.txt", "shared/pyproject.toml"):
        (files.root / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, files.root / name)
    (look,) = project_table.tells_what_it_needs(files)
    assert look.fault.startswith(fault)
