"""The causes for which an executed notebook fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """What made a notebook fail, told by facts and never by the text of a message."""

    FAILED_CELL = "failed-cell"
    GATE = "gate"
    UNSEEN_FAILURE = "unseen-failure"
    SKIPPED = "skipped"
    TIME_LIMIT = "time-limit"
    OUT_OF_MEMORY = "out-of-memory"
    KERNEL_KILLED = "kernel-killed"
    KERNEL_EXITED = "kernel-exited"
    KERNEL_SILENT = "kernel-silent"
    LEFT_RUNNING = "left-running"
    RUNNER_KILLED = "runner-killed"
    INTERRUPTED = "interrupted"


# Apart from 0 to 3, which every command of ours has; the last one is that of shells for Ctrl-C.
EXIT_CODES: Mapping[Cause, int] = MappingProxyType(
    {
        Cause.FAILED_CELL: 10,
        Cause.GATE: 11,
        Cause.UNSEEN_FAILURE: 12,
        Cause.SKIPPED: 13,
        Cause.TIME_LIMIT: 14,
        Cause.OUT_OF_MEMORY: 15,
        Cause.KERNEL_KILLED: 16,
        Cause.KERNEL_EXITED: 17,
        Cause.KERNEL_SILENT: 18,
        Cause.LEFT_RUNNING: 19,
        Cause.RUNNER_KILLED: 20,
        Cause.INTERRUPTED: 130,
    }
)


@dataclass(frozen=True)
class Failure:
    """That a notebook failed: the cause, and the reason in words."""

    cause: Cause
    reason: str
