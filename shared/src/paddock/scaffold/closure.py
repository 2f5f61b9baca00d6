"""The hashed requirements of one project's image: what it needs of the workspace's lock, and nothing else."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from paddock.errors import ConfigurationError, nearest
from paddock.project import Workspace, find_workspace, read_toml, table_at

FILE = "requirements.txt"
_LOCK = "poetry.lock"
_OWN = "paddock"
_PYTHONS = ("3.11", "3.12", "3.13")
_HASHES = re.compile(r"^files = \[\n(?:    .*\n)*\]\n", re.MULTILINE)
_HEADER = "# What this project's image installs, from the workspace's lock, with hashes. Made by: make lock\n"
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*==[^ ]+)(?: ; (.*?))? *(\\)?\n")

Environment = Mapping[str, str]
# A package, and the extra of it that is needed; "" for the package itself.
Node = tuple[str, str]


@dataclass(frozen=True)
class Pin:
    """One locked package as the export names it: `name==version`, where it applies, and the lines of its hashes."""

    requirement: str
    marker: str
    hashes: str


@dataclass(frozen=True)
class Lock:
    """The workspace's lock, by name: the locked packages and their pins; and the `[project]` table of `shared`.

    A name has more than one of them where platforms or Pythons need different versions.
    """

    packages: Mapping[str, Sequence[Mapping[str, Any]]]
    pins: Mapping[str, Sequence[Pin]]
    own: Mapping[str, Any]


def load_lock(workspace: Workspace) -> Lock | None:
    """The lock of `workspace`, or nothing where there is none."""
    files = [workspace.root / name for name in (_LOCK, FILE, "shared/pyproject.toml")]
    if not all(file.exists() for file in files):
        return None
    return _load(*((file.resolve(), file.stat().st_mtime_ns) for file in files))


@cache
def _load(lock: tuple[Path, int], export: tuple[Path, int], shared: tuple[Path, int]) -> Lock:
    """The lock in three files, each with the time of its last change, so that it is read once until one changes."""
    packages: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for package in _locked(lock[0]):
        packages[canonicalize_name(package["name"])].append(package)
    own = table_at(shared[0], read_toml(shared[0]), "project")
    return Lock(dict(packages), _pins(export[0].read_text(encoding="utf-8")), own)


def write_requirements(project: Path) -> None:
    """Write the requirements file into the folder `project`, where it lies in a workspace that has a lock."""
    try:
        workspace = find_workspace(project)
    except ConfigurationError:
        # Baked elsewhere, to look at it: there is no lock to take from.
        return
    if lock := load_lock(workspace):
        (project / FILE).write_text(requirements_of(project, lock), encoding="utf-8")


def requirements_of(project: Path, lock: Lock) -> str:
    """The text of the requirements file of the project in the folder `project`.

    A package that only some of the supported Pythons need says so; what only other platforms need is left out.
    Raises ConfigurationError for a dependency that is no requirement or that the lock does not hold.
    """
    wanted = [_known(text, project / "pyproject.toml", lock) for text in _dependencies_of(project)]
    graph = _Graph(lock)
    needed: dict[Pin, set[str]] = defaultdict(set)
    for environment in _environments():
        for name in _closure(wanted, graph, environment):
            for pin in lock.pins.get(name, ()):
                if _applies(pin.marker, environment):
                    needed[pin].add(environment["python_version"])
    lines = (_line(pin, pythons) for pin, pythons in needed.items())
    return _HEADER + "".join(sorted(lines))


def _locked(path: Path) -> list[Mapping[str, Any]]:
    # Without the tables of hashes, nine tenths of the text, which the export has as well.
    text = _HASHES.sub("", path.read_text(encoding="utf-8"))
    return list(tomllib.loads(text)["package"])


def _dependencies_of(project: Path) -> list[str]:
    manifest = project / "pyproject.toml"
    return list(table_at(manifest, read_toml(manifest), "project").get("dependencies", []))


def _known(text: str, manifest: Path, lock: Lock) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ConfigurationError(
            f"{manifest}: [project] dependencies: {text!r} is no requirement: {error}", 'Write, for instance: "pandas"'
        ) from error
    name = canonicalize_name(requirement.name)
    if name != _OWN and name not in lock.packages:
        raise ConfigurationError(
            f"{manifest}: [project] dependencies: '{requirement.name}' is not in the workspace's lock. "
            + nearest(name, (*lock.packages, _OWN)),
            "Add it to [tool.poetry.group.projects.dependencies] of the workspace's pyproject.toml, then: make lock",
        )
    return requirement


def _closure(wanted: Sequence[Requirement], graph: _Graph, environment: Environment) -> set[str]:
    """The names of all packages that `wanted` leads to in `environment`."""
    found: set[Node] = set()
    ahead = [node for requirement in wanted for node in _nodes(requirement)]
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += [needed for needed, marker in graph[node] if _applies(marker, environment)]
    return {name for name, _ in found}


class _Graph(dict[Node, "list[tuple[Node, str]]"]):
    """What each node needs, and where; each is looked up in the lock once."""

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._lock = lock

    def __missing__(self, node: Node) -> list[tuple[Node, str]]:
        edges = _edges(*node, self._lock)
        self[node] = [(needed, marker) for requirement, marker in edges for needed in _nodes(requirement)]
        return self[node]


def _nodes(requirement: Requirement) -> list[Node]:
    name = str(canonicalize_name(requirement.name))
    return [(name, extra) for extra in ("", *sorted(requirement.extras))]


def _edges(name: str, extra: str, lock: Lock) -> Iterator[tuple[Requirement, str]]:
    """What a package needs for itself, or for one of its extras, and where."""
    if name == _OWN:
        texts = lock.own.get("optional-dependencies", {}).get(extra, []) if extra else lock.own["dependencies"]
        yield from ((Requirement(text), "") for text in texts)
        return
    for package in lock.packages.get(name, ()):
        if extra:
            # Such as "pyyaml (>=5.1) ; python_version >= '3.10'": the lock has chosen the version.
            for text in package.get("extras", {}).get(extra, []):
                wanted, _, marker = text.partition(" ; ")
                yield Requirement(wanted.split(" ")[0]), marker
        else:
            yield from _always(package)


def _always(package: Mapping[str, Any]) -> Iterator[tuple[Requirement, str]]:
    """What a locked package needs without any extra; a dependency has one table, or one for each platform."""
    for name, facts in package.get("dependencies", {}).items():
        for fact in facts if isinstance(facts, list) else [facts]:
            table = {} if isinstance(fact, str) else fact
            if not table.get("optional"):
                extras = ",".join(table.get("extras", []))
                yield Requirement(f"{name}[{extras}]" if extras else name), table.get("markers", "")


def _pins(export: str) -> dict[str, list[Pin]]:
    """The pins of an export by name."""
    found: dict[str, list[Pin]] = defaultdict(list)
    lines = export.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if _PIN.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = _PIN.match(lines[start])
        assert match is not None
        found[canonicalize_name(match[1].split("==")[0])].append(
            Pin(match[1], match[2] or "", "".join(lines[start + 1 : end]))
        )
    return dict(found)


def _line(pin: Pin, pythons: set[str]) -> str:
    where = " or ".join(f'python_version == "{python}"' for python in sorted(pythons))
    return f"{pin.requirement}{'' if pythons == set(_PYTHONS) else f' ; {where}'} \\\n{pin.hashes}"


def _environments() -> Iterator[Environment]:
    """Where images run: Linux and a current release of CPython, as base images have it."""
    for python, machine in product(_PYTHONS, ("x86_64", "aarch64")):
        yield {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.99",
            "os_name": "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{python}.99",
            "python_version": python,
            "sys_platform": "linux",
            "extra": "",
        }


def _applies(marker: str, environment: Environment) -> bool:
    return not marker or _marker(marker).evaluate(dict(environment))


@cache
def _marker(text: str) -> Marker:
    return Marker(text)
