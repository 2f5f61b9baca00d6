"""A snapshot: a copy of a kernel as it is between two cells, which waits and gives kernels that go on from there.

A kernel that may be copied runs here. Asked for a snapshot, it leaves its event loop, forks, and returns to it; the
copy becomes a child of the keeper, has none of the kernel's threads and sockets, and waits at a socket of its own. Each
who asks there gets a keeper with a kernel, as from a server of kernels.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import random
import signal
import socket
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from paddock.kernels import descriptors, keeper, traces, transport
from paddock.kernels.descriptors import Descriptor
from paddock.kernels.ending import settle, to_its_end
from paddock.kernels.obstacles import obstacle

ANSWER_MIME = "application/vnd.paddock.snapshot+json"
_LONGEST = 65_536
_PATIENCE = 5.0


@dataclass
class _Kernel:
    """The kernel of this process; `wanted` is where the next copy is to listen."""

    app: Any
    before: frozenset[int]
    own: dict[int, Descriptor] = field(default_factory=dict)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    wanted: socket.socket | None = None
    chance: Any = None


_KERNELS: list[_Kernel] = []


@dataclass(frozen=True)
class Answer:
    """What a kernel says when it is asked for a copy: why there is none, or what the notebook touched so far."""

    refused: str
    touched: Mapping[str, Any]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Mapping[str, Any]:
        return {ANSWER_MIME: {"refused": self.refused, "touched": self.touched}, "text/plain": ""}


def run() -> int:
    """Be a kernel that may be copied, with the arguments of this process, to its end; its exit code."""
    from ipykernel.kernelapp import IPKernelApp

    kernel = _Kernel(IPKernelApp.instance(), frozenset(descriptors.opened()))

    def live() -> None:
        kernel.app.initialize()
        _KERNELS[:] = [kernel]
        _live(kernel, kernel.app.start)

    return to_its_end(live)


def begin() -> None:
    """The next cells are the notebook's: from here on files are, too."""
    kernel = _KERNELS[0]
    kernel.own = {number: file for number, file in descriptors.opened().items() if number not in kernel.before}
    traces.begin()
    if kernel.chance is not None:
        # Last: whoever looks for a free port draws from it, and so does the kernel's word of welcome.
        random.setstate(kernel.chance)


def take(place: str) -> Answer:
    """Ask for a copy that listens at `place`, made as soon as this request is answered."""
    kernel = _KERNELS[0]
    transport.rest(kernel.app)
    files = _files_of_the_notebook(kernel)
    if not transport.is_known(kernel.app):
        return Answer("this generation of ipykernel is not known", traces.touched())
    if reason := obstacle(transport.threads(kernel.app), files, kernel.app.io_loop.asyncio_loop):
        return Answer(reason, traces.touched())
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(place)
        listening.listen()
    except OSError as error:
        listening.close()
        return Answer(f"it cannot listen at {place}: {error}", traces.touched())
    kernel.wanted, kernel.context = listening, contextvars.copy_context()
    kernel.app.io_loop.add_callback(kernel.app.io_loop.stop)
    return Answer("", traces.touched())


def look() -> Answer:
    """What the notebook touched so far."""
    return Answer("", traces.touched())


def _files_of_the_notebook(kernel: _Kernel) -> list[Descriptor]:
    found = descriptors.of_the_notebook(kernel.own, transport.prefix(kernel.app))
    return [file for file in found if file.number not in kernel.before]


def _live(kernel: _Kernel, start: Any) -> None:
    """Serve requests until the kernel ends; between two of them make the copies that were asked for."""
    start()
    while (listening := kernel.wanted) is not None:
        kernel.wanted = None
        with listening, contextlib.suppress(OSError):
            _copy(kernel, listening)
        with contextlib.suppress(KeyboardInterrupt):
            kernel.app.io_loop.start()
    settle(kernel.app)


def _copy(kernel: _Kernel, listening: socket.socket) -> None:
    """Fork a copy that is no child of this process: the notebook may wait for its children, and count them."""
    kept = _Kept.of(_files_of_the_notebook(kernel))
    guardian = os.getppid()
    if between := _fork():
        os.waitpid(between, 0)
        return
    # From here on nothing may return: the stack belongs to the kernel.
    try:
        between = os.getpid()
        if _fork() == 0:
            while os.getppid() == between:
                os.sched_yield()
            keeper.die_with_parent(guardian)
            _stand(kernel, listening, kept)
    finally:
        os._exit(0)


@dataclass(frozen=True)
class _Kept:
    """What a fork changes, and the notebook would miss."""

    chance: Any
    signals: Mapping[int, Any]
    positions: Mapping[Descriptor, int]

    @classmethod
    def of(cls, files: list[Descriptor]) -> _Kept:
        """What there is now."""
        signals = {int(number): signal.getsignal(number) for number in signal.valid_signals()}
        known: dict[int, Any] = {number: handler for number, handler in signals.items() if handler is not None}
        return cls(random.getstate(), known, descriptors.positions(files))

    def restore(self) -> None:
        """Set it again, but for chance."""
        descriptors.reopen(self.positions)
        for number, handler in self.signals.items():
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, handler)


def _stand(kernel: _Kernel, listening: socket.socket, kept: _Kept) -> NoReturn:
    """Wait to be asked for kernels; each goes on from here."""
    os.setsid()
    now = descriptors.opened()
    own = {number for number, file in kernel.own.items() if now.get(number) == file}
    transport.leave(kernel.app, {*own, *(descriptors.counters() - kernel.before)})
    # Keepers that ended are nobody's business.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError, ValueError, KeyError):
            connection.settimeout(_PATIENCE)
            asked = json.loads(connection.recv(_LONGEST))
            if "end" in asked:
                os._exit(0)
            connection.settimeout(None)
            if _fork() == 0:
                listening.close()
                _keep(kernel, connection, Path(asked["resume"]), kept)


def _keep(kernel: _Kernel, lease: socket.socket, connection: Path, kept: _Kept) -> NoReturn:
    try:
        os.setsid()
        keeper.keep(lease, lambda: _go_on(kernel, connection, kept))
    finally:
        os._exit(0)


def _go_on(kernel: _Kernel, connection: Path, kept: _Kept) -> NoReturn:
    """Be the kernel that was copied, to its end."""
    kept.restore()
    kernel.before = frozenset(descriptors.opened())

    def live() -> None:
        transport.rebuild(kernel.app, connection, kernel.context)
        kernel.chance = kept.chance
        _live(kernel, kernel.app.io_loop.start)

    os._exit(to_its_end(live))


def _fork() -> int:
    with warnings.catch_warnings():
        # Python warns of threads; those that a copy would miss are none here, or there is no copy.
        warnings.simplefilter("ignore")
        return os.fork()


if __name__ == "__main__":
    # As the launcher of kernels does it.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", str(Path.cwd()))]
    from paddock.kernels import snapshot

    # Under its own name: whoever asks for copies finds it there.
    os._exit(snapshot.run())
