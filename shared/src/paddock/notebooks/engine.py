"""The papermill engine: a kernel that is watched, limited in time and output, and gone at the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine

from paddock.errors import CodeError, ToolError
from paddock.notebooks import injection, kernel, outputs, verdict
from paddock.notebooks.facts import FACTS_MIME
from paddock.notebooks.kernel import Kernel
from paddock.notebooks.verdict import Outcome

# What nbclient says of a failure, the outcome says better.
_LOG = logging.getLogger(__name__)
_LOG.addHandler(logging.NullHandler())
_STARTUP = 60.0
_POLL = 0.2
_ANSWER = 10.0
_NO_LIMIT = 7 * 24 * 3600.0
_INSTALL = "__import__('paddock.notebooks.watch', fromlist=['install']).install()"
_FACTS = "__import__('paddock.notebooks.watch', fromlist=['facts']).facts()"


@dataclass(frozen=True)
class Order:
    """How to execute: in which kernel, within how many seconds in all, and whom to tell of each cell."""

    kernel: Kernel
    time_limit: float = _NO_LIMIT
    on_cell: Callable[[int, int], None] = lambda number, total: None


class PaddockEngine(NBClientEngine):
    """Papermill's engine `paddock`: also plain `papermill --engine paddock` fails for what would pass by accident."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        order: Order | None = None,
        outcome: Outcome | None = None,
        execution_timeout: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Execute the cells; fill `outcome` when it is given, else raise CodeError for what papermill lets pass."""
        found = Outcome() if outcome is None else outcome
        found.notebook = nb_man.nb
        if order is not None:
            _in_own_loop(_Client(nb_man, order, found).run)
            return
        with kernel.running({}, None) as started:
            _in_own_loop(_Client(nb_man, Order(started, execution_timeout or _NO_LIMIT), found).run)
        reason = verdict.reason(found, is_audit=False)
        if reason and not _papermill_raises(nb_man.nb):
            raise CodeError(reason, "See the cell's output in the executed notebook.")


class _Client(PapermillNotebookClient):
    """nbclient's client around our kernel, which tells everything it learns to the outcome."""

    def __init__(self, nb_man: Any, order: Order, outcome: Outcome) -> None:
        super().__init__(
            nb_man,
            log=_LOG,
            force_raise_errors=True,
            record_timing=False,
            # The outputs of a cell that printed a lot may take their time; the limit holds all the same.
            iopub_timeout=int(max(_ANSWER, min(order.time_limit, _NO_LIMIT))),
            timeout_func=self._seconds_left,
        )
        self._order = order
        self._outcome = outcome
        self._until: float = time.monotonic() + order.time_limit
        self._budget = outputs.Budget()
        self._numbers = injection.numbers(nb_man.nb)
        self._cells_of_messages: dict[str, int] = {}

    def _seconds_left(self, cell: Any) -> float:
        # Not 0, which nbclient takes for no limit.
        return max(0.001, self._until - time.monotonic())

    async def run(self) -> None:
        """Connect, execute every cell until one fails, fetch what the kernel knows, let it end."""
        self.reset_execution_trackers()
        self.kc = kernel.connected(self._order.kernel)
        try:
            await self._prepare()
            if await self._execute_cells() and await self._fetch():
                await kernel.leave(self._order.kernel, self.kc)
            self.set_widgets_metadata()
        finally:
            self.kc.stop_channels()
            self.kc.context.destroy(linger=0)

    async def _prepare(self) -> None:
        seconds = min(_STARTUP, self._order.time_limit)
        info = await kernel.wait_until_ready(self._order.kernel, self.kc, seconds)
        self.nb.metadata["language_info"] = info.get("language_info", {})
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
            self.nb_man.cell_start(cell, index)
            try:
                await self.async_execute_cell(cell, index)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                self.nb_man.cell_exception(cell, cell_index=index)
                self._outcome.stop = self._reason(self._numbers[index], error)
                return isinstance(error, CellExecutionError)
            finally:
                self._budget.end_cell(cell)
                self.nb_man.cell_complete(cell, cell_index=index)
        return True

    async def _fetch(self) -> bool:
        """Take over what the kernel knows, also what a cell hid from its outputs; whether the kernel answered."""
        answer = await self._ask(_FACTS)
        stated = (answer or {}).get("data", {}).get(FACTS_MIME)
        if stated is None:
            self._outcome.stop = self._outcome.stop or "the kernel did not answer after the last cell"
            return False
        self._outcome.take(stated, self._cells_of_messages)
        return True

    async def _ask(self, expression: str) -> dict[str, Any] | None:
        request = self.kc.execute("", silent=True, store_history=False, user_expressions={"answer": expression})
        try:
            answer = await kernel.reply(self.kc, request, _ANSWER)
        except Empty:
            return None
        return dict(answer["content"].get("user_expressions", {}).get("answer", {}))

    def _reason(self, number: int, error: Exception) -> str:
        if isinstance(error, CellExecutionError):
            return verdict.raised(number, error.ename, error.evalue)
        if isinstance(error, CellTimeoutError):
            return f"cell {number} still ran at the time limit of {self._order.time_limit:g} s"
        return verdict.died(number, self._order.kernel.process.poll())

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Note what the message tells, and keep it as an output while the notebook's budget lasts."""
        self._outcome.executed.add(cell_index)
        self._cells_of_messages[msg["parent_header"]["msg_id"]] = self._numbers[cell_index]
        self._outcome.note(msg["content"].get("data", {}))
        if not self._budget.admits(msg):
            return None
        return super().process_message(msg, cell, cell_index)

    async def _async_poll_kernel_alive(self) -> None:
        """Notice within a fraction of a second that the kernel died."""
        while True:
            await asyncio.sleep(_POLL)
            if self._order.kernel.process.poll() is not None:
                self.task_poll_for_reply.cancel()
                return

    async def _async_check_alive(self) -> None:
        if self._order.kernel.process.poll() is not None:
            raise DeadKernelError("Kernel died")


def _papermill_raises(notebook: Any) -> bool:
    found = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return any(output.output_type == "error" and output.ename != "SystemExit" for output in found)


def _in_own_loop(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end, also where a loop already runs (in a notebook, say); Ctrl-C and signals come through."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with asyncio.Runner() as runner:
            # Not `run`: it turns Ctrl-C into a cancellation, which nbclient takes for a dead kernel.
            runner.get_loop().run_until_complete(run())
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_in_own_loop, run).result()
