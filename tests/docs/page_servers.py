"""Servers that pages speak of: an object store and a cluster, each for as long as a page needs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 60.0
_BETWEEN_LOOKS = 0.1


@contextmanager
def object_store() -> Iterator[str]:
    """The address of an S3 server on this machine, with an empty bucket `bucket`."""
    port = _free_port()
    with _server(["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port, os.environ):
        address = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(urllib.request.Request(f"{address}/bucket", method="PUT")):
            yield address


@contextmanager
def cluster(variables: Mapping[str, str]) -> Iterator[str]:
    """The address of a Dask scheduler with one worker, whose environment has these variables."""
    port, worker_port = _free_port(), _free_port()
    address = f"tcp://127.0.0.1:{port}"
    scheduler = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker = ["-m", "distributed.cli.dask_worker", address, "--listen-address", f"tcp://127.0.0.1:{worker_port}"]
    worker += ["--nthreads", "1", "--no-dashboard", "--no-nanny", "--death-timeout", str(int(_SECONDS))]
    with _server(scheduler, port, variables), _server(worker, worker_port, variables):
        yield address


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _server(command: Sequence[str], port: int, variables: Mapping[str, str]) -> Iterator[None]:
    """A process that answers at the port, until the caller is done."""
    folder = Path(variables.get("HOME", "/"))
    output = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, *command], stdout=output, stderr=output, cwd=folder, env=variables)
    try:
        _await(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(timeout=_BETWEEN_LOOKS)
            except subprocess.TimeoutExpired:
                continue
            break
    raise AssertionError(f"the server at port {port} does not answer")
