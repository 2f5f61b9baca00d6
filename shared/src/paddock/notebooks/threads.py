"""Threads of a notebook: each belongs to the cell that started it, and so does what it prints."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

# Their threads work for whichever cell asks, and idle until the process ends.
_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")
_PATIENCE = 4.0


@dataclass
class _Threads:
    """Those that were there before the notebook, and of its own the message id of the cell that started each."""

    before: frozenset[threading.Thread] = frozenset()
    cells: WeakKeyDictionary[threading.Thread, str] = field(default_factory=WeakKeyDictionary)


_THREADS = _Threads()


def install(shell: Any) -> None:
    """From now on, a thread's outputs go to the cell that started it, also when another cell runs by then."""
    _THREADS.before = frozenset(threading.enumerate())
    start = threading.Thread.start

    def start_in_cell(self: threading.Thread) -> None:
        if getattr(vars(self).get("_target"), "__module__", "") not in _POOLS:
            _adopt(self, shell)
        start(self)

    threading.Thread.start = start_in_cell  # type: ignore[method-assign]


def wait() -> list[tuple[str, str]]:
    """Wait for what the notebook left running, for a bounded time; of the rest, cell and name.

    Executors keep idle threads, and what a daemon does is nobody's result: those are not waited for.
    """
    pools = sys.modules.get("concurrent.futures.thread")
    workers = set(pools._threads_queues) if pools is not None else set()
    until, left = time.monotonic() + _PATIENCE, []
    for thread in set(threading.enumerate()) - _THREADS.before - workers:
        if thread.daemon or thread is threading.current_thread():
            continue
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            left.append((_THREADS.cells.get(thread, ""), thread.name))
    return left


def _adopt(thread: threading.Thread, shell: Any) -> None:
    parent = shell.get_parent() or {}
    _THREADS.cells[thread] = parent.get("header", {}).get("msg_id", "")
    run = thread.run

    def run_in_cell() -> None:
        with contextlib.suppress(AttributeError):
            del thread.run
        with contextlib.suppress(AttributeError):
            shell.set_thread_parent(parent)
        run()

    # Not its class: a thread may have a `run` of its own. Nor a whole context: that would hold more than our parent.
    with contextlib.suppress(AttributeError):
        thread.run = run_in_cell  # type: ignore[method-assign]
