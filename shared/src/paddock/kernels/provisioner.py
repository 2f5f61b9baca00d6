"""The provisioner `paddock` of jupyter_client: any of its clients gets kernels that are forked and always end.

`JUPYTER_DEFAULT_PROVISIONER_NAME=paddock` makes it that of papermill, nbclient, nbmake and Jupyter.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from paddock.kernels.lease import Lease
from paddock.kernels.starting import start

_FILES = ("stdin", "stdout", "stderr")
_AWAITED = ("shell", "iopub", "control", "hb")
_LONGEST = 80
_STARTUP = 30.0


class _Process:
    """A lease as a process of `subprocess`, which is what the local provisioner works with."""

    stdin = stdout = stderr = None

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.pid = lease.pid

    def poll(self) -> int | None:
        return self.lease.poll()

    def wait(self) -> int | None:
        return self.lease.wait(_STARTUP)

    def send_signal(self, number: int) -> None:
        self.lease.signal(number)

    def kill(self) -> None:
        self.lease.kill()


class PaddockProvisioner(LocalProvisioner):
    """Starts kernels as runs do: forked where that is the same, sockets in a private folder, nothing left at the end.

    What cannot be forked is started the stock way, and the log says why.
    """

    _lease: Lease | None = None
    _home: str = ""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets that only this user sees, where the client asks for nothing else."""
        manager = self.parent
        if manager is not None and manager.transport == "tcp" and not self._home and _is_unset(manager):
            home = tempfile.mkdtemp(prefix="paddock-kernel-")
            if len(home) <= _LONGEST:
                self._home = home
                manager.transport, manager.ip = "ipc", f"{home}/socket"
            else:
                shutil.rmtree(home)
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; with pipes for its standard files, as the local provisioner does."""
        files = [kwargs.get(name) for name in _FILES]
        if any(isinstance(file, int) and file < 0 and file != -3 for file in files):
            return await super().launch_kernel(cmd, **kwargs)
        if self._home:
            # With an earlier kernel it went.
            Path(self._home).mkdir(mode=0o700, exist_ok=True)
        environment = dict(kwargs.get("env") or os.environ)
        folder = Path(kwargs.get("cwd") or Path.cwd())
        with Path(os.devnull).open("r+b") as nothing:
            numbers = [_number(file, own, nothing.fileno()) for file, own in zip(files, (-3, 1, 2), strict=True)]
            self._lease = start(cmd, environment, folder, (numbers[0], numbers[1], numbers[2]), self._home)
        if self._lease.stock:
            self.log.info("The kernel is not forked: %s", self._lease.stock)
        elif self._home:
            self._wait_for_sockets(self._lease)
        self.process = _Process(self._lease)  # type: ignore[assignment]
        self.pid = self.pgid = self._lease.pid
        self.cwd = folder
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing: neither processes nor sockets."""
        if self._lease is not None:
            self._lease.close()
            self._lease = None
        if self._home and not restart:
            shutil.rmtree(self._home, ignore_errors=True)
        await super().cleanup(restart)

    def _wait_for_sockets(self, lease: Lease) -> None:
        """A client that connects before they are there tries again a tenth of a second later."""
        until = time.monotonic() + _STARTUP
        info: Any = self.connection_info
        paths = [Path(f"{self._home}/socket-{info[f'{name}_port']}") for name in _AWAITED]
        while time.monotonic() < until and not all(path.exists() for path in paths) and lease.poll() is None:
            time.sleep(0.001)


def _is_unset(manager: Any) -> bool:
    """Whether nobody said where the kernel is to listen."""
    return sys.platform == "linux" and manager.ip in ("127.0.0.1", "localhost") and not manager.shell_port


def _number(file: Any, own: int, nothing: int) -> int:
    """The descriptor of a standard file as `subprocess` understands it; without one, our own."""
    if file is None:
        return nothing if own < 0 else own
    if isinstance(file, int):
        return nothing if file < 0 else file
    return int(file.fileno())
