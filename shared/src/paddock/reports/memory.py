"""Memory: how much of it this machine, or the container around us, still has."""

from __future__ import annotations

import contextlib
from pathlib import Path

# Of a notebook that nobody has seen run: an interpreter with the field's packages, and some data.
USUAL = 400_000_000
_GROUP = Path("/sys/fs/cgroup")


def available() -> int | None:
    """The bytes that new processes can have without swapping; None where the system does not tell."""
    found = [value for value in (_of_machine(), _of_group()) if value is not None]
    return min(found, default=None)


def _of_machine() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_group() -> int | None:
    """What the container's limit leaves; pages of files count as free, since they are given back."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        limit = int((_GROUP / "memory.max").read_text())
        facts = dict(line.split() for line in (_GROUP / "memory.stat").read_text().splitlines())
        return limit - int((_GROUP / "memory.current").read_text()) + int(facts["inactive_file"])
    return None
