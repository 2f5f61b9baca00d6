"""The start of a kernel: forked by a server where that is the same as a stock one, else started the stock way."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from paddock.errors import PaddockError, ToolError
from paddock.kernels import keeper, servers
from paddock.kernels.forked import Request
from paddock.kernels.lease import Lease

_STARTUP = 60.0
_LAUNCHER = "ipykernel_launcher"
_LIMITS = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC",
           "RLIMIT_STACK")  # fmt: skip


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    files: tuple[int, int, int] | None = None,
    scratch: str = "",
) -> Lease:
    """Start the kernel that `command` would start, in `folder`, with `environment` and these standard files.

    Without `files` it reads nothing, and what it writes to them is lost. The folder `scratch` goes with it. Raises
    ToolError when it cannot be started.
    """
    with Path(os.devnull).open("r+b") as nothing:
        given = files or (nothing.fileno(),) * 3
        reason = _why_stock(command)
        if not reason:
            try:
                lease = _forked(command, environment, folder, given, scratch)
            except (PaddockError, OSError) as error:
                reason = str(error)
            else:
                if not (reason := lease.begin(_STARTUP)):
                    return lease
                lease.close()
        return _stock(command, environment, folder, given, scratch, reason)


def _why_stock(command: Sequence[str]) -> str:
    """Why a server could not fork what `command` starts; empty where it can."""
    if sys.platform != "linux":
        return f"kernels are forked on Linux only, this is {sys.platform}"
    if servers.mode() == "stock":
        return f"{servers.VARIABLE} is 'stock', which is the default in CI"
    words = [word for word in command[1:] if not word.startswith("-X")]
    if words[:2] != ["-m", _LAUNCHER]:
        return f"only {_LAUNCHER} can be forked, not: {' '.join(command[:4])}"
    if os.path.realpath(command[0]) != os.path.realpath(sys.executable) or _prefix(command[0]) != sys.prefix:
        return f"{command[0]} is another Python than the one that runs this"
    return ""


def _prefix(program: str) -> str:
    """The environment that an interpreter belongs to; a virtual one is told by the folder of its program."""
    is_virtual = (Path(program).parent.parent / "pyvenv.cfg").is_file()
    return str(Path(program).parent.parent) if is_virtual else sys.base_prefix


def _forked(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, files: tuple[int, int, int], scratch: str
) -> Lease:
    mask = os.umask(0o077)
    os.umask(mask)
    request = Request(
        arguments=tuple(command[command.index(_LAUNCHER) + 1 :]),
        folder=str(folder),
        environment=dict(environment),
        umask=mask,
        limits={name: resource.getrlimit(getattr(resource, name)) for name in _LIMITS if hasattr(resource, name)},
        scratch=scratch,
    )
    connection = servers.connected(environment)
    socket.send_fds(connection, [b"\n"], files)
    keeper.send(connection, request.as_json())
    return Lease(connection)


def _stock(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    files: tuple[int, int, int],
    scratch: str,
    reason: str,
) -> Lease:
    ours, theirs = socket.socketpair()
    put, out, error = files
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, str(theirs.fileno()), scratch, *command],
                # With 1, the kernel leaves it to the keeper to look after who wanted it.
                env={**environment, "JPY_PARENT_PID": "1"}, cwd=folder, stdin=put, stdout=out, stderr=error,
                pass_fds=[theirs.fileno()], start_new_session=True,
            )  # fmt: skip
        except OSError as problem:
            ours.close()
            raise ToolError(
                f"the kernel cannot be started: {problem}", f"Check that {folder} is a folder."
            ) from problem
    lease = Lease(ours, stock=reason, keeper=process)
    lease.begin(_STARTUP)
    return lease
