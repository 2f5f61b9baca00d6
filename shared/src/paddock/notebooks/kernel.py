"""The kernel's process: this interpreter, in a session of its own, gone with everything it started."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from paddock.errors import ToolError

# Every process that the notebook starts inherits it, also one that leaves the kernel's session.
_MARK = "PADDOCK_KERNEL"
# The history would go to a database in the user's home, which several kernels would share.
_HISTORY_OFF = "--HistoryManager.enabled=False"
_LONGEST_SOCKET_PATH = 90
_CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
_GRACE = 2.0
# When the runner dies, however it dies, its end of the pipe closes; then this kills the kernel's group.
_GUARD = 'read -r _; kill -s KILL -- "-$0"; rm -rf -- "$1"'


@dataclass
class Kernel:
    """A kernel's process and the file by which a client finds it; `may_leave` when it was asked to end."""

    process: subprocess.Popen[bytes]
    connection: Path
    may_leave: bool = False


@contextlib.contextmanager
def running(environment: Mapping[str, str], folder: Path | None) -> Iterator[Kernel]:
    """Give a kernel that sees `environment` on top of ours; at the end no process of it is left.

    It boots while the caller goes on. Raises ToolError when it cannot be started.
    """
    home = Path(tempfile.mkdtemp(prefix="paddock-kernel-"))
    mark = secrets.token_hex(16)
    try:
        connection = _connection_file(home)
        process = _launched(connection, {**os.environ, **environment, _MARK: mark}, folder)
        try:
            with _guarded(process.pid, home):
                kernel = Kernel(process, connection)
                yield kernel
                if kernel.may_leave:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(_GRACE)
        finally:
            _kill(process.pid, mark)
            process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def connected(kernel: Kernel) -> Any:
    """A client of jupyter_client that talks to the kernel, in the loop that runs now."""
    import zmq
    from jupyter_client.asynchronous.client import AsyncKernelClient

    client = AsyncKernelClient(connection_file=str(kernel.connection))
    client.load_connection_file()
    # Without a limit: past it, a reader slower than the kernel would lose outputs, and the end of the cell.
    client.context.setsockopt(zmq.RCVHWM, 0)
    client.start_channels(hb=False)
    client.allow_stdin = False
    return client


async def wait_until_ready(kernel: Kernel, client: Any, seconds: float) -> dict[str, Any]:
    """Wait until the kernel answers and its outputs reach us; what it tells of itself. Raises ToolError."""
    until = time.monotonic() + seconds
    remedy = f"Check that it starts at all: {Path(sys.executable).name} -m ipykernel_launcher --version"
    while time.monotonic() < until:
        with contextlib.suppress(Empty):
            answer = await reply(client, client.kernel_info(), min(1.0, until - time.monotonic()))
            # The first message says that the subscription stands; until then outputs would be lost.
            await client.get_iopub_msg(timeout=0.2)
            return dict(answer["content"])
        if (code := kernel.process.poll()) is not None:
            raise ToolError(f"the kernel ended with exit code {code} before it answered", remedy)
    raise ToolError(f"the kernel did not answer within {seconds:g} s", remedy)


async def reply(client: Any, request: str, seconds: float) -> dict[str, Any]:
    """The kernel's reply to the message `request`; raises queue.Empty when none comes in time."""
    until = time.monotonic() + seconds
    while True:
        message: dict[str, Any] = await client.get_shell_msg(timeout=max(0.0, until - time.monotonic()))
        if message["parent_header"].get("msg_id") == request:
            return message


async def leave(kernel: Kernel, client: Any) -> None:
    """Ask an idle kernel to run its exit handlers and end; one that does not answer is not waited for."""
    client.shutdown()
    with contextlib.suppress(Empty):
        await client.get_control_msg(timeout=_GRACE)
        kernel.may_leave = True


def _connection_file(home: Path) -> Path:
    path = home / "connection.json"
    key = secrets.token_hex(32)
    if len(str(home)) > _LONGEST_SOCKET_PATH:
        from jupyter_client.connect import write_connection_file

        write_connection_file(str(path), ip="127.0.0.1", key=key.encode())
        return path
    # Sockets in a folder that only this user may enter, not ports that the whole machine sees.
    ports = {f"{channel}_port": number for number, channel in enumerate(_CHANNELS, start=1)}
    facts = {"transport": "ipc", "ip": str(home / "socket"), "key": key, "signature_scheme": "hmac-sha256", **ports}
    path.write_text(json.dumps(facts))
    return path


def _launched(connection: Path, environment: Mapping[str, str], folder: Path | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", str(connection), _HISTORY_OFF],
            env={**environment, "JPY_PARENT_PID": str(os.getpid())},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            # What is written to the file descriptors comes as messages, too; ours are not the notebook's.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(f"the kernel cannot be started: {error}", f"Check that {folder} is a folder.") from error


@contextlib.contextmanager
def _guarded(group: int, home: Path) -> Iterator[None]:
    read, write = os.pipe()
    guard = subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, str(group), str(home)],
        stdin=read,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(read)
    try:
        yield
    finally:
        # Before the pipe closes: the group's number may soon be another's.
        guard.kill()
        guard.wait()
        os.close(write)


def _kill(group: int, mark: str) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    for process in _marked(mark):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """The processes that inherited the mark, wherever they went; where there is no /proc only the group is known."""
    wanted = f"{_MARK}={mark}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if wanted in path.read_bytes():
                found.append(int(path.parent.name))
    return found
