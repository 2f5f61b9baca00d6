"""The server of kernels: a process that has everything loaded, and forks a kernel for each that asks.

`python -m paddock.kernels.server SOCKET NAMES OWNER [WITHOUT…]`: listens at the path SOCKET, and writes to NAMES which
variables its loading read. It ends when the file descriptor OWNER closes; with `-`, when nobody asked for a while and
no kernel lives.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path
from typing import NoReturn

from paddock.kernels import keeper, learned
from paddock.kernels.forked import Request, become, places, request_of
from paddock.kernels.opens import VARIABLE
from paddock.kernels.preloading import NoisyError, Preloaded, preload, threads

IDLE = 600.0  # seconds without a kernel after which a server that nobody owns ends
_TICK = 5.0
_LONGEST = 4_000_000
_FILES = 3
_INSTALLED = (".dist-info", ".egg-info")


def main(path: str, names: str, owner: str, *without: str) -> None:
    """Load, listen, fork."""
    # As the launcher of kernels does it; whoever starts us does so in the root folder.
    sys.path[:] = [entry for entry in sys.path if entry not in ("", "/")]
    gc.disable()
    try:
        with learned.noting() as read:
            loaded = preload(without)
    except NoisyError as error:
        # What has been loaded cannot be unloaded.
        arguments = [path, names, owner, *without, error.name]
        os.execv(sys.executable, [sys.executable, "-m", "paddock.kernels.server", *arguments])
    facts = {"names": sorted(filter(learned.matters, read)), "left": loaded.left}
    _write(Path(names), json.dumps(facts, indent=1))
    listening = _listen(path)
    gc.collect()
    gc.freeze()
    try:
        _serve(listening, loaded, None if owner == "-" else int(owner))
    finally:
        with contextlib.suppress(OSError):
            Path(path).unlink()


def _serve(listening: socket.socket, loaded: Preloaded, owner: int | None) -> None:
    asked, keepers = time.monotonic(), set[int]()
    while True:
        watched = [listening.fileno(), *([] if owner is None else [owner])]
        ready = select.select(watched, [], [], _TICK)[0]
        keepers = {process for process in keepers if not _has_ended(process)}
        if owner in ready:
            return
        if listening.fileno() in ready:
            connection, _ = listening.accept()
            keepers |= _answer(connection, listening, loaded)
            asked = time.monotonic()
        elif keepers:
            asked = time.monotonic()
        elif owner is None and time.monotonic() - asked > IDLE:
            return


def _answer(connection: socket.socket, listening: socket.socket, loaded: Preloaded) -> set[int]:
    """Fork a keeper with its kernel for who asks; or say why not. The keeper's number."""
    with connection:
        files: tuple[int, ...] = ()
        try:
            connection.settimeout(_TICK)
            if not _is_ours(connection):
                return set()
            request, files = _received(connection)
            connection.settimeout(None)
            if reason := refusal(request, loaded.names):
                keeper.send(connection, {"refused": reason})
                return set()
            process = os.fork()
            if process:
                return {process}
            listening.close()
            _keep(connection, request, files, loaded)
        except (OSError, ValueError, KeyError, TypeError) as error:
            with contextlib.suppress(OSError):
                keeper.send(connection, {"refused": f"the request cannot be read: {error}"})
            return set()
        finally:
            for file in files:
                os.close(file)


def _keep(lease: socket.socket, request: Request, files: tuple[int, ...], loaded: Preloaded) -> NoReturn:
    try:
        os.setsid()
        keeper.keep(
            lease, lambda: become(request, files, loaded), request.environment.get(VARIABLE, ""), request.scratch
        )
    finally:
        os._exit(0)


def refusal(request: Request, names: frozenset[str]) -> str:
    """Why a kernel with modules of these names cannot be forked for this request; empty when it can."""
    if (count := threads()) > 1:
        return f"the server has {count} threads"
    if Path(request.folder, "matplotlibrc").exists():
        return "the folder has a matplotlibrc, which is read when matplotlib is loaded"
    folders = [request.folder, *(place for place in places(request) if os.path.isdir(place))]  # noqa: PTH112
    try:
        return next(filter(None, (_hiding(Path(folder), names) for folder in folders)), "")
    except OSError as error:
        return f"{error.filename}: {error.strerror}"


def _hiding(folder: Path, names: frozenset[str]) -> str:
    """Why modules of these names would be others for who looks in this folder first; empty where they would not."""
    found = list(folder.iterdir())
    beside = {path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").is_file()}
    if hidden := sorted(names & beside):
        return f"{folder} has a module {hidden[0]!r}, which hides one that is loaded"
    if installed := next((path.name for path in found if path.name.endswith(_INSTALLED)), ""):
        return f"{folder} has {installed}: what is installed there, libraries look up when they are loaded"
    return ""


def _received(connection: socket.socket) -> tuple[Request, tuple[int, ...]]:
    """The request, and the kernel's standard files."""
    numbers = array.array("i")
    said, ancillary, _, _ = connection.recvmsg(_LONGEST, socket.CMSG_SPACE(_FILES * numbers.itemsize))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
    # The files come with an empty line; the request is the next one.
    while said.count(b"\n") < 2:
        more = connection.recv(_LONGEST)
        if not more:
            raise ValueError("it ends early")
        said += more
    if len(numbers) != _FILES:
        raise ValueError(f"expected {_FILES} files, got {len(numbers)}")
    return request_of(json.loads(said)), tuple(numbers)


def _is_ours(connection: socket.socket) -> bool:
    """Whether the same user asks."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _, user, _ = struct.unpack(
        "3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return bool(user == os.getuid())


def _has_ended(process: int) -> bool:
    try:
        return os.waitpid(process, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def _listen(path: str) -> socket.socket:
    """Listen at `path`, which others find only when it is ready."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    Path(path).unlink(missing_ok=True)
    listening.bind(path)
    Path(path).chmod(0o600)
    listening.listen(128)
    return listening


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(*sys.argv[1:])
