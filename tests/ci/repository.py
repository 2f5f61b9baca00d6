"""A small workspace under git, whose files a test states."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROOT = {"pyproject.toml": "[tool.paddock.workspace]\n", ".gitignore": ".paddock/\n"}


@dataclass(frozen=True)
class Repository:
    """The clone at `root`."""

    root: Path

    def git(self, *arguments: str) -> str:
        """What `git ARGUMENTS` prints here; raises when it fails."""
        command = ["git", "-c", "user.name=us", "-c", "user.email=us@example.org", *arguments]
        answer = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        return answer.stdout.strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write each file, with the folders above it."""
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    def remove(self, path: str) -> None:
        """Remove a file or a folder."""
        target = self.root / path
        shutil.rmtree(target) if target.is_dir() and not target.is_symlink() else target.unlink()

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        """Write `files` and commit everything; the commit's id."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")


def repository(root: Path, files: Mapping[str, str | bytes] | None = None) -> Repository:
    """A workspace with `files`, committed."""
    made = Repository(root)
    root.mkdir(parents=True, exist_ok=True)
    made.git("init", "-q", "-b", "main")
    made.commit({**_ROOT, **(files or {})})
    return made


def project(
    name: str, reads: Sequence[str] = (), datasets: Sequence[str] = (), **files: str | bytes
) -> dict[str, str | bytes]:
    """The files of a project below `projects`, and further `files` of it."""
    package = name.replace("-", "_")
    found: dict[str, str | bytes] = {
        "pyproject.toml": f'[project]\nname = "{name}"\n\n[tool.paddock]\nowner = "us"\npackage = "{package}"\n'
        f"reads = {json.dumps(list(reads))}\n",
        "catalog.toml": "".join(f"[datasets.{dataset}]\n" for dataset in datasets),
        f"src/{package}/__init__.py": "",
    }
    return {f"projects/{name}/{path}": content for path, content in {**found, **files}.items()}


def notebook(*cells: str) -> str:
    """A notebook of code cells."""
    facts = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": [cell],
        }
        for number, cell in enumerate(cells, 1)
    ]
    return json.dumps({"cells": facts, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
