"""The keeper of one kernel: it begins the kernel, tells how it ended, and leaves nothing of it behind.

The keeper and whoever wants the kernel hold a socket each: the lease. When the lease ends, by a word or because its
holder died, the kernel and all that it ever started die, in whatever session they are: orphans become children of the
keeper (Linux; elsewhere only the kernel's own process group is known).

Run as a program (`python -I -S keeper.py LEASE SCRATCH COMMAND…`) it keeps a kernel that is a program of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

if __name__ == "__main__":
    # As a program it is isolated from all that is installed; of ours it needs what stands beside it.
    sys.path.append(str(Path(__file__).parents[2]))
from paddock.kernels.opens import VARIABLE, Opened

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 5.0  # seconds in which killed processes have to be gone
_LONGEST = 65_536


def keep(lease: socket.socket, begin: Callable[[], NoReturn], follow: str = "", scratch: str = "") -> None:
    """Fork, let the child `begin` the kernel, and hold it for as long as the lease lasts.

    What the kernel opens meanwhile is left in the folder `follow`, where there is one. The folder `scratch` goes with
    the kernel: whoever made it may have been killed.
    """
    _adopt_orphans()
    opened = Opened(Path(follow)) if follow else None
    # Where there is work: the pipe into which the interpreter writes when a child ended.
    waking, written = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(written)
    kernel = _fork(opened.following(begin) if opened else begin, lease, (waking, written))
    if opened:
        opened.listen()
    _tell(lease, {"pid": kernel})
    try:
        _hold(lease, kernel, waking, opened)
    finally:
        _kill_all(kernel)
        if opened:
            opened.write()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)


def send(lease: socket.socket, message: Any) -> None:
    """Send one message over a lease."""
    lease.sendall(json.dumps(message).encode() + b"\n")


def _fork(begin: Callable[[], NoReturn], lease: socket.socket, pipe: tuple[int, int]) -> int:
    keeper = os.getpid()
    kernel = os.fork()
    if kernel:
        return kernel
    try:
        die_with_parent(keeper)
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        lease.close()
        for end in pipe:
            os.close(end)
        begin()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(70)


def _hold(lease: socket.socket, kernel: int, waking: int, opened: Opened | None) -> None:
    """Do as the lease says until it ends; tell when the kernel has ended."""
    said = b""
    while True:
        following = [opened.listener] if opened and opened.listener >= 0 else []
        ready = select.select([lease.fileno(), waking, *following], [], [])[0]
        if opened and opened.listener in ready:
            opened.take()
        if waking in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(waking, _LONGEST)
            _reap(lease, kernel)
        if lease.fileno() in ready:
            try:
                read = lease.recv(_LONGEST)
            except OSError:
                return
            if not read:
                return
            *lines, said = (said + read).split(b"\n")
            for line in lines:
                _signal(kernel, int(json.loads(line)["signal"]))


def _signal(kernel: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(kernel, number)


def _reap(lease: socket.socket, kernel: int) -> None:
    """Take leave of the children that ended; those of the kernel that outlived it wait for the end of the lease."""
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            if process == kernel:
                _tell(lease, {"exit": os.waitstatus_to_exitcode(status)})


def _tell(lease: socket.socket, message: Any) -> None:
    # Whoever is gone needs no word; the lease ends with the next look at it.
    with contextlib.suppress(OSError):
        send(lease, message)


def _kill_all(kernel: int) -> None:
    """Kill the kernel's group, then whatever became ours, until nothing is left."""
    until = time.monotonic() + _PATIENCE
    _signal(kernel, signal.SIGKILL)
    while time.monotonic() < until:
        try:
            # What a killed process had started is ours when we have taken leave of it.
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            for process in _children():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.002)


def _children() -> list[int]:
    keeper, found = str(os.getpid()), []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            # The name, in brackets, may hold anything; the parent is the second field behind it.
            if path.read_text(errors="replace").rpartition(")")[2].split()[1] == keeper:
                found.append(int(path.parent.name))
    return found


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent: int) -> None:
    """Let the system kill this process when the keeper dies, however that dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(70)


def _main() -> None:
    lease = socket.socket(fileno=int(sys.argv[1]))
    lease.set_inheritable(False)
    scratch, *command = sys.argv[2:]

    def begin() -> NoReturn:
        try:
            os.execvpe(command[0], command, os.environ)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}\n".encode())
            os._exit(127)

    keep(lease, begin, os.environ.get(VARIABLE, ""), scratch)


if __name__ == "__main__":
    _main()
