"""The tasks of a pipeline, found by following what each requires."""

from __future__ import annotations

from collections.abc import Sequence

from gokart.utils import flatten

from paddock.data.session import Session
from paddock.errors import ConfigurationError
from paddock.pipelines.dataset_task import DatasetTask
from paddock.pipelines.task import Task


def tasks_of(root: Task) -> tuple[Task, ...]:
    """All tasks that `root` needs and itself, each after what it requires; raises ConfigurationError for a cycle."""
    found: dict[str, Task] = {}
    _visit(root, (), found)
    return tuple(found.values())


def check_datasets(tasks: Sequence[Task], session: Session) -> None:
    """Raise ConfigurationError unless the tasks write each dataset of the project's catalogue, once."""
    writers: dict[str, str] = {}
    for task in tasks:
        if isinstance(task, DatasetTask):
            name = session.qualified(task.dataset)
            session.catalogue.contract(name)
            if name in writers:
                raise ConfigurationError(
                    f"{name}: two tasks write it: {writers[name]} and {task.get_task_family()}",
                    "Let one task write it.",
                )
            writers[name] = task.get_task_family()
    for contract in session.catalogue.owned_by(session.project.name):
        if contract.dataset not in writers:
            raise ConfigurationError(
                f"{contract.dataset}: {session.project.catalog} declares it, but no task of the pipeline writes it",
                "Require a DatasetTask that does, or remove the declaration.",
            )


def _visit(task: Task, above: tuple[str, ...], found: dict[str, Task]) -> None:
    if task.task_id in found:
        return
    if task.task_id in above:
        raise ConfigurationError(
            f"task {task.get_task_family()} requires itself, by way of {', '.join(above)}", "Break the cycle."
        )
    for required in flatten(task.requires()):
        if not isinstance(required, Task):
            raise ConfigurationError(
                f"task {task.get_task_family()}: requires: expected tasks of paddock.pipelines, got {required!r}",
                "Derive it from Task.",
            )
        _visit(required, (*above, task.task_id), found)
    found[task.task_id] = task
