"""The transport of a kernel: its sockets, threads and event loop, left behind in a copy and built anew there.

All that a notebook may hold stays the same object: the shell, its hooks and magics, the streams, the event loop. Only
what they send through is replaced. What was inherited is never used again nor finalised: its other half lives on in
the process that was copied.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import selectors
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextvars import Context
from io import StringIO
from pathlib import Path
from typing import Any

from paddock.kernels import descriptors

KNOWN = 7  # the generation of ipykernel whose inside is known here
_CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
# What must not be finalised: numbers of files that it would close belong to others by now.
_LEFT: list[Any] = []
_SAID_TO: list[Any] = []


class _Nobody:
    """Where streams send to while nobody listens."""

    thread = None

    def schedule(self, function: Callable[[], Any]) -> None:
        """Do nothing."""


def is_known(app: Any) -> bool:
    """Whether the kernel is of a kind whose transport can be replaced."""
    from ipykernel._version import version_info

    return bool(version_info[0] == KNOWN and app.shell_channel_thread is not None and app.quiet)


def threads(app: Any) -> set[threading.Thread]:
    """The kernel's own threads."""
    watching = [getattr(stream, "watch_fd_thread", None) for stream in _streams(app)]
    own = [app.heartbeat, app.iopub_thread.thread, app.control_thread, app.shell_channel_thread, *watching]
    return {thread for thread in own if thread is not None}


def rest(app: Any) -> None:
    """End what the shell keeps running beside its cells and starts again when it is needed."""
    scripts = app.shell.magics_manager.registry.get("ScriptMagics")
    if scripts is not None and scripts.event_loop is not None and not asyncio.all_tasks(scripts.event_loop):
        scripts.stop_event_loop()


def prefix(app: Any) -> str:
    """Where the kernel's sockets lie."""
    return str(app.ip)


def leave(app: Any, own: set[int]) -> None:
    """Let go of the transport that was inherited, whose files are `own`; what is said until `rebuild`, nobody hears."""
    _SAID_TO[:] = [sys.stdout, sys.stderr]
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    for stream in _streams(app):
        # The originals take their places back: nobody reads the pipes any more.
        if getattr(stream, "_original_stdstream_copy", None) is not None:
            os.dup2(stream._original_stdstream_copy, stream._original_stdstream_fd)
        _LEFT.append(stream.pub_thread)
        stream.pub_thread = _Nobody()
    kept = {0, 1, 2, *(getattr(stream, "_original_stdstream_copy", -1) for stream in _streams(app))}
    descriptors.close({*own, *descriptors.connections(prefix(app))} - kept)
    loop = app.kernel.io_loop.asyncio_loop
    names = ("context", "heartbeat", "iopub_thread", "iopub_socket", "control_thread", "shell_channel_thread")
    _LEFT.extend(getattr(app, name) for name in (*names, *(f"{channel}_socket" for channel in ("shell", "control"))))
    _LEFT.extend((app.stdin_socket, app.debugpy_socket, app.debug_shell_socket, loop._selector, loop._ssock))
    _LEFT.extend((loop._csock, app.kernel.shell_stream, app.kernel.control_stream, app.kernel.debugpy_stream))


def rebuild(app: Any, connection: Path, context: Context) -> None:
    """Listen where the file `connection` says; cells see the variables of `context`, as they did before."""
    _renew(app.kernel.io_loop)
    app.session.pid = os.getpid()
    _set_places(app, json.loads(connection.read_text(encoding="utf-8")))
    app.context, app.connection_file = None, str(connection)
    with _no_handlers():
        app.init_sockets()
        app.init_heartbeat()
        for stream in _streams(app):
            _reconnect(stream, app)
    app.log_connection_info()
    _connect(app)
    sys.stdout, sys.stderr = _SAID_TO
    context.run(app.kernel.start)


def _connect(app: Any) -> None:
    """As the application connects a new kernel to its sockets."""
    from zmq.eventloop.zmqstream import ZMQStream

    kernel = app.kernel
    shell_stream = ZMQStream(app.shell_socket, app.shell_channel_thread.io_loop)
    app.shell_channel_thread.shell_stream = shell_stream
    kernel.shell_stream = shell_stream
    kernel.control_stream = ZMQStream(app.control_socket, app.control_thread.io_loop)
    kernel.debugpy_stream = ZMQStream(app.debugpy_socket, app.control_thread.io_loop)
    for name in ("debug_shell_socket", "control_thread", "shell_channel_thread", "iopub_thread", "iopub_socket",
                 "stdin_socket"):  # fmt: skip
        setattr(kernel, name, getattr(app, name))
    for sender in (app.displayhook, kernel.shell.displayhook, kernel.shell.display_pub):
        sender.pub_socket = app.iopub_socket
    kernel._main_asyncio_lock = asyncio.Lock()
    kernel._aborting = False
    kernel.record_ports({f"{name}_port": port for name, port in app._ports.items()})
    app.control_thread.start()
    app.shell_channel_thread.start()


def _set_places(app: Any, facts: dict[str, Any]) -> None:
    app.transport, app.ip = facts["transport"], facts["ip"]
    app.session.key = facts["key"].encode()
    for channel in _CHANNELS:
        setattr(app, f"{channel}_port", facts[f"{channel}_port"])


def _renew(io_loop: Any) -> None:
    """Give the loop ends of its own; it stays the same object, which the notebook may hold."""
    loop = io_loop.asyncio_loop
    loop._selector = selectors.DefaultSelector()
    # What was about to run is the copied kernel's business; an end of it here would be noticed.
    _LEFT.extend((loop._ready, loop._scheduled))
    loop._ready, loop._scheduled = deque(), []
    loop._timer_cancelled_count = 0
    loop._internal_fds = 0
    loop._stopping = False
    loop._make_self_pipe()
    for known in (io_loop.handlers, io_loop.readers, io_loop.writers):
        known.clear()
    asyncio.set_event_loop(loop)


def _streams(app: Any) -> list[Any]:
    return [app.kernel._stdout, app.kernel._stderr]


def _reconnect(stream: Any, app: Any) -> None:
    """Let a stream send through the new thread, and watch what is written to its file."""
    stream.pub_thread = app.iopub_thread
    stream._io_loop = app.iopub_thread.io_loop
    stream._master_pid = os.getpid()
    stream._flush_pending = stream._subprocess_flush_pending = False
    stream._buffer_lock = threading.RLock()
    stream._buffers = defaultdict(StringIO)
    if not stream._should_watch:
        return
    read, write = os.pipe()
    os.dup2(write, stream._original_stdstream_fd)
    os.close(write)
    stream._fid = read
    stream.watch_fd_thread = threading.Thread(target=stream._watch_pipe_fd, daemon=True)
    stream.watch_fd_thread.start()


@contextlib.contextmanager
def _no_handlers() -> Iterator[None]:
    """What is built meanwhile registers no handlers: those of the first transport do for this one, in their order."""
    register: Callable[..., Any] = atexit.register
    log = logging.getLogger("tornado")
    handlers = list(log.handlers)
    atexit.register = lambda function, *args, **kwargs: function  # type: ignore[assignment]
    try:
        yield
    finally:
        atexit.register = register
        log.handlers[:] = handlers
