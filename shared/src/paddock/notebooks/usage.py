"""What a cell used, measured in the kernel: time, processor, memory."""

from __future__ import annotations

import contextlib
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A message of our own: a display could be captured, and would be an output.
MESSAGE = "paddock_usage"
_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass
class _Meter:
    """What the clocks showed when the running cell began; a cell may run further cells, which are part of it."""

    depth: int = 0
    begun: float = 0.0
    cpu: float = 0.0


_METER = _Meter()


def install(shell: Any) -> None:
    """Measure each cell of this kernel, and tell the runner."""
    shell.events.register("pre_run_cell", lambda info: _begin())
    shell.events.register("post_run_cell", lambda result: _end(shell, result))


def _begin() -> None:
    if not _METER.depth:
        with contextlib.suppress(OSError):
            _RESET.write_text(_RESET_PEAK)
        _METER.begun, _METER.cpu = time.perf_counter(), _cpu()
    _METER.depth += 1


def _end(shell: Any, result: Any) -> None:
    _METER.depth = max(0, _METER.depth - 1)
    if _METER.depth:
        return
    error = result and (result.error_in_exec or result.error_before_exec)
    found = {
        "seconds": round(time.perf_counter() - _METER.begun, 6),
        "cpu_seconds": round(_cpu() - _METER.cpu, 6),
        "peak_memory_bytes": _peak(),
        "is_out_of_memory": isinstance(error, MemoryError),
    }
    kernel = shell.kernel
    kernel.session.send(kernel.iopub_socket, MESSAGE, found, parent=kernel.get_parent())


def _cpu() -> float:
    """Seconds of this process and of its children that it waited for."""
    spent = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in spent)


def _peak() -> int:
    """The most memory that was resident since the cell began; where the system does not tell, since the start."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
