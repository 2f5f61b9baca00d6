"""The sockets that Landlock knows nothing of (UDP, raw, netlink), forbidden by a filter of system calls (seccomp).

Sockets of the file system stay, for they are how processes of one check talk to each other.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import platform
import struct
import sys

from paddock_ci.sandbox.calls import failed, libc, renounce_privileges

_SET_SECCOMP, _FILTER = 22, 2
# What the filter sees of a call (struct seccomp_data): its number, the architecture, its first argument's low half.
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16
# Instructions of the filter (linux/bpf_common.h, linux/seccomp.h).
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
# Not "permission denied": libzmq aborts the process for that, but goes without network when there is none.
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EOPNOTSUPP
_UNIX = 1
# By machine: the architecture's mark, the number of socket(2). The other call has one number on all.
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
# It opens sockets without the call.
_IO_URING_SETUP = 425
# Calls with this bit are of x86's third set, which nothing uses and which would go round the numbers.
_X32 = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def can_forbid() -> bool:
    """Whether this machine's system calls are known."""
    return sys.platform == "linux" and platform.machine() in _MACHINES


def forbid() -> None:
    """Leave the calling thread, and every process that it starts, no socket but those of the file system, for good.

    Where the machine's calls are not known, nothing happens.
    """
    if not can_forbid():
        return
    instructions = _instructions(*_MACHINES[platform.machine()])
    program = _Program(len(instructions) // 8, instructions)
    renounce_privileges()
    arguments = (ctypes.c_ulong(_FILTER), ctypes.byref(program), ctypes.c_ulong(0), ctypes.c_ulong(0))
    if libc().prctl(_SET_SECCOMP, *arguments):
        raise failed("seccomp takes no filter of sockets")


@functools.cache
def _instructions(architecture: int, socket: int) -> bytes:
    """The filter: each instruction says how many to skip when it holds, and when not."""
    return b"".join(
        struct.pack("=HBBI", *instruction)
        for instruction in (
            (_LOAD, 0, 0, _ARCHITECTURE),
            (_IF_EQUAL, 0, 7, architecture),
            (_LOAD, 0, 0, _NUMBER),
            (_IF_AT_LEAST, 5, 0, _X32),
            (_IF_EQUAL, 4, 0, _IO_URING_SETUP),
            (_IF_EQUAL, 0, 2, socket),
            (_LOAD, 0, 0, _FIRST),
            (_IF_EQUAL, 0, 1, _UNIX),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        )
    )
