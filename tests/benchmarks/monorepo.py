"""A workspace of many projects, made for benchmarks: what one writes, others read."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

_NOUNS = ("gauss", "euler", "noether", "galois", "turing", "kovalevskaya", "ramanujan", "hypatia", "fermat", "laplace")
_ROOT = {
    "pyproject.toml": '[project]\nname = "workspace"\n\n[tool.paddock.workspace]\n',
    "README.md": "# Us\n",
    "poetry.lock": "",
    "shared/paddock.py": "",
    "shared/pyproject.toml": '[project]\nname = "paddock"\n',
    "ci/pyproject.toml": '[project]\nname = "paddock-ci"\n',
    ".gitignore": ".paddock/\n__pycache__/\n",
}
_MANIFEST = """[project]
name = "{name}"
version = "0.1.0"
dependencies = ["paddock", "pandas", "scikit-learn"]

[tool.paddock]
title = "{name}"
owner = "team@example.org"
package = "{package}"
pipeline = "{package}.tasks:Pipeline"
notebooks = ["notebooks/validation.ipynb"]
reads = {reads}
"""
_CATALOG = """[datasets.scores]
description = "A score of each item"
key = ["item"]

[datasets.scores.columns]
item = { dtype = "int64", description = "Item" }
score = { dtype = "float64", description = "Score" }
"""
_BODY = '''
def step_{n}(frame, alpha=0.{n}):
    """Step {n} of the features: scale a column, drop rows that say nothing, keep the rest."""
    kept = frame[frame["value"].notna() & (frame["value"] > alpha)]
    return kept.assign(scaled=(kept["value"] - kept["value"].mean()) / (kept["value"].std() or 1.0))
'''


def project_name(number: int) -> str:
    """The name of the project of that number."""
    return f"{_NOUNS[number % len(_NOUNS)]}-{number:05d}"


def write_workspace(root: Path, projects: int, seed: int = 0) -> None:
    """Write and commit a workspace of `projects` projects with 21 files each below `root`.

    A third reads no other project; the others read one to three datasets of projects before them.
    """
    draw = random.Random(seed)
    _write(root, _ROOT)
    for number in range(projects):
        upstream = draw.sample(range(number), min(number, draw.choice((0, 1, 1, 2, 3, 0)))) if number else []
        _write(root / "projects" / project_name(number), dict(_files(number, upstream)))
    git(root, "init", "-q", "-b", "main")
    commit(root, "begin")
    git(root, "-c", "gc.auto=0", "gc", "-q")


def commit(root: Path, message: str) -> None:
    """Commit everything."""
    git(root, "add", "-A")
    git(root, "-c", "gc.auto=0", "-c", "user.name=us", "-c", "user.email=us@example.org", "commit", "-q", "-m", message)


def git(root: Path, *arguments: str) -> None:
    """Run git in `root`."""
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


class Edits:
    """One edited file at a time, each time of another project; the same projects in every run."""

    def __init__(self, root: Path, projects: int) -> None:
        self.root = root
        self.order = random.Random(1).sample(range(projects), min(50, projects))

    def next(self, number: int) -> None:
        """Undo the edit before, and edit the next project's file."""
        self.undo()
        self._edit()

    def commit(self, number: int) -> None:
        """Edit the next project's file and commit that."""
        self._edit()
        commit(self.root, "edit")

    def undo(self) -> None:
        """Leave nothing that is not committed."""
        git(self.root, "checkout", "-q", "--", ".")

    def _edit(self) -> None:
        with (self.root / edited_file(self.order.pop())).open("a") as file:
            file.write("EDITED = 1\n")


def edited_file(number: int) -> str:
    """The path of the file that is edited in the project of that number."""
    name = project_name(number)
    return f"projects/{name}/src/{name.replace('-', '_')}/features_1.py"


def _files(number: int, upstream: list[int]) -> Iterator[tuple[str, str]]:
    name = project_name(number)
    package = name.replace("-", "_")
    reads = [f"{project_name(other)}.scores" for other in upstream]
    yield "pyproject.toml", _MANIFEST.format(name=name, package=package, reads=json.dumps(reads))
    yield "catalog.toml", _CATALOG
    yield "README.md", f"# {name}\n\n" + "What this project decides, for whom, and how it is judged. " * 20
    yield "Dockerfile", f"FROM python:3.11-slim\nCOPY projects/{name} /app\n" + "# how the image is built\n" * 20
    yield "requirements.txt", "\n".join(f"package-{i}==1.{i} --hash=sha256:{i:064x}" for i in range(30))
    yield f"src/{package}/__init__.py", f'"""{name}."""\n'
    reading = "\n".join(f'    frames.append(session.read("{dataset}"))' for dataset in reads)
    beginning = f"from {package} import features_0, model_0\n\n\ndef run(session):\n    frames = []\n"
    yield f"src/{package}/tasks.py", f"{beginning}{reading}\n    return frames\n"
    for part in range(4):
        yield f"src/{package}/features_{part}.py", "".join(_BODY.format(n=n) for n in range(1, 6))
        yield f"src/{package}/model_{part}.py", "import pandas as pd\n" + "".join(_BODY.format(n=n) for n in range(4))
    for part in range(3):
        yield f"tests/test_features_{part}.py", f"from {package} import features_{part}\n" + "# promise\n" * 20
    for part in ("explore", "validation"):
        yield f"notebooks/{part}.ipynb", _notebook(part, reads)
    yield "compose.yaml", "services:\n  serve:\n    image: scores\n" + "    # how it is served\n" * 10


def _notebook(title: str, reads: list[str]) -> str:
    sources = [f"# {title}", *(f'paddock.read("{name}")' for name in reads), *(f"frame_{i} = {i}" for i in range(12))]
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "outputs": [], "execution_count": None, "source": [source]}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
