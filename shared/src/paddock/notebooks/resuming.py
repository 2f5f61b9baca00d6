"""The client that executes only what differs from earlier runs, and has snapshots taken between cells."""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paddock.errors import ToolError
from paddock.kernels.snapshot import ANSWER_MIME
from paddock.notebooks.cause import Failure
from paddock.notebooks.client import Client
from paddock.notebooks.document import code_cells
from paddock.notebooks.order import Order
from paddock.notebooks.outputs import Budget
from paddock.notebooks.recorder import Recorder
from paddock.notebooks.reruns import Reruns
from paddock.notebooks.verdict import Outcome

_SNAPSHOT = "__import__('paddock.kernels.snapshot', fromlist=['take'])"
_OF_METADATA = ("papermill", "paddock", "execution")


@dataclass(frozen=True)
class _Seen:
    """What a client knew at the end of a code cell; cells are told by their place among the code cells."""

    cells: tuple[Mapping[str, Any], ...]
    messages: Mapping[str, int]
    displays: Mapping[str, Mapping[int, list[int]]]
    widgets: tuple[Any, Any]
    budget: Budget
    outcome: Mapping[str, Any]


class ResumingClient(Client):
    """A client whose kernel may know the first cells already."""

    def __init__(self, recorder: Recorder, order: Order, outcome: Outcome, **options: Any) -> None:
        super().__init__(recorder, order, outcome, **options)
        assert order.reruns is not None
        self._reruns: Reruns = order.reruns
        self._run = self._reruns.last
        self._code = [position - 1 for position, _ in code_cells(recorder.nb)]
        self._ordinals = {position: ordinal for ordinal, position in enumerate(self._code)}

    async def _set_up(self) -> None:
        if self._run.known:
            self._recall(self._reruns.seen[self._run.keys[self._run.known - 1]])
        else:
            await super()._set_up()
        if sys.platform != "linux":
            self._run.refusals.append((1, f"kernels are copied on Linux only, this is {sys.platform}"))
            return
        answer = await self._ask(f"{_SNAPSHOT}.begin()")
        if answer is None or answer.get("status") != "ok":
            raise ToolError(f"the kernel cannot be copied: {(answer or {}).get('evalue', 'no answer')}", "Run again.")

    async def _execute(self, cell: Any, index: int) -> Failure | None:
        if index in self._code[: self._run.known]:
            self.nb_man.kept(cell, index)
            return None
        begun = time.monotonic()
        failure = await super()._execute(cell, index)
        if index in self._ordinals:
            self._run.executed += 1
            if failure is None:
                await self._take(self._ordinals[index], time.monotonic() - begun)
            else:
                # A module that could not be loaded is what will be mended.
                await self._asked("look()")
        return failure

    async def _take(self, ordinal: int, seconds: float) -> None:
        """Have a snapshot taken after a code cell, where that is worth it and nothing is against it."""
        if not self._reruns.is_worth(ordinal, seconds):
            return
        place = self._reruns.place()
        if (said := await self._asked(f"take({str(place)!r})")) is None:
            return
        if said["refused"]:
            self._run.refusals.append((self._numbers[self._code[ordinal]], said["refused"]))
        else:
            self._reruns.keep(ordinal, place, said["touched"], self._seen(ordinal))

    async def _asked(self, call: str) -> dict[str, Any] | None:
        """What the kernel says of itself; None where it cannot be copied, or is gone."""
        if sys.platform != "linux":
            return None
        answer = await self._ask(f"{_SNAPSHOT}.{call}")
        said: dict[str, Any] | None = (answer or {}).get("data", {}).get(ANSWER_MIME)
        self._reruns.touched.update(said["touched"] if said else {})
        return said

    def _seen(self, ordinal: int) -> _Seen:
        cells = [self.nb.cells[index] for index in self._code[: ordinal + 1]]
        kept = [
            {
                "outputs": copy.deepcopy(cell.outputs),
                "execution_count": cell.execution_count,
                "metadata": {
                    name: copy.deepcopy(cell.metadata[name]) for name in _OF_METADATA if name in cell.metadata
                },
            }
            for cell in cells
        ]
        return _Seen(
            cells=tuple(kept),
            messages={message: self._ordinals[index] for message, index in self._cells.items()},
            displays={
                name: {self._ordinals[index]: list(positions) for index, positions in places.items()}
                for name, places in self._display_id_map.items()
            },
            widgets=(copy.deepcopy(self.widget_state), copy.deepcopy(self.widget_buffers)),
            budget=copy.copy(self._budget),
            outcome=self._outcome.by_place(self._ordinals),
        )

    def _recall(self, seen: _Seen) -> None:
        """Know what was known at the end of the last cell that is not executed."""
        for index, kept in zip(self._code, seen.cells, strict=False):
            cell = self.nb.cells[index]
            cell.outputs, cell.execution_count = copy.deepcopy(kept["outputs"]), kept["execution_count"]
            cell.metadata.update(copy.deepcopy(kept["metadata"]))
        self._cells.update({message: self._code[ordinal] for message, ordinal in seen.messages.items()})
        for name, places in seen.displays.items():
            self._display_id_map[name] = {self._code[ordinal]: list(found) for ordinal, found in places.items()}
        self.widget_state, self.widget_buffers = copy.deepcopy(seen.widgets)
        self._budget = copy.copy(seen.budget)
        self._outcome.recall(seen.outcome, self._code)
