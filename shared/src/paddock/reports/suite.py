"""A suite of orders: each looked up, the others executed, several at once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from paddock.errors import PaddockError
from paddock.kernels import servers
from paddock.reports import checking, interrupting, memory, one, work
from paddock.reports.cache import address_of
from paddock.reports.one import Perform
from paddock.reports.order import Order
from paddock.reports.result import Facts, Result
from paddock.reports.surroundings import look_again

REUSED, WORKING = "reused", "working"
_LOOKS = 0.2  # seconds between two looks at memory
_GROWTH = 10.0  # seconds in which a notebook has taken most of what it will take


@dataclass(frozen=True)
class Event:
    """Something that happened to an order: `working` on a cell, or what became of it."""

    order: Order
    status: str
    cell: int = 0
    cells: int = 0
    result: Result | None = None


Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Options:
    """How many at once, whether reports are reused, and who does the work.

    By default (0) one more than there are cores: while one notebook is prepared or shown, others have the cores.
    """

    workers: int = 0
    is_cached: bool = True
    perform: Perform = work.perform
    is_here: bool = True


def fulfil(orders: Sequence[Order], options: Options, listener: Listener) -> list[Result]:
    """The result of each order, in their order; nothing is executed when one of them could not be.

    Raises ConfigurationError for a notebook or a parameter that is wrong. What fails later is its order's own failure.
    """
    checking.check_outputs(orders)
    look_again()
    found: dict[int, Result] = {}
    waiting: list[tuple[int, str]] = []
    for number, order in enumerate(orders):
        kept, why = one.look_up(order) if options.is_cached else (None, "--no-cache")
        if kept is None:
            waiting.append((number, why))
            continue
        found[number] = kept
        listener(Event(order, REUSED, result=kept))
    if waiting:
        checking.check([orders[number] for number, _ in waiting])
        with _servers(len(waiting)):
            _Crew(orders, options, listener, found).do(waiting)
        one.cache_of(orders[0].workspace).prune()
    return [found[number] for number in range(len(orders))]


@contextmanager
def _servers(count: int) -> Iterator[None]:
    """In CI, a server of kernels for several notebooks: it pays off, and ends with this process."""
    is_ours = count > 1 and servers.VARIABLE not in os.environ and servers.mode() == "stock"
    if is_ours:
        os.environ[servers.VARIABLE] = "own"
    try:
        yield
    finally:
        if is_ours:
            servers.end_own()
            del os.environ[servers.VARIABLE]


@dataclass
class _Crew:
    """The threads that do the work; each only waits for its kernel, so that one process is enough."""

    orders: Sequence[Order]
    options: Options
    listener: Listener
    found: dict[int, Result]
    running: dict[Future[Result], tuple[int, float, int]] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    telling: threading.Lock = field(default_factory=threading.Lock)

    def do(self, waiting: list[tuple[int, str]]) -> None:
        """Begin what there is room for, end what has ended, until nothing is left; an interrupt ends all of it."""
        workers = min(len(waiting), self.options.workers or _cores() + 1)
        if workers == 1:
            # In this thread, where Ctrl-C arrives.
            for number, why in waiting:
                self._end(number, self._one(number, why))
            return
        if self.options.is_here:
            # Side by side, libraries that take every core each would be a crowd.
            threads = max(1, _cores() // workers)
            self.orders = [replace(order, threads=threads) for order in self.orders]
        with ThreadPoolExecutor(workers, thread_name_prefix="report") as pool:
            try:
                while waiting or self.running:
                    while waiting and len(self.running) < workers and self._has_room(waiting[0][0]):
                        number, why = waiting.pop(0)
                        begun = pool.submit(self._one, number, why)
                        self.running[begun] = (number, time.monotonic(), self._need(number))
                    for done in wait(self.running, _LOOKS, FIRST_COMPLETED).done:
                        self._end(self.running.pop(done)[0], done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                interrupting.interrupt(self.busy)
                raise

    def _one(self, number: int, why: str) -> Result:
        order = self.orders[number]

        def on_cell(cell: int, cells: int) -> None:
            self._tell(Event(order, WORKING, cell, cells))

        self.busy.add(threading.get_ident())
        try:
            return one.fulfil(order, why, on_cell, self.options.perform)
        except PaddockError as error:
            return _broken(order, why, error)
        finally:
            self.busy.discard(threading.get_ident())

    def _end(self, number: int, result: Result) -> None:
        self.found[number] = result
        self._tell(Event(self.orders[number], result.facts.status, result=result))

    def _tell(self, event: Event) -> None:
        with self.telling:
            self.listener(event)

    def _has_room(self, number: int) -> bool:
        """Whether there is memory for one more; the first one runs whatever there is."""
        left = memory.available()
        if not self.running or left is None or not self.options.is_here:
            return True
        young = (need for _, begun, need in self.running.values() if time.monotonic() - begun < _GROWTH)
        return left - sum(young) >= self._need(number)

    def _need(self, number: int) -> int:
        order = self.orders[number]
        return one.cache_of(order.workspace).peak(address_of(order.name, order.parameters)) or memory.USUAL


def _cores() -> int:
    return os.cpu_count() or 1


def _broken(order: Order, why: str, error: PaddockError) -> Result:
    """The result of an order that could not be done: no disk, no kernel."""
    reason = f"{error.message} {error.remedy}".strip()
    facts = Facts("failed", reason, 0.0, 0, dict(order.parameters), (), ())
    return Result(order.name, order.parameters, facts, order.executed, order.report, why, "it failed")
