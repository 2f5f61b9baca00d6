"""Checks of the table `[project]`: what a project is called, and what it needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from paddock.errors import PaddockError
from paddock.project import Workspace, read_toml
from paddock.scaffold.closure import Lock, load_lock

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_MANIFEST = "pyproject.toml"
_PLACEHOLDER = re.compile(r"\b(TODO|TBD|FIXME|XXX|lorem ipsum|to be written)\b|^\W*$", re.IGNORECASE)
_BASE = re.compile(r"^ARG\s+BASE=[^\s:]*python:(\d+\.\d+(?:\.\d+)?)", re.MULTILINE)
_PYTHONS = [f"2.{minor}" for minor in (6, 7)] + [f"3.{minor}" for minor in range(30)] + ["4.0"]

Faults = Iterator[tuple[str, str]]


def tells_what_it_needs(files: ProjectFiles) -> Iterator[Look]:
    """The table `[project]` tells name, version, description, Pythons and dependencies as they are."""
    faults = [*_identity(files), *_pythons(files), *_dependencies(files)]
    yield from (Look(_MANIFEST, fault, remedy) for fault, remedy in faults)
    if not faults:
        yield Look(_MANIFEST)


def _identity(files: ProjectFiles) -> Faults:
    table, settings = files.manifest.get("project", {}), files.settings
    if table.get("name") != files.name:
        yield f"the name is {table.get('name')!r}; expected {files.name!r}, the folder's", "Give both one name."
    try:
        Version(str(table.get("version", "")))
    except InvalidVersion:
        yield f"version is {table.get('version')!r}, which is no version", 'Write, for instance: version = "0.1.0"'
    told = {"description": table.get("description", ""), "owner": settings.get("owner", "-1")}
    for name, text in told.items():
        if _PLACEHOLDER.search(str(text)):
            yield f"{name} is {text!r}, which tells nothing", "Say it in one sentence of your own."
    twice = [name for name, times in Counter(settings.get("notebooks", [])).items() if times > 1]
    yield from ((f"notebooks names {name!r} twice", "Name it once.") for name in twice)


def _pythons(files: ProjectFiles) -> Faults:
    remedy = "Write the workspace's, as in its pyproject.toml."
    told = files.manifest.get("project", {}).get("requires-python")
    try:
        own = SpecifierSet(str(told or "none"))
    except InvalidSpecifier:
        yield f"requires-python is {told!r}; expected the Pythons that it runs on", remedy
        return
    base = _BASE.search(files.text("Dockerfile"))
    if base and not own.contains(base[1] if base[1].count(".") > 1 else f"{base[1]}.0"):
        yield f"requires-python is {told!r}, but the image has Python {base[1]}", "Let one of them follow the other."
    allowed = _workspace_pythons(files)
    wider = [python for python in _PYTHONS if allowed and own.contains(python) and not allowed.contains(python)]
    if wider:
        yield f"requires-python {told!r} allows {wider[0]}, which the workspace's lock does not", remedy


def _workspace_pythons(files: ProjectFiles) -> SpecifierSet | None:
    try:
        return SpecifierSet(read_toml(files.root / _MANIFEST)["project"]["requires-python"])
    except (PaddockError, KeyError, TypeError, InvalidSpecifier):
        return None


def _dependencies(files: ProjectFiles) -> Faults:
    lock = _lock(files)
    seen: set[str] = set()
    for text in files.manifest.get("project", {}).get("dependencies", []):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            # PD104 says so.
            continue
        name = canonicalize_name(requirement.name)
        if name in seen:
            yield f"depends on {name} twice", "Name it once."
        seen.add(name)
        if requirement.url:
            yield f"depends on {text!r}, which no lock vouches for", f'Write "{name}", and lock it in the workspace.'
        versions = [str(package["version"]) for package in lock.packages.get(name, ())] if lock else []
        if versions and not any(requirement.specifier.contains(version, prereleases=True) for version in versions):
            yield f"asks for {text!r}, but the lock has {name} {', '.join(versions)}", "Ask for what the lock can have."


def _lock(files: ProjectFiles) -> Lock | None:
    try:
        return load_lock(Workspace(files.root))
    except (PaddockError, OSError):
        return None
