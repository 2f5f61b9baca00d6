"""The order to execute a notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from paddock.notebooks.journal import Journal
from paddock.notebooks.kernel import Kernel
from paddock.notebooks.reruns import Reruns

NO_LIMIT = 7 * 24 * 3600.0
STARTUP = 60.0


@dataclass(frozen=True)
class Order:
    """How to execute: in which kernel, within how many seconds in all, whom to tell of each cell, with what journal.

    The kernel has `startup` seconds to answer. With `reruns`, cells whose outcome is known from an earlier run are not
    executed again.
    """

    kernel: Kernel
    time_limit: float = NO_LIMIT
    on_cell: Callable[[int, int], None] = lambda number, total: None
    journal: Journal | None = None
    reruns: Reruns | None = None
    startup: float = STARTUP
