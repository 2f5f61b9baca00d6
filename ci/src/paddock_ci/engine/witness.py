"""A pytest plugin that notes what became of each test: an exit code of 0 alone proves nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

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

    def _note(self, report: Any) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            message = crash.message if crash else str(report.longrepr)
            self.failed.setdefault(report.nodeid, {"place": self._place(report, crash), "message": message})

    def _place(self, report: Any, crash: Any) -> str:
        """The line that failed, below the current folder; where that is not the project's, the test's own."""
        if crash and Path(crash.path).is_relative_to(self.root):
            return f"{Path(crash.path).relative_to(Path.cwd()).as_posix()}:{crash.lineno}"
        file, line, _ = getattr(report, "location", None) or (report.nodeid, None, "")
        path = os.path.relpath(self.root / file, Path.cwd())
        return path if line is None else f"{path}:{line + 1}"


def pytest_configure(config: Any) -> None:
    """Register the witness where a job asks for one."""
    if path := os.environ.get(VARIABLE):
        config.pluginmanager.register(Witness(Path(path), Path(config.rootpath)))
