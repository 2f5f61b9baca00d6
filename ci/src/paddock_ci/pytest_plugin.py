"""The plugin for pytest: `pytest --paddock` collects the checks of notebooks and projects as items.

`projects/shop/pyproject.toml::PD101`, `projects/shop/pyproject.toml::run`, `notebooks/a.ipynb::NB103`: so `-k`, `-n`,
`--lf` and reports work as with any test. Without `--paddock` it does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from paddock.project import Workspace

    from paddock_ci.engine.check import Report
    from paddock_ci.finding import Finding

_MANIFEST = "pyproject.toml"


class FindingsError(Exception):
    """A check has something to say; it is told as findings, not as a traceback."""

    def __init__(self, found: list[Finding]) -> None:
        super().__init__("\n".join(map(str, found)))
        self.found = found


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that turns the plugin on."""
    group = parser.getgroup("paddock")
    group.addoption("--paddock", action="store_true", help="collect the checks of notebooks and projects as items")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A notebook, or a project's declaration."""
    if not parent.config.getoption("--paddock"):
        return None
    if file_path.suffix == ".ipynb" and ".ipynb_checkpoints" not in file_path.parts:
        return NotebookItems.from_parent(parent, path=file_path)
    if file_path.name == _MANIFEST and _declares_a_project(file_path):
        return ProjectItems.from_parent(parent, path=file_path)
    return None


def _declares_a_project(path: Path) -> bool:
    from paddock_ci.repo.names import declares_a_project

    return path.parents[1].name == "projects" and declares_a_project(path.read_bytes())


class NotebookItems(pytest.File):
    """The checks of one notebook."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each check."""
        from paddock_ci.notebook.family import NOTEBOOK_CHECKS

        for code in NOTEBOOK_CHECKS:
            yield NotebookItem.from_parent(self, name=code)


class ProjectItems(pytest.File):
    """The checks and jobs of one project."""

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each check that looks at it, one for its tests and one for its run."""
        from paddock_ci.checks import PROJECT_CHECKS
        from paddock_ci.engine.job import Kind

        for code in PROJECT_CHECKS:
            yield ProjectItem.from_parent(self, name=code)
        for kind in Kind:
            yield JobItem.from_parent(self, name=str(kind))


class _Item(pytest.Item):
    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **options: Any) -> Any:
        """The findings, or the traceback of what is our own fault."""
        if isinstance(excinfo.value, FindingsError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **options)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is said to be."""
        return self.path, 0, f"{self.path.name}::{self.name}"

    def _judge(self, found: list[Finding]) -> None:
        for finding in found:
            if finding.severity != "error":
                self.warn(pytest.PytestWarning(str(finding)))
        if errors := [finding for finding in found if finding.severity == "error"]:
            raise FindingsError(errors)


class NotebookItem(_Item):
    """One check of one notebook."""

    def runtest(self) -> None:
        """Fail with what the check finds."""
        self._judge([finding for finding in _of_notebook(self.path) if finding.code == self.name])


class ProjectItem(_Item):
    """One check of one project."""

    def runtest(self) -> None:
        """Fail with what the check finds."""
        self._judge([finding for finding in _of_project(self.path.parent) if finding.code == self.name])


class JobItem(_Item):
    """The tests or the run of one project, on a stage of its own; from the cache where nothing changed."""

    def runtest(self) -> None:
        """Fail with what the job finds."""
        report = _of_job(self.path.parent, self.name)
        codes = {finding.code for outcome in report.outcomes.values() for finding in outcome.findings}
        self._judge([finding for finding in report.findings if finding.code in codes])


# Each is asked by many items, and the files do not change while pytest runs.


@cache
def _of_notebook(path: Path) -> list[Finding]:
    from paddock_ci.hook import findings_of

    return findings_of(path)


@cache
def _of_project(folder: Path) -> list[Finding]:
    from paddock.project import load_project

    from paddock_ci.verify import findings_of

    return findings_of(load_project(_workspace(folder), folder.name))


def _of_job(folder: Path, kind: str) -> Report:
    from paddock_ci.cache.store import open_store
    from paddock_ci.engine.check import Wish, check
    from paddock_ci.engine.job import Kind

    workspace = _workspace(folder)
    wish = Wish([folder.name], kinds=(Kind(kind),), workers=1, store=open_store(workspace.root))
    return check(workspace, wish, lambda progress: None)


def _workspace(folder: Path) -> Workspace:
    from paddock.project import find_workspace

    return find_workspace(folder)
