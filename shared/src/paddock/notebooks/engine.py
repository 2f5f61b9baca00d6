"""The papermill engine: a kernel that is watched, limited in time and output, and gone at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from papermill.engines import NBClientEngine
from papermill.log import logger

from paddock.errors import CodeError
from paddock.notebooks import destination, kernel, stopping, verdict
from paddock.notebooks.cause import Cause, Failure
from paddock.notebooks.client import Client
from paddock.notebooks.order import NO_LIMIT, STARTUP, Order
from paddock.notebooks.recorder import Recorder
from paddock.notebooks.resuming import ResumingClient
from paddock.notebooks.verdict import Outcome

_OF_CLIENT = ("stdout_file", "stderr_file")


class PaddockEngine(NBClientEngine):
    """Papermill's engine `paddock`: also plain `papermill --engine paddock` fails for what would pass by accident."""

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: Any = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        order: Order | None = None,
        **options: Any,
    ) -> Any:
        """Execute the notebook; without an order of ours, write the output: once, durably, and however it ends."""
        if order is not None:
            recorder = Recorder(nb, order.journal, progress_bar=progress_bar)
            return cls._recorded(recorder, kernel_name, order=order, log_output=log_output, **options)
        with stopping.sigterm_as_exit(), destination.opened(output_path) as place:
            recorder = Recorder(nb, place.journal, progress_bar=progress_bar, log_output=log_output)
            try:
                found = cls._recorded(recorder, kernel_name, log_output=log_output, **options)
            except BaseException:
                place.write(recorder.nb)
                raise
            place.write(found)
            place.take_over()
            return found

    @classmethod
    def _recorded(cls, recorder: Recorder, kernel_name: str, **options: Any) -> Any:
        recorder.notebook_start()
        try:
            cls.execute_managed_notebook(recorder, kernel_name, **options)
        finally:
            recorder.notebook_complete()
        return recorder.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        order: Order | None = None,
        outcome: Outcome | None = None,
        execution_timeout: float | None = None,
        start_timeout: float | None = None,
        log_output: bool = False,
        **kwargs: Any,
    ) -> None:
        """Execute the cells; fill `outcome` when it is given, else raise CodeError for what papermill lets pass."""
        found = Outcome() if outcome is None else outcome
        found.notebook = nb_man.nb
        if order is not None:
            _in_own_loop((ResumingClient if order.reruns else Client)(nb_man, order, found).run)
            return
        options = {name: kwargs[name] for name in _OF_CLIENT if kwargs.get(name) is not None}
        if log_output:
            options.update(log_output=True, log=logger)
        try:
            with kernel.running({}, None) as started:
                ours = Order(started, execution_timeout or NO_LIMIT, startup=start_timeout or STARTUP)
                _in_own_loop(Client(nb_man, ours, found, **options).run)
        except (KeyboardInterrupt, SystemExit) as interrupt:
            verdict.state(nb_man.nb, stopping.failure(interrupt))
            raise
        failure = verdict.first(found, is_audit=False)
        verdict.state(nb_man.nb, failure)
        if failure and not _papermill_raises(nb_man.nb, failure):
            raise CodeError(failure.reason, "See the cell's output in the executed notebook.")


def _papermill_raises(notebook: Any, failure: Failure) -> bool:
    """Whether papermill itself fails for the notebook, and tells why: not for an exit that says that all is well."""
    return any(_has_failed(cell, failure) for cell in notebook.cells)


def _has_failed(cell: Any, failure: Failure) -> bool:
    found = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    if found:
        return any(output.ename != "SystemExit" or output.evalue not in ("", "0") for output in found)
    # Of a time limit or a lost kernel it would say nothing.
    return failure.cause is Cause.FAILED_CELL and cell.metadata.get("papermill", {}).get("exception") is True


def _in_own_loop(run: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end, also where a loop already runs (in a notebook, say); Ctrl-C and signals come through."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        with asyncio.Runner() as runner:
            runner.get_loop().set_exception_handler(_hear)
            # Not `run`: it turns Ctrl-C into a cancellation, which nbclient takes for a dead kernel.
            runner.get_loop().run_until_complete(run())
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_in_own_loop, run).result()


def _hear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say what no one else does; an interrupt goes its own way, whichever task it hit."""
    if not isinstance(context.get("exception"), KeyboardInterrupt | SystemExit):
        loop.default_exception_handler(context)
