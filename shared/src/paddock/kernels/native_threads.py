"""The threads of compiled code: which of them a copy of the process would miss, and which its libraries start anew."""

from __future__ import annotations

import bisect
import contextlib
import ctypes
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Libraries that know of forks: in the child they start such threads again when they need them.
_RENEWED = ("libarrow", "libscipy_openblas", "libopenblas")
_RENEWED_NAMES = ("jemalloc_bg_thd",)
_SOCKETS = "ZMQbg"
# What every thread stands on.
_GROUND = ("libc.so", "libc-", "libpthread", "libstdc++", "libgcc_s", "ld-linux", "libm.so", "libm-", "[vdso]",
           "libpython", "python")  # fmt: skip
_TEAMS = "libgomp"
_PAUSE_HARD = 2
_DEEPEST = 16_384
_WORD = 8
_LOOKS = 5
_BETWEEN_LOOKS = 0.004


@dataclass(frozen=True)
class _Mapping:
    """A range of this process's memory, and the file that it shows."""

    start: int
    end: int
    rights: str
    path: str


def foreign(known: frozenset[int], sockets: int) -> str:
    """A thread that a copy would miss, in words; empty where there is none.

    `known` are the numbers of Python's own threads; `sockets` says how many threads the kernel's sockets have.
    """
    memory = _memory()
    _dismiss_teams(memory)
    found = ""
    for _ in range(_LOOKS):
        if not (found := _foreign(known, sockets, memory)):
            break
        # A thread that was dismissed may take a moment to go.
        time.sleep(_BETWEEN_LOOKS)
    return found


def shared_file() -> str:
    """A file that is mapped such that copies would write to the same memory; empty where there is none."""
    shared = (mapping.path for mapping in _memory() if mapping.rights[1:4:2] == "ws" and mapping.path.startswith("/"))
    return next(shared, "")


def _foreign(known: frozenset[int], sockets: int, memory: Sequence[_Mapping]) -> str:
    of_sockets = 0
    for task in Path("/proc/self/task").iterdir():
        if int(task.name) in known:
            continue
        try:
            name = (task / "comm").read_text().strip()
        except OSError:
            # It ended meanwhile.
            continue
        if name.startswith(_SOCKETS):
            of_sockets += 1
        elif not name.startswith(_RENEWED_NAMES) and (whose := _whose(task, memory)):
            return f"a thread of compiled code is alive ('{name}', {whose})"
    return "a ZeroMQ context of the notebook is open" if of_sockets > sockets else ""


def _dismiss_teams(memory: Sequence[_Mapping]) -> None:
    """Let OpenMP's idle threads end: a copy would wait for them for ever. The next parallel region starts others."""
    for path in {mapping.path for mapping in memory if _TEAMS in mapping.path}:
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(path).omp_pause_resource_all(_PAUSE_HARD)


def _whose(task: Path, memory: Sequence[_Mapping]) -> str:
    """In whose code a thread sleeps, as its stack tells; empty where that starts it anew after a fork."""
    try:
        words = (task / "syscall").read_text().split()
        # Of a thread that runs there is one word; of one that sleeps the last two are its stack and its instruction.
        if len(words) < 3:
            return "which is at work"
        libraries = _libraries_on_stack(int(words[-2], 16), memory)
    except (OSError, ValueError):
        return "of which nothing is known"
    found = {name for name in libraries if not name.startswith(_GROUND)}
    if found and all(name.startswith(_RENEWED) for name in found):
        return ""
    return f"of {', '.join(sorted(found)) or 'the system'}"


def _libraries_on_stack(top: int, memory: Sequence[_Mapping]) -> set[str]:
    """The libraries into whose code the words of a stack point."""
    starts = [mapping.start for mapping in memory]
    stack = memory[bisect.bisect_right(starts, top) - 1]
    size = min(_DEEPEST, stack.end - top) // _WORD * _WORD
    with Path("/proc/self/mem").open("rb", buffering=0) as file:
        file.seek(top)
        content = file.read(size)
    found = set()
    for (word,) in struct.iter_unpack("=Q", content[: len(content) // _WORD * _WORD]):
        mapping = memory[bisect.bisect_right(starts, word) - 1]
        if mapping.start <= word < mapping.end and "x" in mapping.rights and mapping.path:
            found.add(Path(mapping.path).name)
    return found


def _memory() -> list[_Mapping]:
    found = []
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, _, *path = line.split(maxsplit=5)
        start, end = (int(number, 16) for number in addresses.split("-"))
        found.append(_Mapping(start, end, rights, path[0] if path else ""))
    return found
