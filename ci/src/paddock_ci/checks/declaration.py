"""Checks that what a project declares and what its code does are the same."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from paddock.data.catalogue import Catalogue, load_catalogue
from paddock.errors import PaddockError
from paddock.project import Project, Workspace, load_project

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_MANIFEST = "pyproject.toml"
_OWN = "paddock"
_IMPORTING = ("importlib.import_module", "import_module", "__import__")
_SEARCHING = ("sys.path.insert", "sys.path.append", "sys.path.extend", "site.addsitedir")


def loads(files: ProjectFiles) -> Iterator[Look]:
    """The project's declaration and catalogue load, and every dataset that it declares to read exists."""
    project = _project(files)
    if isinstance(project, PaddockError):
        yield Look(_MANIFEST, project.message, project.remedy)
        return
    yield Look(_MANIFEST)
    catalogue = _catalogue(files)
    if isinstance(catalogue, PaddockError):
        yield Look("catalog.toml", catalogue.message, catalogue.remedy)
        return
    for dataset in project.reads:
        fault = "" if dataset in catalogue.contracts else f"reads {dataset!r}, which no project writes"
        yield Look(_MANIFEST, fault, "Name a dataset that `paddock data list` shows.")


def names_what_exists(files: ProjectFiles) -> Iterator[Look]:
    """The package, the pipeline and the notebooks that `[tool.paddock]` names exist."""
    package, pipeline = files.settings.get("package", ""), files.settings.get("pipeline", "")
    if package:
        init = f"src/{package}/__init__.py"
        yield _exists(files, init, f"package {package!r} has no {init}")
    if pipeline:
        module, _, name = pipeline.partition(":")
        path = f"src/{module.replace('.', '/')}.py"
        tree = files.modules.get(path)
        classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)} if tree else set()
        fault = "" if name in classes else f"pipeline {pipeline!r}: {path} has no class {name!r}"
        yield Look(_MANIFEST, fault, "Name the module and class of the pipeline's last task.")
    for script, target in files.manifest.get("project", {}).get("scripts", {}).items():
        module = str(target).partition(":")[0].replace(".", "/")
        is_there = any(f"src/{module}{end}" in files.paths for end in (".py", "/__init__.py"))
        fault = "" if is_there else f"script {script!r}: no module {str(target).partition(':')[0]!r} in src"
        yield Look(_MANIFEST, fault, "Name a module and a function of the package.")
    for notebook in files.settings.get("notebooks", []):
        yield _exists(files, notebook, f"notebooks names {notebook!r}, which does not exist")
    folders = files.manifest.get("tool", {}).get("pytest", {}).get("ini_options", {}).get("pythonpath", [])
    for folder in folders:
        yield _exists(files, folder, f"pythonpath names {folder!r}, which does not exist")


def declares_every_import(files: ProjectFiles) -> Iterator[Look]:
    """Every package that the code imports is declared as a dependency or its own, so that the image has it."""
    declared = {name for requirement in _requirements(files) for name in (canonicalize_name(requirement.name),)}
    # What the tests need comes with the workspace; images have no tests.
    development = {"pytest", "hypothesis"}
    for place, tree in files.trees():
        for name, line in _imports(tree):
            distributions = {canonicalize_name(found) for found in _distributions().get(name, [])}
            own = name in (files.settings.get("package"), _OWN) or name in sys.stdlib_module_names
            allowed = declared | (development if place.startswith("tests/") else set())
            where = place if " cell " in place else f"{place}:{line}"
            if own or distributions & allowed:
                yield Look(where)
            elif not distributions:
                yield Look(where, f"imports {name!r}, which no installed package brings", "Mend the name.")
            else:
                needed = sorted(distributions)[0]
                yield Look(where, f"imports {name!r}; {needed} is no dependency", f"Add it to {_MANIFEST}.")
    for path, tree in files.modules.items():
        for node in ast.walk(tree) if path.startswith("src/") else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _SEARCHING:
                remedy = "Import what is declared, or what the package has; projects meet at datasets."
                yield Look(f"{path}:{node.lineno}", "changes where Python looks for modules", remedy)


def imports_every_dependency(files: ProjectFiles) -> Iterator[Look]:
    """Every declared dependency is imported somewhere, and is a requirement that names a locked package loosely."""
    imported = {name for _, tree in files.trees() for name, _ in _imports(tree)}
    distributions = {canonicalize_name(found) for name in imported for found in _distributions().get(name, [])}
    for text in files.manifest.get("project", {}).get("dependencies", []):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            yield Look(_MANIFEST, f"{text!r} is no requirement", 'Write, for instance: "pandas"')
            continue
        name = canonicalize_name(requirement.name)
        fault = "" if name == _OWN or name in distributions else f"depends on {name}, which nothing imports"
        if any(specifier.operator in ("==", "===") for specifier in requirement.specifier):
            fault = f"pins {text!r}; the workspace's lock says which version"
        fault = fault or _never_whole(requirement)
        yield Look(_MANIFEST, fault, "Remove it, or write the name alone.")


def keeps_its_schedule(files: ProjectFiles) -> Iterator[Look]:
    """A schedule names real times, and says by when the run must be done; the deadline comes before the next run."""
    from datetime import UTC, datetime

    from croniter import CroniterError, croniter

    schedule, deadline = files.settings.get("schedule", ""), files.settings.get("deadline_minutes", 0)
    if not schedule:
        fault = f"deadline_minutes is {deadline}, but there is no schedule" if deadline else ""
        yield Look(_MANIFEST, fault, 'Add, for instance: schedule = "0 5 * * *"')
        return
    try:
        times = croniter(schedule, datetime(2026, 1, 1, tzinfo=UTC))
        first, second = times.get_next(datetime), times.get_next(datetime)
    except (CroniterError, TypeError, AttributeError) as error:
        yield Look(_MANIFEST, f"schedule {schedule!r} names no time: {error}", 'Write: schedule = "0 5 * * *"')
        return
    between = (second - first).total_seconds() / 60
    legal = isinstance(deadline, int) and 0 < deadline <= between
    fault = "" if legal else f"deadline_minutes is {deadline!r}; expected 1 to {between:.0f}, the time between two runs"
    yield Look(_MANIFEST, fault, "Say how long after its schedule a run must be done.")


def _never_whole(requirement: Requirement) -> str:
    """Why a requirement is installed nowhere, or without an extra that it asks for."""
    pythons = [{"python_version": python, "python_full_version": f"{python}.0"} for python in ("3.11", "3.12", "3.13")]
    if requirement.marker and not any(requirement.marker.evaluate(python) for python in pythons):
        return f"asks for '{requirement}', which no Python installs"
    try:
        told = metadata(requirement.name).get_all("Provides-Extra") or []
    except PackageNotFoundError:
        return ""
    unknown = {canonicalize_name(extra) for extra in requirement.extras} - {canonicalize_name(extra) for extra in told}
    return f"asks for the extra '{min(unknown)}', which {requirement.name} has not" if unknown else ""


def _exists(files: ProjectFiles, path: str, fault: str) -> Look:
    return Look(_MANIFEST, "" if (files.folder / path).exists() else fault, "Mend the path, or add the file.")


def _project(files: ProjectFiles) -> Project | PaddockError:
    try:
        return load_project(Workspace(files.root), files.name)
    except PaddockError as error:
        return error


def _catalogue(files: ProjectFiles) -> Catalogue | PaddockError:
    try:
        return load_catalogue(Workspace(files.root))
    except PaddockError as error:
        return error


def _requirements(files: ProjectFiles) -> Iterator[Requirement]:
    for text in files.manifest.get("project", {}).get("dependencies", []):
        try:
            yield Requirement(text)
        except InvalidRequirement:
            continue


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Top-level name and line of each absolute import, those by a call too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0], node.lineno
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in _IMPORTING:
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(name, str) and name[:1].isalpha():
                yield name.split(".")[0], node.lineno
