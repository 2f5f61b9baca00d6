"""Calls of the system that Python has no function for."""

from __future__ import annotations

import ctypes
import functools
import os

from paddock.errors import ToolError

_NO_NEW_PRIVILEGES = 38


def renounce_privileges() -> None:
    """Let no program that the calling thread starts gain privileges, as the kernel asks before it takes others away."""
    if libc().prctl(_NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        raise failed("privileges cannot be renounced (PR_SET_NO_NEW_PRIVS)")


def failed(what: str) -> ToolError:
    """The error for a call that just failed, with the system's own reason."""
    return ToolError(f"{what}: {os.strerror(ctypes.get_errno())}", "Run the checks on a kernel that allows it.")


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library that this process has loaded."""
    return ctypes.CDLL(None, use_errno=True)
