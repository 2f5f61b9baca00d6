"""A process that has only what it was given: files, environment, network, a home of its own.

It keeps honest code from reading what it did not declare; it is no cage for hostile code. Not kept from it: whether
a file exists, its size, time and mode (`stat`, `chmod`); sockets that are files; /proc, /dev/shm, System V's shared
memory, the clock, and what its processor can do.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from paddock.errors import ToolError

from paddock_ci.sandbox import landlock
from paddock_ci.sandbox.grants import machine_grants
from paddock_ci.sandbox.landlock import READ, WRITE, Grant
from paddock_ci.sandbox.network import Network, can_confine, confine, is_local_possible

# The first ABI without a way around: 1 lets files be truncated, up to 3 anyone connects.
_SAFE = 4


def is_hermetic(network: Network = Network.NONE) -> bool:
    """Whether `start` can refuse what was not granted here; where not, nothing that it ran may be cached."""
    return landlock.abi() >= _SAFE and can_confine(network)


def start(
    command: Sequence[str],
    folder: Path,
    *,
    scratch: Path,
    reads: Iterable[Path] = (),
    writes: Iterable[Path] = (),
    environment: Mapping[str, str],
    network: Network = Network.NONE,
    output: int | IO[bytes] = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`, in a session of its own; what it prints, errors too, goes to `output`.

    It may read the machine's files that all checks may, `reads` and `writes`; write `writes` and `scratch`, where its
    HOME and TMPDIR are made. Its environment is `environment` with these two and nothing else. Without Landlock it
    runs unrestricted, and a local network is the machine's where none can be made: see `is_hermetic`. Raises ToolError
    when a path is missing or the command cannot be started.
    """
    homes = {"HOME": scratch / "home", "TMPDIR": scratch / "tmp"}
    for home in homes.values():
        home.mkdir(parents=True, exist_ok=True)
    given = {**environment, **{name: str(path) for name, path in homes.items()}}
    if not landlock.abi():
        return _started(command, folder, given, output)
    if network is Network.LOCAL and not is_local_possible():
        network = Network.OPEN
    grants = [
        *machine_grants(network is Network.OPEN),
        *(Grant(path, READ) for path in reads),
        *(Grant(path, WRITE) for path in (*writes, scratch)),
    ]
    with landlock.ruleset(grants, network is not Network.NONE) as rules, ThreadPoolExecutor(1) as thread:
        # Rights belong to a thread, and what it starts inherits them. One that ends with this call needs no code
        # between fork and exec, which would be slow for a large process and unsafe for one with threads.
        return thread.submit(_restricted, rules, network, command, folder, given, output).result()


def _restricted(
    rules: landlock.Ruleset,
    network: Network,
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: int | IO[bytes],
) -> subprocess.Popen[bytes]:
    confine(network)
    rules.restrict()
    return _started(command, folder, environment, output)


def _started(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], output: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o022,
        )
    except OSError as error:
        raise ToolError(
            f"{command[0]} cannot be started: {error}", f"Grant it, and check that {folder} exists."
        ) from error
