"""A lease: our end of a kernel, whoever keeps it."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Any

from paddock.errors import ToolError

_LONGEST = 65_536
_PATIENCE = 10.0


@dataclass
class Lease:
    """A kernel that lives for as long as we hold this; `stock` says why it was not forked, empty when it was."""

    socket: socket.socket
    stock: str = ""
    keeper: subprocess.Popen[bytes] | None = None
    pid: int = 0
    code: int | None = None
    is_closed: bool = False
    _said: bytes = b""
    _messages: list[Any] = field(default_factory=list)

    def poll(self) -> int | None:
        """The kernel's exit code, negative for a signal; None while it lives."""
        if self.code is None and not self.is_closed:
            self._listen(0)
        return self.code

    def wait(self, seconds: float) -> int | None:
        """Wait for the kernel's end; its exit code, None where it still lives."""
        until = time.monotonic() + seconds
        while self.poll() is None and (left := until - time.monotonic()) > 0:
            self._listen(left)
        return self.code

    def signal(self, number: int) -> None:
        """Send a signal to the kernel and all in its process group."""
        if self.poll() is None and not self.is_closed:
            with contextlib.suppress(OSError):
                self.socket.sendall(json.dumps({"signal": number}).encode() + b"\n")

    def kill(self) -> None:
        """Kill the kernel and all in its process group."""
        self.signal(signal.SIGKILL)

    def release(self) -> None:
        """Let the end of the lease begin; `close` waits for it."""
        if not self.is_closed:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End the lease: on return nothing is left of the kernel, nor of what it started."""
        if self.is_closed:
            return
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        until = time.monotonic() + _PATIENCE
        while not self.is_closed and (left := until - time.monotonic()) > 0:
            self._listen(left)
        self.is_closed = True
        self.socket.close()
        if self.keeper is not None:
            self.keeper.wait()

    def begin(self, seconds: float) -> str:
        """Wait for the word that the kernel's process is there; why it was refused, empty where it was not."""
        until = time.monotonic() + seconds
        while not self.pid and not self.is_closed and (left := until - time.monotonic()) > 0:
            self._listen(left)
            for message in self._messages:
                if "refused" in message:
                    return str(message["refused"])
        if not self.pid:
            raise ToolError("the keeper of the kernel said nothing", "Run again; PADDOCK_KERNELS=stock does without.")
        return ""

    def _listen(self, seconds: float) -> None:
        """Take what the keeper says within these seconds."""
        ready, _, _ = select.select([self.socket], [], [], seconds)
        if not ready:
            return
        try:
            read = self.socket.recv(_LONGEST)
        except OSError:
            read = b""
        if not read:
            self.is_closed = True
            # The keeper was killed, and the kernel with it.
            self.code = -signal.SIGKILL if self.code is None else self.code
            return
        *lines, self._said = (self._said + read).split(b"\n")
        for line in lines:
            message = json.loads(line)
            self._messages.append(message)
            self.pid = message.get("pid", self.pid)
            self.code = message.get("exit", self.code)
