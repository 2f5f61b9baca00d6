"""The client that executes a notebook's cells in our kernel, and tells everything it learns to the outcome."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from queue import Empty
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from paddock.errors import ToolError
from paddock.notebooks import injection, kernel, outputs, usage, verdict, vitals
from paddock.notebooks.cause import Cause, Failure
from paddock.notebooks.facts import FACTS_MIME
from paddock.notebooks.order import Order
from paddock.notebooks.recorder import Recorder
from paddock.notebooks.verdict import Outcome

# What nbclient says of a failure, the outcome says better.
_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())
_CLEAR = "clear_before_next_output"
_POLL = 0.2
_ANSWER = 10.0
_SILENCE = 1.5
_DRAINED = 0.05
_LONGEST_DRAIN = 1.0
_INSTALL = "__import__('paddock.notebooks.watch', fromlist=['install']).install()"
_FACTS = "__import__('paddock.notebooks.watch', fromlist=['facts']).facts()"
# What a cell may still send when it is not the one that runs.
_LATE = ("stream", "display_data", "execute_result", "error", "update_display_data", "clear_output")


class _LostOutputsError(Exception):
    """The kernel answers, but its outputs do not arrive any more."""


class Client(PapermillNotebookClient):
    """nbclient's client around our kernel."""

    def __init__(self, recorder: Recorder, order: Order, outcome: Outcome, **options: Any) -> None:
        super().__init__(
            recorder, force_raise_errors=True, record_timing=False, timeout_func=self._seconds_left,
            **{"log": _LOG, **options},
        )  # fmt: skip
        self._order = order
        self._outcome = outcome
        self._until: float = time.monotonic() + order.time_limit
        self._budget = outputs.Budget()
        self._numbers = injection.numbers(recorder.nb)
        self._cells: dict[str, int] = {}
        self._last: int | None = None
        self._heard = 0
        self._vitals = vitals.of(order.kernel.process)

    def _seconds_left(self, cell: Any = None) -> float:
        # Not 0, which nbclient takes for no limit.
        return max(0.001, self._until - time.monotonic())

    async def run(self) -> None:
        """Connect, execute every cell until one fails, fetch what the kernel knows, let it end."""
        self.reset_execution_trackers()
        self.kc = kernel.connected(self._order.kernel)
        try:
            await self._prepare()
            if await self._execute_cells():
                await self._end()
            self.set_widgets_metadata()
        finally:
            outputs.join(self.nb)
            self.kc.stop_channels()
            self.kc.context.destroy(linger=0)

    async def _prepare(self) -> None:
        seconds = min(self._order.startup, self._order.time_limit)
        info = await kernel.wait_until_ready(self._order.kernel, self.kc, seconds)
        self.nb.metadata["language_info"] = info.get("language_info", {})
        await self._set_up()

    async def _set_up(self) -> None:
        """Let the kernel watch itself."""
        answer = await self._ask(_INSTALL)
        if answer is None or answer.get("status") != "ok":
            raise ToolError(
                f"the kernel cannot import paddock: {(answer or {}).get('evalue', 'no answer')}",
                "Install paddock into the environment whose interpreter runs this.",
            )

    async def _execute_cells(self) -> bool:
        """Execute the cells up to the first that fails; whether the kernel still listens."""
        total = self._numbers[-1] if self._numbers else 0
        for index, cell in enumerate(self.nb.cells):
            self._order.on_cell(self._numbers[index], total)
            if cell.cell_type == "code" and self.skip_cells_with_tag in cell.metadata.get("tags", []):
                continue
            if failure := await self._execute(cell, index):
                self._outcome.stop = failure
                return failure.cause in (Cause.FAILED_CELL, Cause.OUT_OF_MEMORY) and not self._vitals.is_gone()
        return True

    async def _execute(self, cell: Any, index: int) -> Failure | None:
        """Execute one cell; why it failed."""
        failure, begun = None, time.monotonic()
        self.nb_man.cell_start(cell, index)
        try:
            await self.async_execute_cell(cell, index)
        except (CellExecutionError, CellTimeoutError, DeadKernelError, _LostOutputsError) as error:
            self.nb_man.cell_exception(cell, cell_index=index)
            failure = self._failure(index, error)
            await self._drain()
        except BaseException:
            self.nb_man.cell_exception(cell, cell_index=index)
            raise
        finally:
            if cell.cell_type == "code" and cell.source.strip():
                self.nb_man.facts(cell, **{"seconds": round(time.monotonic() - begun, 6), **self._outcome.usage(index)})
            if note := self._budget.end_cell(cell):
                self.nb_man.output(index, len(cell.outputs) - 1, note)
            self.nb_man.cell_complete(cell, index)
        return failure

    def _failure(self, index: int, error: Exception) -> Failure:
        number = self._numbers[index]
        if isinstance(error, CellExecutionError):
            return verdict.raised(number, error.ename, error.evalue, index in self._outcome.out_of_memory)
        if isinstance(error, CellTimeoutError):
            return verdict.late(number, self._order.time_limit)
        if isinstance(error, _LostOutputsError):
            return Failure(Cause.KERNEL_SILENT, f"the kernel's outputs ceased to arrive in cell {number}")
        return verdict.died(f"in cell {number}", self._order.kernel.process.poll(), self._vitals)

    async def _end(self) -> None:
        """Fetch what the kernel knows, also what a cell hid from its outputs, and let it run its exit handlers."""
        self._last = max(self._cells.values(), default=None)
        listening = asyncio.ensure_future(self._listen())
        try:
            if await self._fetch() and not self._outcome.left:
                is_gone = await kernel.leave(self._order.kernel, self.kc)
                self._outcome.stop = self._outcome.stop or verdict.left(self._order.kernel.process.poll(), is_gone)
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening
        await self._drain()

    async def _fetch(self) -> bool:
        answer = await self._ask(_FACTS)
        stated = (answer or {}).get("data", {}).get(FACTS_MIME)
        if stated is None:
            code = self._order.kernel.process.poll()
            silent = Failure(Cause.KERNEL_SILENT, "the kernel did not answer after the last cell")
            died = verdict.died("after the last cell", code, self._vitals) if code is not None else silent
            self._outcome.stop = self._outcome.stop or died
            return False
        self._outcome.take(stated, {message: self._numbers[index] for message, index in self._cells.items()})
        return True

    async def _ask(self, expression: str) -> dict[str, Any] | None:
        """The value of an expression in the kernel; None where it does not answer."""
        request = self.kc.execute("", silent=True, store_history=False, user_expressions={"answer": expression})
        until = time.monotonic() + _ANSWER
        while time.monotonic() < until and not self._vitals.is_gone():
            with contextlib.suppress(Empty):
                answer = await kernel.reply(self.kc, request, _POLL)
                return dict(answer["content"].get("user_expressions", {}).get("answer", {}))
        return None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Note what the message tells, and keep it as an output while the notebook's budget lasts."""
        self._outcome.executed.add(cell_index)
        if msg["msg_type"] == usage.MESSAGE:
            self._outcome.note_usage(cell_index, msg["content"])
            return None
        self._outcome.note(msg["content"].get("data", {}))
        if not self._budget.admits(msg):
            return None
        return super().process_message(msg, cell, cell_index)

    def output(self, outs: Any, msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Keep an output, also in the journal."""
        found = super().output(outs, msg, display_id, cell_index)
        if found is not None:
            self.nb_man.output(cell_index, len(outs) - 1, found)
        return found

    def clear_output(self, outs: Any, msg: dict[str, Any], cell_index: int) -> None:
        """Clear the outputs of a cell, also in the journal."""
        super().clear_output(outs, msg, cell_index)
        if not outs:
            self.nb_man.cleared(cell_index)

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        super()._update_display_id(display_id, msg)
        for index, positions in self._display_id_map.get(display_id, {}).items():
            for position in positions:
                self.nb_man.replaced(index, position, self.nb.cells[index].outputs[position])

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: Any, cell_index: int) -> None:
        """Keep outputs until the cell's last one is here; those of earlier cells, too."""
        self._cells[parent_msg_id] = cell_index
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            self._heard += 1
            if message["parent_header"].get("msg_id") != parent_msg_id:
                self._keep_late(message)
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                return

    def _keep_late(self, message: dict[str, Any]) -> None:
        """Keep an output in the cell that it belongs to; at the end, what belongs to none in the last one that ran."""
        index = self._cells.get(message["parent_header"].get("msg_id", ""), self._last)
        if index is None or message["msg_type"] not in _LATE:
            return
        # nbclient keeps one such mark for the cell that runs.
        is_kept: bool = getattr(self, _CLEAR, False)
        setattr(self, _CLEAR, False)
        self.process_message(message, self.nb.cells[index], index)
        setattr(self, _CLEAR, is_kept)

    async def _listen(self) -> None:
        while True:
            self._keep_late(await self.kc.iopub_channel.get_msg(timeout=None))

    async def _drain(self) -> None:
        """Keep what the kernel had sent before it ended."""
        until = time.monotonic() + _LONGEST_DRAIN
        with contextlib.suppress(Empty):
            while time.monotonic() < until:
                self._keep_late(await self.kc.get_iopub_msg(timeout=_DRAINED))

    async def _async_poll_for_reply(
        self, msg_id: str, cell: Any, timeout: float | None, task_poll_output_msg: Any, task_poll_kernel_alive: Any
    ) -> dict[str, Any]:
        """The kernel's reply, once all outputs of the cell are here."""
        try:
            answer = await kernel.reply(self.kc, msg_id, self._seconds_left())
            await self._wait_for_outputs(task_poll_output_msg)
        except Empty:
            raise CellTimeoutError.error_from_timeout_and_cell("", int(self._order.time_limit), cell) from None
        finally:
            task_poll_kernel_alive.cancel()
        return answer

    async def _wait_for_outputs(self, outputs_of_cell: Any) -> None:
        """Wait as long as outputs arrive, or the kernel is too busy to answer; raises queue.Empty at the time limit."""
        while not outputs_of_cell.done():
            heard = self._heard
            await asyncio.wait({outputs_of_cell}, timeout=min(_SILENCE, self._seconds_left()))
            if self._until <= time.monotonic():
                raise Empty
            if outputs_of_cell.done() or self._heard > heard:
                continue
            # An answer also sends something to where the outputs come from: if that is not heard, nothing is.
            with contextlib.suppress(Empty):
                await kernel.reply(self.kc, self.kc.kernel_info(), self._seconds_left())
                await asyncio.wait({outputs_of_cell}, timeout=_SILENCE)
                if self._heard == heard:
                    raise _LostOutputsError
        outputs_of_cell.result()

    async def _async_poll_kernel_alive(self) -> None:
        """Notice within a fraction of a second that the kernel died."""
        while not self._vitals.is_gone():
            await asyncio.sleep(_POLL)
        self.task_poll_for_reply.cancel()
