"""Checks that what a project declares and what its code does are the same."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from paddock.data.catalogue import Catalogue, load_catalogue
from paddock.errors import PaddockError
from paddock.project import Project, Workspace, load_project

from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look

_MANIFEST = "pyproject.toml"
_OWN = "paddock"
_TASK_BASES = ("Task", "DatasetTask")


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
        yield Look(_MANIFEST, fault, "Remove it, or write the name alone.")


def writes_its_datasets(files: ProjectFiles) -> Iterator[Look]:
    """Every dataset of the catalogue is written by one task, and every task's dataset is in the catalogue."""
    catalogue = _catalogue(files)
    if isinstance(catalogue, PaddockError):
        return
    owned = {contract.dataset.partition(".")[2] for contract in catalogue.owned_by(files.name)}
    written = [(name, place) for name, place in _written(files)]
    for dataset in sorted(owned):
        writers = [place for name, place in written if name == dataset]
        fault = "" if len(writers) == 1 else f"dataset {dataset!r} is written by {len(writers)} tasks; expected one"
        yield Look("catalog.toml", fault, f'Give one DatasetTask: dataset = "{dataset}"')
    for name, place in written:
        fault = "" if name in owned else f"writes {name!r}, which catalog.toml does not declare"
        yield Look(place, fault, "Declare it, or mend the name.")


def reads_what_it_may(files: ProjectFiles) -> Iterator[Look]:
    """Every dataset that code or notebooks read is the project's own or declared in `reads`, which names no other."""
    catalogue, project = _catalogue(files), _project(files)
    if isinstance(catalogue, PaddockError) or isinstance(project, PaddockError):
        return
    allowed = {contract.dataset for contract in catalogue.owned_by(files.name)} | set(project.reads)
    texts = {node.value for _, tree in files.trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for place, tree in files.trees():
        for dataset in _read(tree):
            name = dataset if "." in dataset else f"{files.name}.{dataset}"
            fault = "" if name in allowed else f"reads {dataset!r}, which is neither the project's own nor in `reads`"
            yield Look(place, fault, f"Mend the name, or add it to `reads` in {_MANIFEST}.")
    for dataset in project.reads:
        fault = "" if dataset in texts else f"reads names {dataset!r}, which nothing reads"
        yield Look(_MANIFEST, fault, "Remove it.")


def uses_every_task(files: ProjectFiles) -> Iterator[Look]:
    """Every task is required by another one or is the pipeline, so that it is built."""
    pipeline = files.settings.get("pipeline", "").partition(":")[2]
    sources = {path: tree for path, tree in files.modules.items() if path.startswith("src/")}
    tasks = [(path, node) for path, tree in sources.items() for node in _tasks(tree)]
    called = {
        ast.unparse(call.func).rpartition(".")[2]
        for tree in sources.values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
    }
    for path, node in tasks:
        fault = "" if node.name in called | {pipeline} else f"task {node.name} is required by no other"
        yield Look(f"{path}:{node.lineno}", fault, "Require it where it is needed, or remove it.")


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
    """Top-level name and line of each absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0], node.lineno


def _tasks(tree: ast.Module) -> list[ast.ClassDef]:
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [node for node in classes if any(ast.unparse(base) in _TASK_BASES for base in node.bases)]


def _written(files: ProjectFiles) -> Iterator[tuple[str, str]]:
    """Name and place of each dataset that a task of the project writes."""
    for path, tree in files.modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "DatasetTask" for base in node.bases):
                names = [
                    part.value.value
                    for part in node.body
                    if isinstance(part, ast.Assign)
                    and ast.unparse(part.targets[0]) == "dataset"
                    and isinstance(part.value, ast.Constant)
                ]
                yield str(names[0]) if names else "", f"{path}:{node.lineno}"


def _read(tree: ast.Module) -> Iterator[str]:
    """The datasets that a module or cell names in calls of `paddock.read`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "paddock.read" and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value
