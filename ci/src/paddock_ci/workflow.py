"""The workflows of a repository as their files say them, each with the lines of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from paddock_ci.yaml_text import Path, lines_of, load

FOLDER = ".github/workflows"
GITLAB = ".gitlab-ci.yml"
_LARGEST = 1_000_000


@dataclass(frozen=True)
class Part:
    """A part of a workflow: its place from the top, and what it says."""

    path: Path
    facts: dict[str, Any]

    def at(self, *path: str) -> Path:
        """The place of something in it."""
        return (*self.path, *path)


@dataclass(frozen=True)
class Workflow:
    """A file: its text, and what that says, or the `fault` for which it does not parse, with its line.

    `twice` are line and name of each key that stands twice.
    """

    path: str
    text: str
    fault: str = ""
    fault_line: int = 1
    document: Any = None
    twice: tuple[tuple[int, str], ...] = ()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What it says at its top; nothing where it is no mapping."""
        # To YAML 1.1, `on` is true.
        return {"on" if key is True else str(key): value for key, value in mapping(self.document).items()}

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return lines_of(self.text)

    def place(self, path: Path = ()) -> str:
        """The file with the line of something in it, or of the nearest part above that has one."""
        while path and path not in self._lines:
            path = path[:-1]
        return f"{self.path}:{self._lines[path] if path else 1}"

    @property
    def jobs(self) -> Iterator[Part]:
        """Its jobs, but for those that are none."""
        jobs = mapping(self.facts.get("jobs"))
        return (Part(("jobs", str(name)), job) for name, job in jobs.items() if isinstance(job, dict))

    def steps(self, job: Part) -> Iterator[Part]:
        """The steps of one of its jobs."""
        steps = job.facts.get("steps")
        for number, step in enumerate(steps if isinstance(steps, list) else ()):
            if isinstance(step, dict):
                yield Part(job.at("steps", str(number)), step)

    @property
    def triggers(self) -> set[str]:
        """The events that start it."""
        on = self.facts.get("on")
        return {on} if isinstance(on, str) else {str(name) for name in on} if isinstance(on, list | dict) else set()


def mapping(value: Any) -> dict[Any, Any]:
    """A mapping as it is, and an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def of_github(root: FilePath) -> list[Workflow]:
    """The workflows of GitHub in a repository, in the order of their names."""
    paths = sorted(path for ending in ("yml", "yaml") for path in (root / FOLDER).glob(f"*.{ending}"))
    return [_read(root, f"{FOLDER}/{path.name}") for path in paths if path.is_file()]


def of_gitlab(root: FilePath) -> list[Workflow]:
    """The pipeline of GitLab in a repository, if there is one."""
    return [_read(root, GITLAB)] if (root / GITLAB).is_file() else []


def _read(root: FilePath, name: str) -> Workflow:
    try:
        content = (root / name).read_bytes()
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        return Workflow(name, "", f"is no YAML: {error}")
    if len(content) > _LARGEST:
        return Workflow(name, "", f"has {len(content)} bytes; expected at most {_LARGEST}")
    return _parsed(name, _without_header(text))


# Each check asks again; nobody changes what it gets.
@lru_cache(maxsize=256)
def _parsed(name: str, text: str) -> Workflow:
    try:
        document, twice = load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(f"{error.context or ''} {error.problem or ''}".split())
        return Workflow(name, "", f"is no YAML: {said[:200]}", mark.line + 1 if mark else 1)
    except (ValueError, TypeError, yaml.YAMLError, RecursionError) as error:
        return Workflow(name, "", f"is no YAML: {' '.join(str(error).split())[:200]}")
    return Workflow(name, text, document=document, twice=twice)


def _without_header(text: str) -> str:
    """The text without the inputs that GitLab lets stand above a line of dashes; its lines stay where they are."""
    head, mark, rest = text.partition("\n---")
    has_header = bool(mark) and any(line.startswith("spec:") for line in head.splitlines())
    return "\n" * (head.count("\n") + 1) + "---" + rest if has_header else text
