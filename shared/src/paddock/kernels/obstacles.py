"""Obstacles: why a copy of this kernel would not go on as the kernel itself does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from paddock.kernels import descriptors, native_threads
from paddock.kernels.descriptors import Descriptor

_SOCKET_THREADS = 4  # two contexts with two threads each
_KERNELS_CODE = ("ipykernel", "tornado", "zmq")
_SPARE = 2  # times what the process holds must be free: a copy may come to hold all of it


def obstacle(own_threads: Iterable[threading.Thread], files: Iterable[Descriptor], loop: Any) -> str:
    """The first reason against a copy, in words; empty where there is none."""
    return next(_obstacles(frozenset(own_threads), list(files), loop), "")


def _obstacles(own: frozenset[threading.Thread], files: list[Descriptor], loop: Any) -> Iterator[str]:
    if _has_cuda():
        yield "CUDA is initialised, and no process may copy that"
    for thread in threading.enumerate():
        # What compiled code started and Python met once is looked at with its like.
        is_ours = isinstance(thread, threading._DummyThread) or thread is threading.current_thread()
        if thread not in own and not is_ours:
            yield f"a thread of the notebook is alive ('{thread.name}')"
    if children := _children():
        yield f"a process that the notebook started is alive ({children[0]})"
    if what := _pending(loop):
        yield f"{what} is pending in the event loop"
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        yield "a timer is running"
    if what := descriptors.unshareable(files):
        yield what
    if path := native_threads.shared_file():
        yield f"a file is mapped for writing: {path}"
    if what := native_threads.foreign(_numbers(own), _SOCKET_THREADS):
        yield what
    held, free = _memory()
    if free < _SPARE * held:
        yield f"memory is short: {free / 1e9:.1f} GB are free, the kernel holds {held / 1e9:.1f} GB"


def _numbers(own: frozenset[threading.Thread]) -> frozenset[int]:
    return frozenset({os.getpid(), *(thread.native_id for thread in own if thread.native_id is not None)})


def _has_cuda() -> bool:
    torch = sys.modules.get("torch")
    is_initialised = getattr(getattr(torch, "cuda", None), "is_initialized", None)
    return bool(is_initialised is not None and is_initialised()) or any(
        name.startswith("/dev/nvidia") for name in (file.name for file in descriptors.opened().values())
    )


def _children() -> list[str]:
    return [child for path in Path("/proc/self/task").glob("*/children") for child in _words(path)]


def _words(path: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return path.read_text().split()
    return []


def _pending(loop: Any) -> str:
    """What of the notebook the loop would still do; the kernel's own tasks begin anew in a copy."""
    if not isinstance(loop, asyncio.SelectorEventLoop):
        return f"something unknown ({type(loop).__name__})"
    for task in asyncio.all_tasks(loop):
        code = getattr(task.get_coro(), "cr_code", None)
        if code is None or not _is_kernels(code.co_filename):
            return f"a task ('{task.get_name()}')"
    inner: Any = loop
    for handle in inner._scheduled:
        if not handle.cancelled() and not _is_kernels(_file_of(handle._callback)):
            return "a callback"
    return "a signal handler" if inner._signal_handlers else ""


def _file_of(callback: Any) -> str:
    while hasattr(callback, "func"):
        callback = callback.func
    code = getattr(getattr(callback, "__func__", callback), "__code__", None)
    return code.co_filename if code is not None else ""


def _is_kernels(file: str) -> bool:
    return any(f"/site-packages/{package}/" in file for package in _KERNELS_CODE)


def _memory() -> tuple[int, int]:
    """What this process holds for itself, and what the machine has left, in bytes."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    machine = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    held = int(fields["RssAnon"].split()[0]) * 1024
    free = int(machine["MemAvailable"].split()[0]) * 1024
    with contextlib.suppress(OSError, ValueError):
        group = Path("/sys/fs/cgroup")
        free = min(free, int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    return held, free
