"""Loading a project's pipeline class, afresh from its sources."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from paddock.errors import CodeError, ConfigurationError, nearest
from paddock.pipelines.task import Task
from paddock.project import Project


@contextlib.contextmanager
def loaded(project: Project) -> Iterator[type[Task]]:
    """The class that the project's `pipeline` names, while its modules can be imported.

    Modules are compiled from their sources, never taken from an earlier load or from cached bytecode:
    what runs is what the code digests saw. Raises CodeError for a module that cannot be imported,
    ConfigurationError when the class is missing or no Task.
    """
    _forget(project.package)
    finder = _Finder(project)
    sys.meta_path.insert(0, finder)
    # Also as a plain folder, for processes that a task starts.
    sys.path.insert(0, str(project.source))
    try:
        yield _pipeline_class(project)
    finally:
        sys.meta_path.remove(finder)
        sys.path.remove(str(project.source))


def place_of(error: BaseException, source: Path) -> str:
    """File and line of the innermost frame below the folder `source`, or nothing."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}: "
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(source))]
    return f"{frames[-1].filename}:{frames[-1].lineno}: " if frames else ""


def described(error: BaseException) -> str:
    """The exception in one line."""
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class _SourceLoader(importlib.machinery.SourceFileLoader):
    """Compiles from the source each time: cached bytecode is matched by time and size only."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of one project's package."""

    def __init__(self, project: Project) -> None:
        self._package = project.package
        self._source = str(project.source)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a module of the package, or None for all others."""
        if fullname.split(".")[0] != self._package:
            return None
        for folder in path or [self._source]:
            spec = importlib.machinery.FileFinder(folder, (_SourceLoader, [".py"])).find_spec(fullname)
            if spec is not None:
                return spec
        return None


def _forget(package: str) -> None:
    """Drop what an earlier load left: modules, luigi's registered classes of any project, luigi's instances."""
    from luigi.task_register import Register

    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    # Two projects may both have a task called `Pipeline`; to luigi, one process has one.
    Register._reg = [found for found in Register._reg if not _is_of_a_project(found)]
    Register.clear_instance_cache()


def _is_of_a_project(found: type) -> bool:
    return issubclass(found, Task) and found.__module__.split(".")[0] != "paddock"


def _pipeline_class(project: Project) -> type[Task]:
    where = f"{project.folder / 'pyproject.toml'}: [tool.paddock] pipeline"
    if not project.pipeline:
        raise ConfigurationError(f"{where}: is missing, so there are no tasks", "Name a package and a pipeline.")
    module_name, colon, class_name = project.pipeline.partition(":")
    if not colon or module_name.split(".")[0] != project.package:
        raise ConfigurationError(
            f"{where}: expected '{project.package}.MODULE:CLASS', got '{project.pipeline}'",
            f'Write, for instance: pipeline = "{project.package}.tasks:Pipeline"',
        )
    module = _imported(project, module_name, where)
    found: Any = getattr(module, class_name, None)
    if found is None:
        tasks = [name for name, value in vars(module).items() if isinstance(value, type) and issubclass(value, Task)]
        raise ConfigurationError(f"{where}: {module_name} has no class '{class_name}'", nearest(class_name, tasks))
    if not isinstance(found, type) or not issubclass(found, Task):
        raise ConfigurationError(
            f"{where}: expected a subclass of paddock.pipelines.Task, got {found!r}", "Derive the class from Task."
        )
    return found


def _imported(project: Project, name: str, where: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and name.startswith(error.name):
            raise ConfigurationError(
                f"{where}: there is no module '{name}' below {project.source}", "Mend the name, or add the file."
            ) from error
        raise CodeError(
            f"{place_of(error, project.source)}{name} cannot be imported: {described(error)}", "Mend that line."
        ) from error
