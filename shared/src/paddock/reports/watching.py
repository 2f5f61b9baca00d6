"""The watch over notebooks: on each save a report is made again, from the first cell that is not as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paddock.errors import PaddockError
from paddock.notebooks.reruns import Reruns
from paddock.reports import page
from paddock.reports.order import Order, environment_of, project_of, working_folder
from paddock.reports.result import Facts
from paddock.reports.work import facts_of
from paddock.storage import durable

PERIOD = 0.05  # seconds
# What stands in a file that is being written is no fault; one that stays so is.
_PATIENCE = 1.0

# Of each file its time, size and inode; None where it is not.
_Seen = dict[str, tuple[int, int, int] | None]


@dataclass(frozen=True)
class Told:
    """What became of one change: the facts, or why there are none; of how many code cells how many were executed.

    `refusals` are cells after which nothing could be kept for the next time, each with the reason.
    """

    order: Order
    seconds: float
    facts: Facts | None = None
    fault: str = ""
    executed: int = 0
    cells: int = 0
    refusals: tuple[tuple[int, str], ...] = ()


@dataclass
class _Watched:
    """One notebook under watch; `seen` is how its files stood when they were last looked at."""

    order: Order
    reruns: Reruns = field(default_factory=Reruns)
    seen: _Seen = field(default_factory=dict)
    unread_since: float = 0.0


def watch(orders: Sequence[Order], tell: Callable[[Told], None], is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Make the report of each order, and again whenever its notebook or a local module that it loaded is saved.

    Goes on until it is not wanted any more, or interrupted; then no process of any notebook is left.
    """
    watched = [_Watched(order) for order in orders]
    try:
        while is_wanted():
            for one in watched:
                if (told := _look(one)) is not None:
                    tell(told)
            time.sleep(PERIOD)
    finally:
        for one in watched:
            one.reruns.close()


def _look(one: _Watched) -> Told | None:
    """Make the report again where something was saved; what became of it."""
    now = _seen(one)
    if now == one.seen:
        return None
    if fault := _unreadable(one.order.source):
        one.unread_since = one.unread_since or time.monotonic()
        if time.monotonic() - one.unread_since < _PATIENCE:
            return None
        one.unread_since, one.seen = 0.0, now
        return Told(one.order, 0.0, fault=fault)
    one.unread_since, one.seen = 0.0, now
    told = _made(one)
    # Modules that were loaded for the first time; a save meanwhile of the others is still to be seen.
    one.seen = {**_seen(one), **one.seen}
    return told


def _made(one: _Watched) -> Told:
    # Slow imports: the first report needs them.
    from paddock.notebooks.execution import execute

    order, begun = one.order, time.perf_counter()
    try:
        project = project_of(order)
        execution = execute(
            source=order.source,
            output=order.executed,
            parameters=dict(order.parameters),
            environment=environment_of(order, project),
            folder=working_folder(order, project),
            time_limit=order.time_limit,
            on_cell=lambda number, total: None,
            is_audit=False,
            reruns=one.reruns,
        )
        facts = facts_of(execution, order.executed, 0)
        durable.write_bytes(order.report, page.made(order, project, order.executed, facts, None))
    except PaddockError as error:
        return Told(order, time.perf_counter() - begun, fault=str(error))
    last = one.reruns.last
    return Told(order, time.perf_counter() - begun, facts, "", last.executed, len(last.keys), tuple(last.refusals))


def _seen(one: _Watched) -> _Seen:
    modules = (path for path in one.reruns.touched if path.endswith(".py"))
    return {path: _state(Path(path)) for path in (str(one.order.source), *modules)}


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _unreadable(source: Path) -> str:
    """Why a notebook's file holds no JSON; an editor may be writing it just now, or replacing it."""
    try:
        json.loads(source.read_bytes())
    except OSError as error:
        return f"{source}: cannot be read: {error.strerror}"
    except ValueError as error:
        return f"{source}: is not JSON: {error}"
    return ""
