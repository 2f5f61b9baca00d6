"""The open files of a process: the kernel's own, and those of a notebook that a copy could not have for itself."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_ANONYMOUS = "anon_inode:"
# Sockets of ZeroMQ have one each, and make it when they are first used.
_COUNTER = "anon_inode:[eventfd]"


@dataclass(frozen=True)
class Descriptor:
    """An open file: its number, what the system calls it, and its inode."""

    number: int
    name: str
    inode: int


def opened() -> dict[int, Descriptor]:
    """The open files of this process by number."""
    found = {}
    for path in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            number = int(path.name)
            found[number] = Descriptor(number, str(path.readlink()), os.fstat(number).st_ino)
    # The folder that was just listed.
    return {number: file for number, file in found.items() if file.name != f"/proc/{os.getpid()}/fd"}


def of_the_notebook(own: Mapping[int, Descriptor], prefix: str) -> list[Descriptor]:
    """The open files that are not the kernel's: not those of `own`, no connection to its sockets at `prefix`."""
    return [file for number, file in opened().items() if own.get(number) != file and not _is_connection(number, prefix)]


def unshareable(files: Iterable[Descriptor]) -> str:
    """The first of these files that a copy could not have for itself, in words; empty where there is none."""
    files = list(files)
    inodes = [file.inode for file in files]
    for file in files:
        mode = os.fstat(file.number).st_mode
        if stat.S_ISSOCK(mode):
            return f"a socket or a connection is open (descriptor {file.number})"
        if stat.S_ISFIFO(mode) and inodes.count(file.inode) < 2:
            return f"a pipe to another process is open (descriptor {file.number})"
        if stat.S_ISREG(mode) and _is_writable(file.number):
            return f"a file is open for writing: {file.name}"
        if file.name.startswith(_ANONYMOUS) and file.name != _COUNTER:
            return f"an event loop or the like is open ({file.name.removeprefix(_ANONYMOUS)})"
    return ""


def positions(files: Iterable[Descriptor]) -> dict[Descriptor, int]:
    """How far each regular file has been read; copies made by a fork would move on together."""
    regular = [file for file in files if stat.S_ISREG(os.fstat(file.number).st_mode)]
    return {file: os.lseek(file.number, 0, os.SEEK_CUR) for file in regular}


def reopen(read: Mapping[Descriptor, int]) -> None:
    """Open each file anew under its number, at its position; those that were closed meanwhile stay closed."""
    now = opened()
    for file, position in read.items():
        if now.get(file.number) != file:
            continue
        flags = fcntl.fcntl(file.number, fcntl.F_GETFD)
        new = os.open(f"/proc/self/fd/{file.number}", os.O_RDONLY | os.O_CLOEXEC)
        os.lseek(new, position, os.SEEK_SET)
        os.dup2(new, file.number, inheritable=not flags & fcntl.FD_CLOEXEC)
        os.close(new)


def close(numbers: Iterable[int]) -> None:
    """Close these descriptors, whoever thinks to own them."""
    for number in numbers:
        with contextlib.suppress(OSError):
            os.close(number)


def counters() -> set[int]:
    """The files by which sockets wake threads."""
    return {number for number, file in opened().items() if file.name == _COUNTER}


def connections(prefix: str) -> list[int]:
    """The connections to the kernel's sockets."""
    return [number for number in opened() if _is_connection(number, prefix)]


def _is_connection(number: int, prefix: str) -> bool:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return False
    copy = socket.socket(fileno=os.dup(number))
    with copy:
        place = copy.getsockname() if copy.family == socket.AF_UNIX else ""
    return isinstance(place, str) and place.startswith(prefix)


def _is_writable(number: int) -> bool:
    return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
