"""Giving a task its result instead of running it: for tests, which start a pipeline in its middle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paddock.errors import ConfigurationError, nearest
from paddock.pipelines.dataset_task import DatasetTask
from paddock.pipelines.execution import root_task
from paddock.pipelines.loading import loaded
from paddock.pipelines.task import Task
from paddock.pipelines.tree import tasks_of
from paddock.project import Project


def give(project: Project, parameters: Mapping[str, str], results: Mapping[str, Any]) -> None:
    """Store each of `results` as that of the task of that name, in the active session.

    Under `parameters` the task is then complete. Raises ConfigurationError for a name that no task of the
    pipeline has, DataError for rows that break the contract of a DatasetTask.
    """
    with loaded(project) as pipeline:
        tasks = {task.get_task_family(): task for task in tasks_of(root_task(pipeline, parameters))}
        for name, result in results.items():
            if name not in tasks:
                raise ConfigurationError(f"given: {project.name} has no task '{name}'", nearest(name, tasks))
            _store(tasks[name], result)


def _store(task: Task, result: Any) -> None:
    task.make_unique_id()
    if isinstance(task, DatasetTask):
        task.store(result)
    else:
        task.dump(result)
