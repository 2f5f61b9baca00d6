"""Places of findings: the file, line and cell that people are sent to."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from paddock_ci.repo.snapshot import PROJECTS

_CELL = re.compile(r"(?P<path>.+) cell (?P<cell>\d{1,9})(?::(?P<line>\d{1,9}))?", re.DOTALL)
_LINE = re.compile(r"(?P<path>.+):(?P<line>\d{1,9})", re.DOTALL)
_MANIFEST = "pyproject.toml"
# A key of JSON with its colon, another string, or what opens or closes an object or a list.
_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+")(?P<colon>\s*:)?|(?P<bracket>[{}\[\]])', re.DOTALL)


@dataclass(frozen=True)
class Place:
    """A path, and the line and cell in it, both from 1; 0 where none is named. In a cell, the line is the cell's."""

    path: str
    line: int = 0
    cell: int = 0

    @property
    def project(self) -> str:
        """The project that it lies in; empty for the workspace itself."""
        top, _, rest = self.path.partition("/")
        return rest.partition("/")[0] if top == PROJECTS else ""

    @property
    def within(self) -> str:
        """Where in the file, as people say it: `line 12`, `cell 4`, `cell 4 line 7`, or nothing."""
        cell = f"cell {self.cell}" if self.cell else ""
        line = f"line {self.line}" if self.line else ""
        return f"{cell} {line}".strip()


@dataclass(frozen=True)
class Spot:
    """A file that machines can mark, below the top of the clone, and a line in it."""

    path: str
    line: int = 1


def parsed(text: str, root: Path) -> Place:
    """What a finding's place says; a colon or the word `cell` may also belong to the name of a file below `root`."""
    readings = [Place(text), *_readings(text)]
    fits = (place for place in readings if _is_there(root / place.path))
    return next(fits, readings[-1])


def spot(place: Place, root: Path) -> Spot:
    """The file and line of a place that an annotation can stand at.

    A folder is shown at the nearest `pyproject.toml`, and so is what lies outside the workspace.
    """
    path = _relative(place.path, root)
    if not path or _is_folder(root / path):
        return Spot(_above(root) + _manifest(path, root))
    line = _line_of_cell(root / path, place.cell, place.line) if place.cell else place.line
    return Spot(_above(root) + path, max(line, 1))


def _readings(text: str) -> Iterator[Place]:
    """The ways to take a place apart, the likeliest last."""
    if found := _LINE.fullmatch(text):
        yield Place(found["path"], int(found["line"]))
    if found := _CELL.fullmatch(text):
        yield Place(found["path"], int(found["line"] or 0), int(found["cell"]))


def _relative(path: str, root: Path) -> str:
    """The path below the workspace, without detours; empty where it names nothing below it."""
    if path.startswith("/"):
        inside = PurePosixPath(path).is_relative_to(root.as_posix())
        path = PurePosixPath(path).relative_to(root.as_posix()).as_posix() if inside else ""
    found = posixpath.normpath(path)
    return "" if found in (".", "..") or found.startswith("../") else found


def _manifest(folder: str, root: Path) -> str:
    """The manifest that lies nearest above a folder, itself included."""
    above = [PurePosixPath(folder), *PurePosixPath(folder).parents]
    found = (path / _MANIFEST for path in above if _is_there(root / path / _MANIFEST))
    return next(found, PurePosixPath(_MANIFEST)).as_posix()


def _above(root: Path) -> str:
    """The folder of the workspace as seen from the top of the clone, with a slash; GitHub's paths begin at that top."""
    for top in (root, *root.parents):
        if _is_there(top / ".git"):
            return "" if top == root else f"{root.relative_to(top).as_posix()}/"
    return ""


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        # No name of a file: too long, or with characters that none may have.
        return False


def _is_folder(path: Path) -> bool:
    return _is_there(path) and path.is_dir()


def _line_of_cell(path: Path, cell: int, line: int) -> int:
    """The line of a notebook's file on which a line of a cell stands; 1 where the notebook has no such cell."""
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, ValueError):
        return 1
    lines = _cells(text).get(cell, ())
    return lines[min(max(line, 1), len(lines)) - 1] if lines else 1


@lru_cache(maxsize=8)
def _cells(text: str) -> dict[int, tuple[int, ...]]:
    """For each cell of a notebook's text, the line of the file on which each line of its source stands."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[int, list[int]] = {}
    line, seen = 1, 0
    for number, token in _sources(text):
        line += text.count("\n", seen, token.start())
        seen = token.start()
        # One string may hold several lines of the source: all of them stand on its line of the file.
        found.setdefault(number, []).extend([line] * max(len(json.loads(token["string"]).splitlines()), 1))
    return {number: tuple(lines) for number, lines in found.items()}


def _sources(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Number of the cell and token of each string that is, or is part of, the source of a cell."""
    depth, cell, top, key = 0, 0, "", ""
    for token in _TOKEN.finditer(text):
        if bracket := token["bracket"]:
            depth += 1 if bracket in "{[" else -1
            cell += bracket == "{" and depth == 3 and top == '"cells"'
        elif token["colon"]:
            top = token["string"] if depth == 1 else top
            key = token["string"] if depth == 3 else key
        elif depth in (3, 4) and (top, key) == ('"cells"', '"source"'):
            yield cell, token
