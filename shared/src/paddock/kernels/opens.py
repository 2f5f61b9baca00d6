"""The files that a kernel and all that it starts open, whoever opens them: seen where the system is asked for them.

Compiled readers (Arrow, DuckDB, Polars) and shell commands tell Python nothing, so Linux itself is asked: a filter of
system calls hands each opening to the keeper, which notes the path and lets it pass. Nothing is refused.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import platform
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

# The folder in which whoever wants to know leaves `ignored`, and finds `opened.json` when the kernel is gone.
VARIABLE = "PADDOCK_FOLLOW"
_ALLOW, _NOTIFY = 0x7FFF_0000, 0x7FC0_0000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NEW_LISTENER, _WAIT_KILLABLE = 8, 32
_RECEIVE, _ANSWER = 0xC050_2100, 0xC018_2101
_MESSAGE = struct.Struct("=QIIiIQ6Q")
_NO_NEW_PRIVILEGES, _EMPTY_PATH, _HERE = 38, 0x1000, -100
_LONGEST = _PAGE = 4096
_MOST = 20_000  # files; a notebook that opens more is not followed

# Of each system call: what is done to the path, and which arguments are its folder, the path and the flags.
_Call = tuple[str, int | None, int, int | None]
_X86: dict[int, _Call] = {
    2: ("open", None, 0, 1), 257: ("open", 0, 1, 2), 437: ("open2", 0, 1, 2), 85: ("made", None, 0, None),
    82: ("made", None, 1, None), 264: ("made", 2, 3, None), 316: ("made", 2, 3, None),
    83: ("made", None, 0, None), 258: ("made", 0, 1, None),
    59: ("run", None, 0, None), 322: ("run", 0, 1, None),
    4: ("asked", None, 0, None), 6: ("asked", None, 0, None), 21: ("asked", None, 0, None),
    262: ("asked", 0, 1, None), 269: ("asked", 0, 1, None), 439: ("asked", 0, 1, None), 332: ("asked", 0, 1, None),
}  # fmt: skip
_ARM: dict[int, _Call] = {
    56: ("open", 0, 1, 2), 437: ("open2", 0, 1, 2), 38: ("made", 2, 3, None), 276: ("made", 2, 3, None),
    34: ("made", 0, 1, None),
    221: ("run", None, 0, None), 281: ("run", 0, 1, None), 79: ("asked", 0, 1, None), 48: ("asked", 0, 1, None),
    439: ("asked", 0, 1, None), 291: ("asked", 0, 1, None),
}  # fmt: skip
# Flags by which a call asks after an open file, or whether something is a link; libraries do the latter thousands of
# times, and what is behind the link they ask by another call.
_QUIET = _EMPTY_PATH | 0x100
# By machine: how Linux calls it, the number of `seccomp`, the calls, and of some the flags by which they are let pass.
_MACHINES: dict[str, tuple[int, int, dict[int, _Call], dict[int, tuple[int, int]]]] = {
    "x86_64": (0xC000_003E, 317, _X86, {262: (3, _QUIET), 332: (2, _EMPTY_PATH)}),
    "aarch64": (0xC000_00B7, 277, _ARM, {79: (3, _QUIET), 291: (2, _EMPTY_PATH)}),
}


class Opened:
    """What was opened: of each path how it stood when it was first touched, and what was done to it first."""

    def __init__(self, folder: Path) -> None:
        self.files: dict[str, dict[str, Any]] = {}
        self.fault = ""
        self.runs = 0
        self.listener = -1
        self._folder = folder
        self._ignored = tuple(folder.joinpath("ignored").read_text(encoding="utf-8").split("\n"))
        self._calls = _MACHINES.get(platform.machine(), (0, 0, {}, {}))[2]
        self._poller = select.poll()
        self._ours, self._theirs = socket.socketpair()

    def following(self, begin: Callable[[], NoReturn]) -> Callable[[], NoReturn]:
        """`begin`, after which the process cannot open anything unseen."""

        def followed() -> NoReturn:
            self._ours.close()
            try:
                listener = _filtered()
            except OSError as error:
                self._theirs.sendall(f"!{error.strerror}".encode())
            else:
                socket.send_fds(self._theirs, [b"+"], [listener])
                os.close(listener)
            self._theirs.close()
            begin()

        return followed

    def listen(self) -> None:
        """Take over the listener of the process that was forked."""
        self._theirs.close()
        said, files, _, _ = socket.recv_fds(self._ours, _LONGEST, 1)
        self._ours.close()
        if files:
            self.listener = files[0]
            self._poller.register(self.listener, select.POLLIN)
        else:
            self.fault = f"this system does not tell what is opened: {said[1:].decode() or 'the kernel ended'}"

    def take(self) -> None:
        """Note what processes ask for now, and let them go on."""
        while ready := self._poller.poll(0):
            if not ready[0][1] & select.POLLIN:
                # Nobody is left that could ask.
                os.close(self.listener)
                self.listener = -1
                return
            message = bytearray(_MESSAGE.size)
            try:
                fcntl.ioctl(self.listener, _RECEIVE, message)
            except OSError as error:
                if error.errno in (errno.EINTR, errno.ENOENT):
                    continue
                raise
            number, process, _, call, _, _, *arguments = _MESSAGE.unpack(message)
            try:
                self._note(process, call, arguments)
            except (OSError, ValueError) as error:
                self.fault = self.fault or f"what process {process} opened cannot be told: {error}"
            finally:
                with contextlib.suppress(OSError):
                    fcntl.ioctl(self.listener, _ANSWER, struct.pack("=QqiI", number, 0, 0, 1))

    def write(self) -> None:
        """Leave what was found for whoever wanted to know."""
        found = {"files": self.files, "fault": self.fault, "runs": self.runs}
        with contextlib.suppress(OSError):
            (self._folder / "opened.json").write_text(json.dumps(found), encoding="utf-8")

    def _note(self, process: int, call: int, arguments: list[int]) -> None:
        kind, folder, place, flags = self._calls[call]
        self.runs += kind == "run"
        path = self._path(process, None if folder is None else arguments[folder], arguments[place])
        if not path or f"{path}/".startswith(self._ignored):
            return
        if len(self.files) > _MOST:
            raise ValueError(f"more than {_MOST:,} files were opened")
        given = 0 if flags is None else arguments[flags]
        if kind == "open2":
            given = int.from_bytes(self._memory(process, arguments[flags or 0], 8), sys.byteorder)
        self._add(path, _KINDS.get(kind) or _intent(given, path), is_folder=bool(given & os.O_DIRECTORY))

    def _add(self, path: str, intent: str, is_folder: bool) -> None:
        known = self.files.get(path)
        if known is None:
            known = self.files[path] = {"intent": intent, "before": signature(path), "at": time.time_ns()}
        elif _RANKS[intent] > _RANKS[known["intent"]]:
            known["intent"] = intent
        if intent == "read" and known["before"] and (is_folder or known["before"][0] == "folder"):
            known.setdefault("names", names(path))
            known["listed"] = known.get("listed", 0) + 1

    def _path(self, process: int, folder: int | None, address: int) -> str:
        """The path that a process gave, made absolute as that process sees it."""
        path = os.fsdecode(self._memory(process, address, _LONGEST).split(b"\0", 1)[0]) if address else ""
        if not path or path.startswith("/"):
            return path
        number = _HERE if folder is None else ctypes.c_int32(folder & 0xFFFF_FFFF).value
        start = os.readlink(f"/proc/{process}/{'cwd' if number == _HERE else f'fd/{number}'}")  # noqa: PTH115
        return os.path.normpath(f"{start}/{path}")

    def _memory(self, process: int, address: int, size: int) -> bytes:
        """What stands at an address of a process, up to `size` bytes."""
        # Not beyond the page, where nothing may be.
        first = self._read(process, address, min(size, _PAGE - address % _PAGE))
        if b"\0" in first or len(first) >= size:
            return first
        return first + self._read(process, address + len(first), size - len(first))

    def _read(self, process: int, address: int, size: int) -> bytes:
        # Opened each time: what is kept open stays the memory of the parent when a child becomes another program.
        file = os.open(f"/proc/{process}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return os.pread(file, size, address)
        finally:
            os.close(file)


# What was done first decides between `read` and `made`: a file that was written before it was read is no input.
_RANKS = {"asked": 0, "read": 1, "made": 1}
_KINDS = {"made": "made", "run": "read", "asked": "asked"}


def signature(path: str) -> list[Any] | None:
    """What changes with each change of what stands at `path`: `file`, `folder` or `other` first; None for nothing."""
    try:
        facts = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    kind = {0o100: "file", 0o040: "folder"}.get(facts.st_mode >> 9 & 0o170, "other")
    return [kind, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_dev]


def names(path: str) -> list[str]:
    """The names in a folder, sorted; none where it cannot be read."""
    try:
        return sorted(os.listdir(path))  # noqa: PTH208
    except OSError:
        return []


def _intent(flags: int, path: str) -> str:
    is_written = flags & os.O_ACCMODE != os.O_RDONLY
    is_new = flags & os.O_TRUNC or (flags & os.O_CREAT and not os.path.lexists(path))
    return "made" if is_written and is_new else "read"


def _filtered() -> int:
    """Let the system hand on what this process and its children open; the descriptor by which it does. Raises OSError.

    The process gains no rights from here on that it does not have: `sudo` does not work in it.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        raise OSError(errno.ENOSYS, f"{sys.platform} on {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    code = _program(*machine)
    held = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(code) // 8, ctypes.addressof(held)))
    for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER):
        listener = libc.syscall(machine[1], 1, flags, program)
        if listener >= 0:
            return int(listener)
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _program(machine: int, _: int, calls: dict[int, _Call], passing: dict[int, tuple[int, int]]) -> bytes:
    """The filter: it hands on our calls, but for those that are let pass by their flags."""
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _ALLOW), (_LOAD, 0, 0, 0)]
    for call in calls:
        if call in passing:
            argument, flags = passing[call]
            steps += [(_EQUAL, 0, 4, call), (_LOAD, 0, 0, 16 + 8 * argument), (_ANY_BIT, 1, 0, flags),
                      (_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _ALLOW)]  # fmt: skip
        else:
            steps += [(_EQUAL, 0, 1, call), (_RETURN, 0, 0, _NOTIFY)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
