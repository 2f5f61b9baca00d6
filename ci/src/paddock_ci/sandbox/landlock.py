"""Landlock, the kernel's way for a process to give up rights for itself and for all that it starts.

The numbers are those of `linux/landlock.h`; which of them a kernel knows, its ABI says
(https://docs.kernel.org/userspace-api/landlock.html).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import stat
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

from paddock.errors import ToolError

from paddock_ci.sandbox.calls import failed, libc, renounce_privileges

# The same on every architecture that Python is released for.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1


class Right(IntFlag):
    """What Landlock can forbid to do with a file, in the order of its bits."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


LIST = Right.READ_DIR
READ = Right.EXECUTE | Right.READ_FILE | Right.READ_DIR
DEVICE = Right.READ_FILE | Right.WRITE_FILE | Right.TRUNCATE | Right.IOCTL_DEV
# Device nodes are in nobody's grant: through one of its own making, root would read the whole disk.
WRITE = (
    READ | Right.WRITE_FILE | Right.TRUNCATE | Right.REMOVE_DIR | Right.REMOVE_FILE | Right.MAKE_DIR | Right.MAKE_REG
    | Right.MAKE_SOCK | Right.MAKE_FIFO | Right.MAKE_SYM | Right.REFER
)  # fmt: skip
_OF_FILES = Right.EXECUTE | DEVICE
_OF_ABI_1 = ~(Right.REFER | Right.TRUNCATE | Right.IOCTL_DEV)
_SINCE = {2: Right.REFER, 3: Right.TRUNCATE, 5: Right.IOCTL_DEV}
_ALL = functools.reduce(lambda left, right: left | right, Right)
_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


@dataclass(frozen=True)
class Grant:
    """What may be done with `path` and everything below it; where it is missing, that is an error, or nothing."""

    path: Path
    rights: Right = READ
    is_optional: bool = False


@dataclass(frozen=True)
class Ruleset:
    """Rights that are prepared, and belong to nobody yet."""

    descriptor: int

    def restrict(self) -> None:
        """Leave the calling thread, and every process that it starts from now on, only these rights, for good.

        It is two system calls, so that it may also stand between fork and exec.
        """
        renounce_privileges()
        if libc().syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(self.descriptor), ctypes.c_uint32(0)):
            raise failed("Landlock does not restrict this thread")


@functools.cache
def abi() -> int:
    """The version of Landlock that this kernel enforces; 0 where it has none, or where it is switched off."""
    if sys.platform != "linux":
        return 0
    answer = libc().syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    return max(0, int(answer))


@contextlib.contextmanager
def ruleset(grants: Iterable[Grant], network: bool) -> Iterator[Ruleset]:
    """Prepare the rights to nothing but `grants`, and to TCP if `network`; raises ToolError.

    Signals and abstract sockets reach only those that are as restricted.
    """
    descriptor = _created(network)
    try:
        for path, (rights, is_optional) in _merged(grants).items():
            _add(descriptor, path, rights, is_optional)
        yield Ruleset(descriptor)
    finally:
        os.close(descriptor)


@functools.cache
def handled(version: int) -> Right:
    """All rights to files that a kernel with this ABI can forbid."""
    later = [right for since, right in _SINCE.items() if since <= version]
    return functools.reduce(lambda left, right: left | right, later, _ALL & _OF_ABI_1)


def _created(network: bool) -> int:
    version = abi()
    fields = [int(handled(version))]
    if version >= 4:
        fields.append(0 if network else _BIND_AND_CONNECT)
    if version >= 6:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    wanted = struct.pack(f"={len(fields)}Q", *fields)
    create = (ctypes.c_long(_CREATE_RULESET), wanted, ctypes.c_size_t(len(wanted)), ctypes.c_uint32(0))
    descriptor = int(libc().syscall(*create))
    if descriptor < 0:
        raise failed("Landlock makes no ruleset")
    return descriptor


def _merged(grants: Iterable[Grant]) -> dict[Path, tuple[Right, bool]]:
    found: dict[Path, tuple[Right, bool]] = {}
    for grant in grants:
        rights, is_optional = found.get(grant.path, (Right(0), True))
        found[grant.path] = (rights | grant.rights, is_optional and grant.is_optional)
    return found


@functools.cache
def _allowed(rights: Right, is_folder: bool) -> int:
    """The rights that a rule may have: the kernel refuses those that it does not know, and a folder's for a file."""
    return int(rights & handled(abi()) & (_ALL if is_folder else _OF_FILES))


def _add(ruleset: int, path: Path, rights: Right, is_optional: bool) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        if is_optional:
            return
        raise ToolError(f"{path}: granted to a check, but missing", "Declare what exists.") from error
    try:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rule = struct.pack("=Qi", _allowed(rights, is_folder), descriptor)
        add = (ctypes.c_long(_ADD_RULE), ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
        if libc().syscall(*add):
            raise failed(f"{path}: Landlock does not grant it")
    finally:
        os.close(descriptor)
