"""The target of a task: one artifact, complete only when its bytes match its manifest."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gokart.conflict_prevention_lock.task_lock import TaskLockParams, make_task_lock_params
from gokart.target import TargetOnKart

from paddock.pipelines.formats import FORMATS
from paddock.storage import artifact


class ArtifactTarget(TargetOnKart):
    """A task's result at `path`, in the format that the path's extension names."""

    def __init__(self, path: Path) -> None:
        self._artifact = path
        self._is_complete = False

    def _exists(self) -> bool:
        # Hashed once: nobody else writes a path that is named by its content's identity.
        self._is_complete = self._is_complete or artifact.is_complete(self._artifact)
        return self._is_complete

    def _load(self) -> Any:
        return FORMATS[self._artifact.suffix].read(artifact.verified_bytes(self._artifact), self._artifact)

    def _dump(
        self, obj: Any, task_params: Any = None, custom_labels: Any = None, required_task_outputs: Any = None
    ) -> None:
        artifact.write(self._artifact, lambda temporary: FORMATS[self._artifact.suffix].write(obj, temporary))

    def _remove(self) -> None:
        self._is_complete = False
        artifact.remove(self._artifact)

    def _path(self) -> str:
        return str(self._artifact)

    def _last_modification_time(self) -> datetime:
        return datetime.fromtimestamp(self._artifact.stat().st_mtime, UTC)

    def _get_task_lock_params(self) -> TaskLockParams:
        # gokart's own locks need a Redis; a project's runs are held apart by the run's lock.
        return make_task_lock_params(file_path=str(self._artifact), unique_id=None)
