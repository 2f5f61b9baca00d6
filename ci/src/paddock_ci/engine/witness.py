"""A pytest plugin that notes what became of each test: an exit code of 0 alone proves nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from paddock_ci.engine.failure import failure_of, reason

VARIABLE = "PADDOCK_WITNESS"


class Witness:
    """Notes the tests that were found, those that came to their end, those that passed, and what failed, and why."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path = path
        self.root = root
        self.found: list[str] = []
        self.ended: set[str] = set()
        self.passed: set[str] = set()
        self.failed: dict[str, dict[str, str]] = {}

    def pytest_collection_finish(self, session: Any) -> None:
        """Note what is going to run."""
        self.found = [item.nodeid for item in session.items]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, Any, Any]:
        """Look at why a file could not be collected."""
        report = yield
        return self._looked_at(report, getattr(report, "call", None))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: Any) -> Generator[None, Any, Any]:
        """Look at why a phase of a test failed, as long as the exception is there."""
        report = yield
        return self._looked_at(report, call)

    def pytest_collectreport(self, report: Any) -> None:
        """Note a file that could not be collected."""
        self._note(report)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note each phase of a test."""
        self._note(report)
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        if report.when == "teardown":
            self.ended.add(report.nodeid)

    def pytest_unconfigure(self) -> None:
        """Write what was noted; whatever ends pytest before leaves no file."""
        facts = {
            "left": [name for name in self.found if name not in self.ended],
            "passed": len(self.passed - self.failed.keys()),
            "failed": self.failed,
        }
        self.path.write_text(json.dumps(facts), encoding="utf-8")

    def _looked_at(self, report: Any, call: Any) -> Any:
        if report.failed and call and call.excinfo:
            path = self.root / report.nodeid.partition("::")[0]
            # Plain texts, which a worker of pytest-xdist hands on.
            report.paddock_failure = list(failure_of(call.excinfo, report.longrepr, self.root, path))
        return report

    def _note(self, report: Any) -> None:
        if report.failed:
            place, message = getattr(report, "paddock_failure", ("", reason(str(report.longrepr))))
            fact = {"place": self._below(place) if place else self._own(report), "message": message}
            self.failed.setdefault(report.nodeid, fact)

    def _own(self, report: Any) -> str:
        """The line at which the test begins, below the current folder."""
        file, line, _ = getattr(report, "location", None) or (report.nodeid, None, "")
        return self._below(file if line is None else f"{file}:{line + 1}")

    def _below(self, place: str) -> str:
        return os.path.relpath(self.root / place, Path.cwd())


def pytest_configure(config: Any) -> None:
    """Register the witness where a job asks for one."""
    if path := os.environ.get(VARIABLE):
        config.pluginmanager.register(Witness(Path(path), Path(config.rootpath)))
