"""A task: gokart's, with an identity that notices code edits, and results that are stored durably."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import gokart
import luigi
from gokart.utils import FlattenableItems, flatten

from paddock.data.session import current
from paddock.errors import CodeError, ConfigurationError, nearest
from paddock.pipelines.code import code_digest
from paddock.pipelines.formats import FORMATS
from paddock.pipelines.target import ArtifactTarget

# What `requires` gives: a task, several, or some by name, whose results `self.load(name)` gives.
Required: TypeAlias = FlattenableItems[gokart.TaskOnKart[Any]]


class Task(gokart.TaskOnKart):  # type: ignore[type-arg]
    """One step of a pipeline, with one result in the format of `extension`.

    Its identity is made of its parameters, the code that it uses, the tasks that it requires, the
    versions of the datasets named in `reads`, and the content of the sources named in `sources`; a
    result is used again only under the same identity. Write `requires` and `run`; in `run`,
    `self.load()` gives what is required, `self.read(dataset)` a dataset, `self.source(name)` a source,
    `self.dump(result)` stores. `random` and `numpy.random` are seeded before `run`.
    """

    extension = ".parquet"
    reads: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    # gokart would pickle its logs; the run's record holds what they say.
    should_dump_supplementary_log_files = False
    # A result is looked up by its identity, so that a task which runs is never complete already.
    complete_check_at_run = False
    _code = ""

    @property
    def seed(self) -> int:
        """A seed below 2**32, the same for the same task and parameters whatever their code."""
        text = json.dumps([self.get_task_family(), self.to_str_params(only_significant=True)], sort_keys=True)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])

    def read(self, dataset: str, **options: Any) -> Any:
        """The rows of a dataset that `reads` declares, at the version that the run sees; see `Session.read`."""
        session = current()
        if session.qualified(dataset) not in map(session.qualified, self.reads):
            raise self._undeclared("reads", dataset)
        return session.read(dataset, **options)

    def source(self, name: str, **options: Any) -> Any:
        """The rows of a source that `sources` declares, as the run first saw it; see `Session.source`."""
        if name not in self.sources:
            raise self._undeclared("sources", name)
        return current().source(name, **options)

    def dump(self, obj: Any, target: Any = None, custom_labels: dict[str, Any] | None = None) -> None:
        """Store a result; refused when the code was edited since the task began, as nobody could say what made it."""
        if self.code_digest() != self._code:
            raise CodeError(
                f"task {self.get_task_family()}: its code was edited while it ran, so its result is not kept",
                "Run again.",
            )
        super().dump(obj, target, custom_labels)

    def make_unique_id(self) -> str:
        """The identity, as 32 hexadecimal digits."""
        if self.task_unique_id is None:
            facts = json.dumps(self._identity(), sort_keys=True)
            self.task_unique_id = hashlib.sha256(facts.encode()).hexdigest()[:32]
        return str(self.task_unique_id)

    def code_digest(self) -> str:
        """The digest of the code that the task uses, as it is on the disk now."""
        return code_digest(type(self).__module__, type(self).__qualname__, current().project.source)

    def make_target(
        self, relative_file_path: str | None = None, use_unique_id: bool = True, processor: object = None
    ) -> ArtifactTarget:
        """The target of a result; its extension chooses the format. Raises ConfigurationError for unsafe formats."""
        path = PurePosixPath(relative_file_path or f"{self.get_task_family()}{self.extension}")
        if path.suffix not in FORMATS or processor is not None:
            raise ConfigurationError(
                f"task {self.get_task_family()}: no format for '{path.suffix}' results",
                nearest(path.suffix, FORMATS),
            )
        if path.is_absolute() or ".." in path.parts:
            raise ConfigurationError(
                f"task {self.get_task_family()}: the result '{path}' would lie outside the tasks' folder",
                "Give a relative path without '..'.",
            )
        folder: Path = current().project.tasks_folder / path.with_suffix("")
        return self._target(folder / f"{self.make_unique_id()}{path.suffix}")

    def make_model_target(self, *arguments: object, **options: object) -> ArtifactTarget:
        """Refused: gokart's model archives are not written durably and load by pickle."""
        raise ConfigurationError(
            f"task {self.get_task_family()}: make_model_target is not supported",
            'Dump a scikit-learn model with extension = ".skops".',
        )

    make_large_data_frame_target = make_model_target

    def _target(self, path: Path) -> ArtifactTarget:
        return ArtifactTarget(path)

    def _undeclared(self, key: str, name: str) -> ConfigurationError:
        declared = json.dumps([*getattr(self, key), name])
        return ConfigurationError(
            f"task {self.get_task_family()} reads {name}, which it does not declare",
            f"Add it to the class: {key} = ({declared[1:-1]},)",
        )

    def _identity(self) -> dict[str, Any]:
        session = current()
        self._code = self.code_digest()
        pinned = {name: session.pinned(name) for name in map(session.qualified, self.reads)}
        versions = {name: session.store.find(name, number) for name, number in pinned.items()}
        return {
            "family": self.get_task_family(),
            "parameters": self.to_str_params(only_significant=True),
            "code": self._code,
            "requires": [task.make_unique_id() for task in flatten(self.requires()) if task.significant],
            "reads": {name: version.content_hash if version else "" for name, version in versions.items()},
            "sources": {name: session.source_hash(name) for name in self.sources},
        }


@Task.event_handler(luigi.Event.START)
def _seed_generators(task: Task) -> None:
    import numpy as np

    random.seed(task.seed)
    np.random.seed(task.seed)
