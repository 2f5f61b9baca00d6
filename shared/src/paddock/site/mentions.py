"""Mentions: which files of a project name a dataset, so that a page can say who writes and who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from paddock.project import Project

_LARGEST_FILE = 5_000_000
# A dataset's whole name in quotes, which a notebook's JSON escapes; and how a task says what it writes.
_NAMED = re.compile(r"""\\?["']([a-z][a-z0-9-]*\.[A-Za-z_][A-Za-z0-9_]*)\\?["']""")
_WRITTEN = re.compile(r"""^[ \t]+dataset\s*(?::[^=\n]+)?=\s*["']([A-Za-z_][A-Za-z0-9_]*)["']""", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Mention:
    """A file of a project, relative to its folder, and the line (0 in a notebook) that names the dataset."""

    project: str
    file: str
    line: int


@dataclass(frozen=True)
class Mentions:
    """Who names a dataset by its whole name, and which tasks say that they write it."""

    named: dict[str, tuple[Mention, ...]]
    written: dict[str, tuple[Mention, ...]]


def read_mentions(project: Project) -> Mentions:
    """The mentions in the code and the notebooks of one project; what cannot be read mentions nothing."""
    named: dict[str, set[Mention]] = {}
    written: dict[str, set[Mention]] = {}
    for path in _files(project):
        try:
            if path.stat().st_size > _LARGEST_FILE:
                continue
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        file = path.relative_to(project.folder).as_posix()
        for match in _NAMED.finditer(text):
            named.setdefault(match[1], set()).add(_mention(project, file, text, match))
        for match in _WRITTEN.finditer(text) if path.suffix == ".py" else ():
            written.setdefault(f"{project.name}.{match[1]}", set()).add(_mention(project, file, text, match))
    return Mentions(_sorted(named), _sorted(written))


def _files(project: Project) -> Iterator[Path]:
    yield from sorted(project.source.rglob("*.py"))
    for name in project.notebooks:
        path = project.folder / name
        if path.resolve().is_relative_to(project.folder.resolve()):
            yield path


def _mention(project: Project, file: str, text: str, match: re.Match[str]) -> Mention:
    line = 0 if file.endswith(".ipynb") else text.count("\n", 0, match.start(1)) + 1
    return Mention(project.name, file, line)


def _sorted(found: dict[str, set[Mention]]) -> dict[str, tuple[Mention, ...]]:
    return {dataset: tuple(sorted(mentions)) for dataset, mentions in found.items()}
