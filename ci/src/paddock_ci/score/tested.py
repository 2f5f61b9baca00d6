"""The project's own tests: those that can fail, and whether they passed since anything was changed."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from paddock_ci.checks import PROJECT_CHECKS
from paddock_ci.files import ProjectFiles
from paddock_ci.score.item import Evidence, full, half, none
from paddock_ci.suite.collected import modules, tests
from paddock_ci.suite.values import last

# Where pytest itself notes what it collected and what failed.
_CACHE = ".pytest_cache/v/cache"
_UNPROVED = ("PT101", "PT102")


@dataclass(frozen=True)
class Tested:
    """One test that pytest collects and that can fail: its name as pytest says it, and its code."""

    name: str
    node: ast.AST
    tree: ast.Module

    @property
    def calls(self) -> list[ast.Call]:
        """The calls in the test."""
        return [node for node in ast.walk(self.node) if isinstance(node, ast.Call)]

    def calls_of(self, name: str) -> list[ast.Call]:
        """The calls of functions or methods with that last name."""
        return [call for call in self.calls if last(call.func) == name]

    @property
    def asserted(self) -> list[ast.AST]:
        """All code inside the test's assertions."""
        asserts = [node for node in ast.walk(self.node) if isinstance(node, ast.Assert)]
        return [part for node in asserts for part in ast.walk(node.test)]


class Suite:
    """The tests of a project."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files

    @cached_property
    def tests(self) -> tuple[Tested, ...]:
        """The tests that are run, can fail, and did not fail when pytest last ran them."""
        return tuple(test for test in self._collected() if test.name not in self.failed)

    @cached_property
    def failed(self) -> frozenset[str]:
        """The tests that failed when pytest last ran them, without their parameters."""
        return frozenset(str(name).partition("[")[0] for name in self._noted("lastfailed") or ())

    @cached_property
    def has_passed(self) -> bool:
        """Whether pytest ran after the last change of any file, and nothing failed."""
        if self.failed or not self._noted("nodeids"):
            return False
        ran = (self._files.folder / _CACHE / "nodeids").stat().st_mtime
        paths = (path for path in self._files.paths if not path.startswith("."))
        return all((self._files.folder / path).stat().st_mtime <= ran for path in paths)

    def evidence(self, wanted: Callable[[Tested], bool], missing: str, step: str) -> Evidence:
        """What the tests that are wanted count: all where they passed as the project is now, half unless they did."""
        found = [test.name for test in self.tests if wanted(test)]
        if not found:
            return none(missing, step)
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        said = f"{found[0]}{more}, which can fail (PT102)"
        if not self.has_passed:
            return half(f"{said}; not seen to pass", f"Run: pytest projects/{self._files.name}")
        return full(f"{said}; all tests passed since the last change")

    def _collected(self) -> Iterator[Tested]:
        unproved = {look.place for code in _UNPROVED for look in PROJECT_CHECKS[code](self._files) if look.fault}
        left_out = {look.place.partition(":")[0] for look in PROJECT_CHECKS["PT104"](self._files) if look.fault}
        # What one module takes out of the run may be the tests of another one.
        for path, tree in modules(self._files).items() if not left_out else ():
            for test in tests(tree):
                if f"{path}:{test.node.lineno}" not in unproved:
                    owner = f"{test.owner.name}::" if test.owner else ""
                    yield Tested(f"{path}::{owner}{test.node.name}", test.node, tree)

    def _noted(self, name: str) -> Any:
        try:
            return json.loads((self._files.folder / _CACHE / name).read_text("utf-8"))
        except (OSError, ValueError):
            return None
