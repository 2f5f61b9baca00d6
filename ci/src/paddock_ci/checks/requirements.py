"""Checks of the hashed requirements that every machine installs."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.project import Workspace

from paddock_ci import requirements
from paddock_ci.finding import Finding


def answer_to_the_lock(workspace: Workspace) -> Iterator[Finding]:
    """`requirements.txt` is the export of the present `poetry.lock`, which answers to `pyproject.toml`."""
    if (workspace.root / "poetry.lock").exists() and (fault := requirements.fault(workspace.root)):
        yield Finding("WS101", "requirements.txt", fault, "Run: make lock")
