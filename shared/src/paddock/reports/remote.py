"""What a worker of a Dask cluster does: an order of somebody who sees the same clone."""

from __future__ import annotations

import os
import pickle
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from paddock.errors import ToolError
from paddock.kernels import servers
from paddock.reports import interrupting, work
from paddock.reports.one import parts
from paddock.reports.order import Order
from paddock.reports.surroundings import SCRATCH
from paddock.reports.work import Work

_PERIOD = 0.5  # seconds
_SAME = "Give the workers the clone at the same place (a shared disk), with the same environment, and restart them."


@dataclass(frozen=True)
class Call:
    """A call of `answer` whose pickle makes it when it is loaded: a worker need not know this class before."""

    order: bytes

    def __reduce__(self) -> tuple[Callable[[bytes], Work], tuple[bytes]]:
        return answer, (self.order,)


def sent(order: Order, key: bytes) -> bytes:
    """An order as `answer` takes it, with what it has to find there."""
    return pickle.dumps(Call(pickle.dumps((order, key, parts(order)))))


def answer(sent: bytes) -> Work:
    """Do an order on a worker; raises ToolError where that would not be what the sender would do."""
    from distributed import Reschedule, get_worker

    order, key, expected = pickle.loads(sent)
    worker: Any = get_worker()
    found = parts(order)
    if name := next((name for name in expected if found.get(name) != expected[name]), ""):
        raise ToolError(f"worker {worker.address}: there, {name} is not what it is here", _SAME)
    # A server that lives on would outlive the worker.
    os.environ.setdefault(servers.VARIABLE, "own")
    task = worker.get_current_task()

    try:
        with (
            _interrupted_unless(lambda: _is_wanted(worker, task)),
            tempfile.TemporaryDirectory(prefix=f"{SCRATCH}-") as scratch,
        ):
            return work.perform(replace(order, output=Path(scratch, order.output.name)), key, lambda cell, cells: None)
    except KeyboardInterrupt:
        raise Reschedule from None


@contextmanager
def _interrupted_unless(is_wanted: Callable[[], bool]) -> Iterator[None]:
    """Interrupt this thread as Ctrl-C does, also within a cell, as soon as nobody wants its work any more."""
    thread, ended = threading.get_ident(), threading.Event()

    def watch() -> None:
        while not ended.wait(_PERIOD):
            if not is_wanted():
                interrupting.interrupt({thread})
                return

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the scheduler still waits for this task: it forgets those of clients that went away."""
    from distributed.worker import WORKER_ANY_RUNNING

    task = worker.state.tasks.get(key)
    return worker.status in WORKER_ANY_RUNNING and task is not None and task.state in ("executing", "long-running")
