"""Verifying one project: its checks, its own tests, its run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paddock.project import Project

from paddock_ci.checks import looks_of
from paddock_ci.engine.check import scope_of
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Finding, findings
from paddock_ci.policy import judged

_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Step:
    """What one step said, whether it passed, and its seconds."""

    name: str
    passed: bool
    said: str
    seconds: float


def verify(project: Project) -> Iterator[Step]:
    """Do each step as a process of its own, as its user would; a step that fails is the last."""
    begun = time.perf_counter()
    found = findings_of(project)
    yield Step("checks", not found, "\n".join(map(str, found)), time.perf_counter() - begun)
    if found:
        return
    for name, command in (
        ("tests", ["python", "-m", "pytest", f"projects/{project.name}"]),
        ("run", ["paddock", "run", project.name]),
    ):
        step = _process(project, name, command)
        yield step
        if not step.passed:
            return


def findings_of(project: Project) -> list[Finding]:
    """What the checks of projects find in one."""
    root = project.workspace.root
    found = findings(looks_of(ProjectFiles(root, project.folder)))
    return judged(root, found, scope_of([project.name], is_whole=False), datetime.now(UTC).date())


def _process(project: Project, name: str, command: list[str]) -> Step:
    begun = time.perf_counter()
    answer = subprocess.run(
        [str(_BIN / command[0]), *command[1:]],
        cwd=project.workspace.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Step(name, answer.returncode == 0, answer.stdout.strip(), time.perf_counter() - begun)
