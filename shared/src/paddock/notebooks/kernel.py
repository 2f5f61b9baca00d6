"""The kernel of a notebook: this interpreter, gone with everything it started."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from paddock.errors import ToolError
from paddock.kernels.lease import Lease
from paddock.kernels.starting import start
from paddock.notebooks.patience import Patience

# The history would go to a database in the user's home, which several kernels would share.
HISTORY_OFF = "--HistoryManager.enabled=False"
_LONGEST_SOCKET_PATH = 90
_CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
_GRACE = 4.0
_PERIOD = 0.005
_RETRY = 2  # milliseconds


@dataclass(frozen=True)
class Kernel:
    """A kernel's process and the file by which a client finds it."""

    process: Lease
    connection: Path


@contextlib.contextmanager
def running(environment: Mapping[str, str], folder: Path | None) -> Iterator[Kernel]:
    """Give a kernel that sees `environment` on top of ours; at the end no process of it is left.

    It boots while the caller goes on. Raises ToolError when it cannot be started.
    """
    home = Path(tempfile.mkdtemp(prefix="paddock-kernel-"))
    try:
        connection = connection_file(home)
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", str(connection), HISTORY_OFF]
        lease = start(command, {**os.environ, **environment}, folder or Path.cwd(), scratch=str(home))
        try:
            yield Kernel(lease, connection)
        finally:
            lease.close()
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
    # The kernel may not listen yet; one that was forked does a moment later.
    client.context.setsockopt(zmq.RECONNECT_IVL, _RETRY)
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


async def leave(kernel: Kernel, client: Any) -> bool:
    """Ask an idle kernel to run its exit handlers and end; whether it did so within a bounded time."""
    client.shutdown()
    patience = Patience(kernel.process.pid, _GRACE)
    while kernel.process.poll() is None and not patience.is_over():
        await asyncio.sleep(_PERIOD)
    return kernel.process.poll() is not None


def connection_file(home: Path) -> Path:
    """Write, in this folder, the file that says where a kernel listens, at sockets in the same folder."""
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
