"""The interruption of threads that wait for kernels: each stores what its notebook has done, and ends."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable


def interrupt(threads: Iterable[int]) -> None:
    """Let a KeyboardInterrupt arise in each of these threads, as Ctrl-C does in the first one.

    Their loops wake up several times a second, to look after the kernel; there it arises.
    """
    for thread in tuple(threads):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))
