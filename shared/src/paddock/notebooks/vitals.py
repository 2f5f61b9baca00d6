"""The vitals of a kernel's process: it lives, is stopped, or was killed for want of memory, as the system tells."""

from __future__ import annotations

import contextlib
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from paddock.kernels.lease import Lease

# A debugger's stop has another letter; so only who sent SIGSTOP, and forgot it, waits that long.
_STOPPED = "T"
_STOPPED_FOR = 3.0
_ROOT = Path("/")
# Of the second version of control groups, of both side by side, of the first.
_COUNTERS = (
    "sys/fs/cgroup/{}/memory.events",
    "sys/fs/cgroup/unified/{}/memory.events",
    "sys/fs/cgroup/memory/{}/memory.oom_control",
)


@dataclass
class Vitals:
    """What is known of a kernel's process; `kills` is how many its group had lost for want of memory at the start."""

    process: Lease
    counter: Path | None
    kills: int
    stopped: float | None = None

    def is_gone(self) -> bool:
        """Whether the kernel ended, or was stopped and nobody lets it go on."""
        return self.process.poll() is not None or self.is_stopped()

    def is_stopped(self) -> bool:
        """Whether the kernel has been stopped for a while; to be asked again and again."""
        if _letter(self.process.pid) != _STOPPED:
            self.stopped = None
            return False
        now = time.monotonic()
        self.stopped = self.stopped or now
        return now - self.stopped >= _STOPPED_FOR

    def is_out_of_memory(self) -> bool:
        """Whether the kernel was killed and the system says that it killed for want of memory since the start."""
        was_killed = self.process.poll() == -signal.SIGKILL
        return was_killed and self.counter is not None and _kills(self.counter) > self.kills


def of(process: Lease, root: Path = _ROOT) -> Vitals:
    """The vitals of a kernel that starts now."""
    counter = _counter(process.pid, root)
    return Vitals(process, counter, _kills(counter) if counter else 0)


def facts(pid: int) -> list[str]:
    """What Linux tells of a process in `/proc/PID/stat`, from its third field on; nothing where it is gone."""
    with contextlib.suppress(OSError):
        # The name, in brackets, may hold anything.
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return []


def _letter(pid: int) -> str:
    return "".join(facts(pid)[:1])


def _counter(pid: int, root: Path) -> Path | None:
    """The file in which the system counts what it killed in the kernel's control group for want of memory."""
    with contextlib.suppress(OSError):
        for line in (root / f"proc/{pid}/cgroup").read_text().splitlines():
            number, names, group = line.split(":", 2)
            if number != "0" and "memory" not in names.split(","):
                continue
            # In a container, the group may be named as the host sees it, and be mounted as the root.
            places = [root / pattern.format(inner) for pattern in _COUNTERS for inner in (group.strip("/"), "")]
            if found := next((place for place in places if place.is_file()), None):
                return found
    return None


def _kills(counter: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        words = (line.split() for line in counter.read_text().splitlines())
        return next((int(line[1]) for line in words if line[0] == "oom_kill"), 0)
    return 0
