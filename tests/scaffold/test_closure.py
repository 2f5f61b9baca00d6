"""What a project's image installs: what the project needs of the lock, and nothing else."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.scaffold.closure import load_lock, requirements_of, write_requirements

ROOT = Path(__file__).parents[2]
Make = Callable[..., Path]

LOCK = """
[[package]]
name = "frames"
version = "1.0"
files = [
    {file = "frames.whl", hash = "sha256:aa"},
]

[package.dependencies]
arrays = ">=1"
clock = {version = "*", markers = "python_version < \\"3.12\\""}
windows = {version = "*", markers = "sys_platform == \\"win32\\""}
quick = {version = "*", optional = true, markers = "extra == \\"fast\\""}

[package.extras]
fast = ["quick (>=1)"]

[[package]]
name = "arrays"
version = "2.0"

[[package]]
name = "clock"
version = "1.5"

[[package]]
name = "windows"
version = "1.0"

[[package]]
name = "quick"
version = "3.0"

[[package]]
name = "unrelated"
version = "9.0"
"""
EXPORT = "".join(
    f'{name} ; python_version >= "3.11" and python_version < "3.14" \\\n    --hash=sha256:{name}\n'
    for name in ("arrays==2.0", "clock==1.5", "frames==1.0", "quick==3.0", "unrelated==9.0", "windows==1.0")
)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a workspace with the lock above, and a project in it that depends on what is given."""

    def project(*dependencies: str, own: Mapping[str, list[str]] | None = None) -> Path:
        folder = tmp_path / "projects" / "shop"
        folder.mkdir(parents=True)
        (tmp_path / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
        (tmp_path / "poetry.lock").write_text(LOCK)
        (tmp_path / "requirements.txt").write_text(EXPORT)
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared/pyproject.toml").write_text(
            f"[project]\ndependencies = []\n[project.optional-dependencies]\nfast = {['frames[fast]']!r}\n"
        )
        (folder / "pyproject.toml").write_text(f"[project]\ndependencies = {list(dependencies)!r}\n[tool.paddock]\n")
        return folder

    return project


def pins(text: str) -> dict[str, str]:
    """Name and marker of each pin of a requirements file."""
    return {m[1]: m[2] or "" for m in re.finditer(r"^([\w-]+)==[^ ]+(?: ; (.*))? \\$", text, re.MULTILINE)}


def test_only_what_is_needed_is_taken_with_its_hashes(make: Make) -> None:
    """What other platforms need is left out, what some Pythons need says which, and every pin keeps its hash."""
    write_requirements(folder := make("frames"))
    text = (folder / "requirements.txt").read_text()
    assert pins(text) == {"arrays": "", "clock": 'python_version == "3.11"', "frames": ""}
    assert text.count("--hash=sha256:") == 3


@pytest.mark.parametrize("dependency", ["frames[fast]", "paddock[fast]", "Frames[fast]>=0.5"])
def test_extras_bring_what_they_need(make: Make, dependency: str) -> None:
    """An extra of a package, and one of the shared package, lead to their own dependencies."""
    write_requirements(folder := make(dependency))
    assert set(pins((folder / "requirements.txt").read_text())) == {"arrays", "clock", "frames", "quick"}


@pytest.mark.parametrize(
    ("dependency", "expected"),
    [
        ("frame", "'frame' is not in the workspace's lock. Did you mean 'frames'?"),
        ("==1", "'==1' is no requirement"),
    ],
)
def test_what_the_lock_does_not_hold_is_an_error(make: Make, dependency: str, expected: str) -> None:
    """The file, the name and the remedy are said; nothing is written."""
    folder = make(dependency)
    with pytest.raises(ConfigurationError, match=re.escape(expected)) as caught:
        write_requirements(folder)
    assert "projects/shop/pyproject.toml" in str(caught.value)
    assert not (folder / "requirements.txt").exists()


def test_without_a_lock_nothing_is_written(make: Make) -> None:
    """A project that is baked where there is no lock has no requirements file; nor has one outside a workspace."""
    folder = make("frames")
    (folder.parents[1] / "poetry.lock").unlink()
    write_requirements(folder)
    (folder.parents[1] / "pyproject.toml").unlink()
    write_requirements(folder)
    assert not (folder / "requirements.txt").exists()


def test_the_real_lock_is_closed(tmp_path: Path) -> None:
    """Of the workspace's own lock, a project takes whatever its packages need, as they say themselves."""
    from importlib.metadata import requires

    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["paddock[notebooks,pipelines]", "pandas"]\n')
    lock = load_lock(Workspace(ROOT))
    assert lock is not None
    markers = pins(requirements_of(tmp_path, lock))
    here = f'"{sys.version_info.major}.{sys.version_info.minor}"'
    found = {name for name, marker in markers.items() if not marker or here in marker}
    assert {"gokart", "luigi", "papermill", "pandas", "numpy"} <= found
    assert not {"pytest", "cookiecutter", "poetry", "mypy", "ruff"} & found
    environment = {"extra": "", "sys_platform": "linux", "platform_system": "Linux"}
    for name in found:
        for text in requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate(environment):
                assert canonicalize_name(needed.name) in found, f"{name} needs {needed.name}"
