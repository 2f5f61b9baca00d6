"""A task whose result is a dataset version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paddock.data.session import current
from paddock.pipelines.target import ArtifactTarget
from paddock.pipelines.task import Task


class DatasetTask(Task):
    """Writes a candidate version of the project's dataset `dataset`, from the rows that `frame` gives.

    Downstream, `self.load()` gives the rows of that version as a pandas frame.
    """

    dataset = ""
    extension = ".json"

    def frame(self) -> Any:
        """The rows: a pandas or Polars frame, or an Arrow table."""
        raise NotImplementedError(f"{type(self).__name__} has no method frame()")

    def run(self) -> None:
        """Check the rows against the contract, and store them as a candidate version."""
        self.store(self.frame())

    def store(self, rows: Any) -> None:
        """Store `rows` as the result."""
        version = current().write(self.dataset, rows)
        self.dump({"dataset": version.dataset, "version": version.number, "content_hash": version.content_hash})

    def version_number(self) -> int:
        """The number of the version that this task wrote."""
        return int(DatasetTarget.marker(Path(self.make_target().path()))["version"])

    def _target(self, path: Path) -> ArtifactTarget:
        return DatasetTarget(path)

    def _identity(self) -> dict[str, Any]:
        session = current()
        # Under another contract the same rows may be refused, or stored with another schema.
        contract = session.catalogue.contract(session.qualified(self.dataset))
        return super()._identity() | {"contract": contract.digest}


class DatasetTarget(ArtifactTarget):
    """A marker of the version that was written; complete while the version exists with the same content."""

    @staticmethod
    def marker(path: Path) -> dict[str, Any]:
        """What the task dumped."""
        return dict(ArtifactTarget(path).load())

    def _exists(self) -> bool:
        if not super()._exists():
            return False
        facts = self.marker(self._artifact)
        version = current().store.find(facts["dataset"], facts["version"])
        return version is not None and version.content_hash == facts["content_hash"]

    def _load(self) -> Any:
        facts = self.marker(self._artifact)
        return current().read(facts["dataset"], version=facts["version"])
