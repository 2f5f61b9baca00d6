"""The facts of one project that checks look at, each read once."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from paddock.errors import ConfigurationError
from paddock.project import read_toml

# What tools leave behind; nobody commits it.
_LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
_MEASURING = ("%%time", "%%timeit", "%%prun")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A code cell: its number from 1 among all cells, its tags, its source, and its syntax tree without magics."""

    number: int
    tags: tuple[str, ...]
    source: str
    tree: ast.Module


@dataclass(frozen=True)
class ShellBlock:
    """A shell block of a Markdown file, with the line on which its first command stands."""

    line: int
    text: str


class ProjectFiles:
    """The files of the project at `folder`, in the workspace at `root`; each is read and parsed once.

    A file that does not parse is left out of `modules`, `notebooks` and `manifest`: one check says so, once.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.folder = folder

    @property
    def name(self) -> str:
        """The project's name, which is its folder's."""
        return self.folder.name

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """All files that would be committed, as paths relative to the project's folder, sorted."""
        found = (path.relative_to(self.folder) for path in self.folder.rglob("*") if not path.is_dir())
        return tuple(sorted(path.as_posix() for path in found if not _LEFT_BEHIND & set(path.parts)))

    def text(self, path: str) -> str:
        """The text of a file; nothing where it is missing or no text."""
        try:
            return (self.folder / path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The document of `pyproject.toml`."""
        try:
            return read_toml(self.folder / "pyproject.toml")
        except ConfigurationError:
            return {}

    @property
    def settings(self) -> dict[str, Any]:
        """The table `[tool.paddock]`."""
        table = self.manifest.get("tool", {}).get("paddock", {})
        return table if isinstance(table, dict) else {}

    @cached_property
    def modules(self) -> dict[str, ast.Module]:
        """The syntax trees of all Python files."""
        found = ((path, _tree(self.text(path))) for path in self.paths if path.endswith(".py"))
        return {path: tree for path, tree in found if tree is not None}

    @cached_property
    def notebooks(self) -> dict[str, tuple[Cell, ...]]:
        """The code cells of all notebooks."""
        found = ((path, _cells(self.text(path))) for path in self.paths if path.endswith(".ipynb"))
        return {path: cells for path, cells in found if cells is not None}

    @cached_property
    def unexecuted(self) -> dict[str, tuple[tuple[int, str], ...]]:
        """Number and text of each Markdown and raw cell of all notebooks: what no kernel executes."""
        return {path: _unexecuted(self.text(path)) for path in self.notebooks}

    def shell_blocks(self, path: str) -> tuple[ShellBlock, ...]:
        """The blocks fenced as `sh` of a Markdown file."""
        text = self.text(path)
        return tuple(
            ShellBlock(text.count("\n", 0, match.start()) + 2, match[2])
            for match in _FENCE.finditer(text)
            if match[1] == "sh"
        )

    def trees(self) -> Iterator[tuple[str, ast.Module]]:
        """Place and syntax tree of every module and every code cell."""
        yield from self.modules.items()
        for path, cells in self.notebooks.items():
            yield from ((f"{path} cell {cell.number}", cell.tree) for cell in cells)


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def _cells(text: str) -> tuple[Cell, ...] | None:
    """The code cells of a notebook's text, or nothing where it is none or a cell does not parse."""
    try:
        cells = json.loads(text)["cells"]
        found = [
            (number, tuple(cell.get("metadata", {}).get("tags", ())), "".join(cell["source"]))
            for number, cell in enumerate(cells, 1)
            if cell["cell_type"] == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    trees = [_tree(without_magics(source)) for _, _, source in found]
    if any(tree is None for tree in trees):
        return None
    return tuple(Cell(*facts, tree) for facts, tree in zip(found, trees, strict=True) if tree is not None)


def _unexecuted(text: str) -> tuple[tuple[int, str], ...]:
    cells = enumerate(json.loads(text)["cells"], 1)
    return tuple((number, "".join(cell["source"])) for number, cell in cells if cell["cell_type"] != "code")


def without_magics(source: str) -> str:
    """The Python of a cell: lines of IPython's own syntax are blank, a cell of another language is empty.

    A cell whose magic only measures the Python below it is that Python.
    """
    if source.lstrip().startswith("%%") and source.split()[0] not in _MEASURING:
        return ""
    lines = ("" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines())
    return "\n".join(lines)
