"""The recorder of an execution: papermill's account of cells, which never says of one that did not run that it did."""

from __future__ import annotations

from typing import Any

from papermill.engines import NotebookExecutionManager

from paddock.notebooks.journal import Journal
from paddock.notebooks.tails import Tails

_FACTS = "paddock"


class Recorder(NotebookExecutionManager):
    """Papermill's metadata of cells; a journal instead of the whole file each time.

    Papermill's own marks cells completed that were never reached, and writes the file twice for each cell.
    """

    def __init__(self, nb: Any, journal: Journal | None, **options: Any) -> None:
        super().__init__(nb, **options)
        self._journal = journal
        self._tails = Tails()

    def save(self, **_: Any) -> None:
        """Do nothing: the output is written at the end."""

    def autosave_cell(self, **_: Any) -> None:
        """Do nothing, as `save`."""

    def notebook_start(self, **_: Any) -> None:
        """Forget earlier executions, and begin the journal with the notebook as it will be executed."""
        super().notebook_start()
        for part in (self.nb, *self.nb.cells):
            part.metadata.pop(_FACTS, None)
        if self._journal is not None:
            self._journal.note(notebook=self.nb, artifact=self._journal.is_artifact)

    def cell_start(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Note that a cell starts."""
        super().cell_start(cell, cell_index)
        self._note(cell_index, started=cell.metadata.papermill.start_time)

    def output(self, cell_index: int, position: int, output: Any) -> None:
        """Note an output; what the cell had from its position on is gone."""
        for facts in self._tails.noted(cell_index, position, output) if self._journal else ():
            self._note(cell_index, **facts)

    def cleared(self, cell_index: int) -> None:
        """Note that a cell has no output any more."""
        self._tails.forget(cell_index)
        self._note(cell_index, **{"from": 0})

    def replaced(self, cell_index: int, position: int, output: Any) -> None:
        """Note an output that stands in the place of an earlier one."""
        self._note(cell_index, at=position, output=output)

    def kept(self, cell: Any, cell_index: int) -> None:
        """Note a cell whose outcome is that of an earlier run."""
        for position, output in enumerate(cell.outputs):
            self.output(cell_index, position, output)
        self._note_rest(cell_index)
        metadata = {name: cell.metadata[name] for name in ("papermill", _FACTS) if name in cell.metadata}
        self._note(cell_index, ended=metadata["papermill"]["status"], metadata=metadata, count=cell.execution_count)

    def facts(self, cell: Any, **measured: Any) -> None:
        """Keep what was measured of a cell."""
        cell.metadata[_FACTS] = {**cell.metadata.get(_FACTS, {}), **measured}

    def cell_complete(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Note how a cell ended."""
        super().cell_complete(cell, cell_index)
        self._note_rest(cell_index)
        metadata = {name: cell.metadata[name] for name in ("papermill", _FACTS) if name in cell.metadata}
        self._note(
            cell_index, ended=cell.metadata.papermill.status, metadata=metadata, count=cell.get("execution_count")
        )

    def notebook_complete(self, **_: Any) -> None:
        """Note when it ended; cells that were not reached stay pending."""
        self.end_time = self.now()
        times = self.nb.metadata.papermill
        times.update(end_time=self.end_time.isoformat(), duration=(self.end_time - self.start_time).total_seconds())
        self.complete_pbar()
        self.cleanup_pbar()

    def _note_rest(self, cell_index: int) -> None:
        for facts in self._tails.rest(cell_index):
            self._note(cell_index, **facts)

    def _note(self, cell_index: int, **facts: Any) -> None:
        if self._journal is not None:
            self._journal.note(cell=cell_index, **facts)
