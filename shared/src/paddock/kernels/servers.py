"""The servers of this user: one for each environment, found by what loading depends on, started where there is none.

`PADDOCK_KERNELS` says which are used: `shared` ones live on for the next notebook of this user and end when idle;
an `own` one ends with this process; `stock` starts each kernel anew. In CI, where nothing may be left behind, the
default is `stock`, elsewhere `shared`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from paddock import installed
from paddock.errors import ConfigurationError, ToolError, nearest
from paddock.kernels import learned
from paddock.storage import lock

VARIABLE = "PADDOCK_KERNELS"
MODES = ("shared", "own", "stock")
_STARTUP = 60.0
_PERIOD = 0.005
_LONGEST = 103  # bytes of the path of a socket, where it is the shortest: on macOS
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# Threads of OpenBLAS begin by waiting busily, for a twentieth of a second by default: 2 to the power of this in cycles.
_CALM = {"OPENBLAS_THREAD_TIMEOUT": "22"}
# The pipes of our own servers: each ends when this process does, or when it is closed.
_OWN: dict[Path, int] = {}


def mode() -> str:
    """Which servers are used; raises ConfigurationError for another word."""
    said = os.environ.get(VARIABLE, "stock" if os.environ.get("CI") else "shared")
    if said not in MODES:
        raise ConfigurationError(f"{VARIABLE}: expected {', '.join(MODES)}, got {said!r}", nearest(said, MODES))
    return said


def connected(environment: Mapping[str, str]) -> socket.socket:
    """A connection to the server that fits `environment`; it is started where there is none. Raises ToolError."""
    for _ in range(3):
        place = _place(environment)
        with contextlib.suppress(OSError):
            return _connection(place)
        # One for all: where a server is looked for changes when the first one has told what loading reads.
        with lock.held(place.with_name("starting.lock"), "starting a server of kernels", _STARTUP):
            place = _place(environment)
            with contextlib.suppress(OSError):
                return _connection(place)
            _start(place, environment)
            # Now it is known what loading reads; whoever comes next looks for it there.
            place.replace(_place(environment))
    raise ToolError("the server of kernels cannot be reached", f"Set {VARIABLE}=stock to do without.")


def names_read() -> list[str]:
    """The variables that loading reads, as far as a server has noted them: a forked kernel depends on them, too."""
    try:
        return list(json.loads(_names(_place(os.environ).parent).read_text(encoding="utf-8"))["names"])
    except (OSError, ValueError, ToolError):
        return []


def end_own() -> None:
    """End the servers of this process; kernels that live go on."""
    while _OWN:
        os.close(_OWN.popitem()[1])


def _connection(place: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        found.connect(str(place))
    except OSError:
        found.close()
        raise
    return found


def _start(place: Path, environment: Mapping[str, str]) -> None:
    """Start a server at `place`, and wait until it listens there."""
    given = {**_CALM, **environment, **dict.fromkeys(_THREADS, "1"), "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    for name in ("MPLBACKEND", "JPY_PARENT_PID", "PYTHONPATH"):
        given.pop(name, None)
    owner, ours = os.pipe()
    is_own = mode() == "own"
    with place.with_suffix(".log").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "paddock.kernels.server", str(place), str(_names(place.parent)),
             str(owner) if is_own else "-"],
            env=given, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            pass_fds=[owner] if is_own else [],
        )  # fmt: skip
    os.close(owner)
    if is_own:
        _OWN[place] = ours
    else:
        os.close(ours)
    until = time.monotonic() + _STARTUP
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            _connection(place).close()
            return
        if (code := process.poll()) is not None:
            last = place.with_suffix(".log").read_text(errors="replace").strip().rpartition("\n")[2]
            raise ToolError(
                f"the server of kernels ended with exit code {code}: {last}", f"Set {VARIABLE}=stock to do without."
            )
        time.sleep(_PERIOD)
    raise ToolError(f"the server of kernels did not answer within {_STARTUP:g} s", f"Set {VARIABLE}=stock.")


def _place(environment: Mapping[str, str]) -> Path:
    """Where the server listens that has loaded what a kernel of this environment would load, in the same way."""
    folder = _private_folder() / _digest(sys.executable, sys.prefix, sys.version, *installed.names(), *_sources())[:16]
    folder.mkdir(mode=0o700, exist_ok=True)
    names = {name for name in environment if learned.is_native(name)}
    with contextlib.suppress(OSError, ValueError):
        names |= set(json.loads(_names(folder).read_text(encoding="utf-8"))["names"])
    read = (f"{name}={environment.get(name)}" for name in sorted(names))
    whose = f"{os.getpid()}-" if mode() == "own" else ""
    place = folder / f"{whose}{_digest(*read)[:16]}"
    if (length := len(os.fsencode(place))) > _LONGEST:
        raise ToolError(
            f"{place}: {length} bytes are too long for a socket, expected at most {_LONGEST}",
            f"Set XDG_RUNTIME_DIR to a shorter folder, or {VARIABLE}=stock.",
        )
    return place


def _names(folder: Path) -> Path:
    return folder / "names.json"


def _private_folder() -> Path:
    """A folder that only this user may enter: whoever may speak to a server runs code as its user."""
    place = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"paddock-{os.getuid()}"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise ToolError(f"{place}: others may enter it, or it is not yours", f"Remove it, or set {VARIABLE}=stock.")
    return place


def _sources() -> list[str]:
    """Our own files that a server may have loaded, each with what changes when it is edited."""
    package, found = Path(__file__).parents[1], list[str]()
    for folder in (package, package / "kernels", package / "notebooks"):
        with os.scandir(folder) as entries:
            facts = ((entry.path, entry.stat()) for entry in entries if entry.name.endswith(".py"))
            found += [f"{path} {fact.st_size} {fact.st_mtime_ns}" for path, fact in facts]
    return sorted(found)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
