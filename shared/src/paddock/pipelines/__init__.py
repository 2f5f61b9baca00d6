"""Pipelines: gokart tasks whose stored results answer to code, parameters and data."""

from paddock.pipelines.dataset_task import DatasetTask
from paddock.pipelines.execution import BuildResult, TaskOutcome, run_pipeline
from paddock.pipelines.task import Required, Task

__all__ = ["BuildResult", "DatasetTask", "Required", "Task", "TaskOutcome", "run_pipeline"]
