"""Building a pipeline: exactly the tasks run whose identity has no stored result yet."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import luigi

from paddock.data.session import Session
from paddock.data.versions import Version
from paddock.errors import CodeError, ConfigurationError, PaddockError, ToolError, nearest
from paddock.pipelines.dataset_task import DatasetTask
from paddock.pipelines.loading import described, loaded, place_of
from paddock.pipelines.task import Task
from paddock.pipelines.tree import check_datasets, tasks_of
from paddock.project import Project


@dataclass(frozen=True)
class TaskOutcome:
    """A task, and whether it ran or had its stored result used again; time in seconds."""

    name: str
    identity: str
    status: Literal["ran", "reused"]
    seconds: float


@dataclass(frozen=True)
class BuildResult:
    """What became of each task, in an order of dependency; the version of each dataset that the pipeline writes."""

    tasks: tuple[TaskOutcome, ...]
    versions: Mapping[str, Version]


# Told the task, what it does, and for how many seconds it did.
Listener = Callable[[str, Literal["working", "ran", "reused"], float], None]


def parameter_names(project: Project) -> tuple[str, ...]:
    """The names of the pipeline's own parameters."""
    with loaded(project) as pipeline:
        return tuple(_parameters(pipeline))


def checked_parameters(project: Project, values: Mapping[str, str]) -> dict[str, Any]:
    """The texts `values` as the pipeline's parameters; raises ConfigurationError for unknown names and wrong types."""
    with loaded(project) as pipeline:
        return _checked(pipeline, values)


def run_pipeline(
    project: Project, session: Session, parameters: Mapping[str, str], on_event: Listener | None = None
) -> BuildResult:
    """Build the project's pipeline inside the active session; tell `on_event` what starts and ends.

    Raises ConfigurationError for wrong parameters, requirements or datasets, CodeError naming task, file and
    line when a task raises. Results of tasks that ended before stay.
    """
    with loaded(project) as pipeline:
        root = root_task(pipeline, parameters)
        tasks = tasks_of(root)
        check_datasets(tasks, session)
        for task in tasks:
            # Here, where its errors are heard: luigi would only log them.
            task.make_unique_id()
        tell = on_event or (lambda name, status, seconds: None)
        watch = _Watch(project, tell)
        with _quiet(), watch.listening():
            # The root's identity stands for all of them, yet a dataset's version could be gone.
            writers = [task for task in tasks if isinstance(task, DatasetTask)]
            luigi.build([*writers, root], workers=1, local_scheduler=True, no_lock=True, log_level="CRITICAL")
        watch.raise_first()
        if not root.complete():
            raise ToolError(f"{project.name}: the pipeline did not complete, and no task says why", "Run it again.")
        outcomes = tuple(watch.outcomes.get(task.task_id) or _reused(task) for task in tasks)
        for outcome in outcomes:
            if outcome.status == "reused":
                tell(outcome.name, "reused", 0.0)
        return BuildResult(outcomes, {version.dataset: version for version in map(_version(session), writers)})


class _Watch:
    """Listens to luigi's events: it tells of failures in no other way."""

    def __init__(self, project: Project, listener: Listener) -> None:
        self.outcomes: dict[str, TaskOutcome] = {}
        self._project = project
        self._listener = listener
        self._begun: dict[str, float] = {}
        self._failures: list[tuple[Task, BaseException]] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Listen inside the block."""
        handlers = {
            luigi.Event.START: self._start,
            luigi.Event.SUCCESS: self._success,
            luigi.Event.FAILURE: self._failure,
            luigi.Event.BROKEN_TASK: self._failure,
        }
        for event, handler in handlers.items():
            Task.event_handler(event)(handler)
        try:
            yield
        finally:
            for event, handler in handlers.items():
                Task.remove_event_handler(event, handler)

    def raise_first(self) -> None:
        """Raise what made the first task fail, as an error that names the task."""
        if not self._failures:
            return
        task, error = self._failures[0]
        name = task.get_task_family()
        if isinstance(error, PaddockError):
            raise type(error)(f"task {name}: {error.message}", error.remedy) from error
        raise CodeError(
            f"task {name} failed: {place_of(error, self._project.source)}{described(error)}",
            "Mend the code and run again; results of the tasks before it are kept.",
        ) from error

    def _start(self, task: Task) -> None:
        self._begun[task.task_id] = time.perf_counter()
        self._listener(task.get_task_family(), "working", 0.0)

    def _success(self, task: Task) -> None:
        seconds = time.perf_counter() - self._begun[task.task_id]
        outcome = TaskOutcome(task.get_task_family(), task.make_unique_id(), "ran", seconds)
        self.outcomes[task.task_id] = outcome
        self._listener(outcome.name, "ran", seconds)

    def _failure(self, task: Task, error: BaseException) -> None:
        self._failures.append((task, error))


def _parameters(pipeline: type[Task]) -> dict[str, luigi.Parameter]:
    inherited = {name for name, _ in Task.get_params()}
    return {name: parameter for name, parameter in pipeline.get_params() if name not in inherited}


def _checked(pipeline: type[Task], values: Mapping[str, str]) -> dict[str, Any]:
    known = _parameters(pipeline)
    checked = {}
    for name, text in values.items():
        if name not in known:
            raise ConfigurationError(f"unknown parameter '{name}'", nearest(name, known))
        kind = type(known[name]).__name__.removesuffix("Parameter").lower() or "text"
        try:
            checked[name] = known[name].parse(text)
            known[name].serialize(checked[name])
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(
                f"parameter '{name}': expected {kind}, got '{text}'", f"Write, for instance: -p {name}=…"
            ) from error
    return checked


def root_task(pipeline: type[Task], parameters: Mapping[str, str]) -> Task:
    """The pipeline's task with the texts `parameters` as its own; raises ConfigurationError for wrong ones."""
    values = _checked(pipeline, parameters)
    try:
        return pipeline(**values)
    except luigi.parameter.MissingParameterException as error:
        raise ConfigurationError(f"{pipeline.__name__}: {error}", "Give the parameter: -p NAME=VALUE") from error


def _reused(task: Task) -> TaskOutcome:
    return TaskOutcome(task.get_task_family(), task.make_unique_id(), "reused", 0.0)


def _version(session: Session) -> Callable[[DatasetTask], Version]:
    def find(task: DatasetTask) -> Version:
        version = session.store.find(session.qualified(task.dataset), task.version_number())
        assert version is not None, "a complete DatasetTask has its version"
        return version

    return find


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """luigi logs each step, also of other libraries' doing; a run has its own progress."""
    logger = logging.getLogger("luigi-interface")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
