"""A pytest plugin that notes what became of each test: an exit code of 0 alone proves nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "PADDOCK_WITNESS"


class Witness:
    """Notes the tests that were found, those that came to their end, those that passed, and what failed, and why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[str] = []
        self.ended: set[str] = set()
        self.passed: set[str] = set()
        self.failed: dict[str, str] = {}

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
            self.failed.setdefault(report.nodeid, crash.message if crash else str(report.longrepr))


def pytest_configure(config: Any) -> None:
    """Register the witness where a job asks for one."""
    if path := os.environ.get(VARIABLE):
        config.pluginmanager.register(Witness(Path(path)))
