"""A workspace with the demo's project, and what one asks of it from outside."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from paddock.data.versions import VersionStore
from paddock.project import Project, Workspace

PADDOCK = str(Path(sys.executable).with_name("paddock"))


@dataclass(frozen=True)
class Place:
    """A workspace with the project `triage`, and what one asks of it from outside."""

    workspace: Workspace
    project: Project

    def command(self, *arguments: str) -> list[str]:
        """The command line of `paddock ARGUMENTS` in this workspace."""
        return [PADDOCK, *arguments, "-C", str(self.workspace.root)]

    def paddock(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `paddock ARGUMENTS` as a process of its own."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False, timeout=120)

    def served(self) -> tuple[int, list[tuple[Any, ...]]]:
        """The published version of the predictions, and the rows of the serving table."""
        with duckdb.connect(self.workspace.state / "serving.duckdb", read_only=True) as connection:
            pointer = connection.execute(
                "SELECT version FROM paddock.published WHERE dataset = 'triage.predictions'"
            ).fetchone()
            rows = connection.execute("SELECT * FROM triage.predictions ORDER BY ALL").fetchall()
        assert pointer is not None
        return pointer[0], rows

    def assert_served_is_one_version(self) -> int:
        """The serving table holds exactly the rows of the version that the pointer names; its number."""
        number, rows = self.served()
        version = VersionStore(str(self.workspace.state / "data")).read("triage.predictions", number)
        expected = duckdb.from_arrow(version).order("ALL").fetchall()
        assert rows == expected
        return number

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace `old`, which is there once, in a file of the project."""
        path = self.project.folder / file
        text = path.read_text()
        assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old}"
        path.write_text(text.replace(old, new))
