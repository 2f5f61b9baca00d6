"""The forked kernel: what a fresh process would have, set anew in one that is a copy."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from paddock.kernels.arguments import NO_POLLER, prepare
from paddock.kernels.ending import settle, to_its_end
from paddock.kernels.preloading import Preloaded
from paddock.kernels.shelf import Shelf

# Set to anything, it asks for a kernel that can be copied between its cells.
SNAPSHOTS = "PADDOCK_SNAPSHOTS"


@dataclass(frozen=True)
class Request:
    """What a kernel is given: its arguments, folder, environment, and the limits of the process that wants it.

    The folder `scratch`, if any, goes with it.
    """

    arguments: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    umask: int
    limits: Mapping[str, tuple[int, int]]
    scratch: str = ""

    def as_json(self) -> dict[str, Any]:
        """The request as JSON values."""
        return asdict(self)


def request_of(values: Mapping[str, Any]) -> Request:
    """The request that `as_json` wrote."""
    limits = {name: (soft, hard) for name, (soft, hard) in values["limits"].items()}
    return Request(**{**values, "arguments": tuple(values["arguments"]), "limits": limits})


def places(request: Request) -> list[str]:
    """The folders of PYTHONPATH, which come first where modules are looked for."""
    given = request.environment.get("PYTHONPATH", "")
    return [os.path.normpath(os.path.join(request.folder, entry)) for entry in given.split(os.pathsep) if given]  # noqa: PTH118


def become(request: Request, files: tuple[int, ...], loaded: Preloaded) -> NoReturn:
    """Be the kernel that was asked for, to its end; then its exit handlers run, and the process ends."""
    atexit._clear()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    _take_over(request)
    _set_threads(request.environment, loaded.libraries)
    for name in loaded.ours:
        sys.modules.pop(name, None)
    loaded.shelf.open()
    _set_matplotlib(loaded.shelf)
    _reseed(loaded.shelf)
    gc.enable()
    os._exit(_run(request.arguments))


def _run(arguments: tuple[str, ...]) -> int:
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["ipykernel_launcher.py", *arguments, NO_POLLER]
    if os.environ.pop(SNAPSHOTS, ""):
        from paddock.kernels import snapshot

        return snapshot.run()

    def live() -> None:
        prepare(IPKernelApp.instance(), sys.argv[1:])
        IPKernelApp.launch_instance()
        settle(IPKernelApp.instance())

    return to_its_end(live)


def _take_over(request: Request) -> None:
    os.environ.clear()
    os.environ.update(request.environment)
    os.umask(request.umask)
    for name, (soft, hard) in request.limits.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (soft, hard))
    os.chdir(request.folder)
    sys.path[:] = dict.fromkeys([*places(request), *sys.path])
    time.tzset()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def _set_threads(environment: Mapping[str, str], libraries: Sequence[Any]) -> None:
    """As many threads as libraries would take that are loaded now; they were loaded with one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    names = {
        "openblas": ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"),
        "mkl": ("MKL_NUM_THREADS", "OMP_NUM_THREADS"),
        "blis": ("BLIS_NUM_THREADS", "OMP_NUM_THREADS"),
        "openmp": ("OMP_NUM_THREADS",),
    }
    for library in libraries:
        given = (environment.get(name, "").partition(",")[0] for name in names.get(library.internal_api, ()))
        library.set_num_threads(next((int(text) for text in given if text.isdigit() and int(text)), cores))


def _set_matplotlib(shelf: Shelf) -> None:
    """The backend that the environment names; a kernel names its own where there is none."""
    matplotlib = shelf.module("matplotlib")
    if matplotlib is None:
        return
    if not os.environ.get("MPLBACKEND"):
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    # As a dictionary: its own way needs modules that are on the shelf, too.
    dict.__setitem__(matplotlib.rcParams, "backend", os.environ["MPLBACKEND"])


def _reseed(shelf: Shelf) -> None:
    """Kernels of one server draw different numbers, as fresh processes do."""
    random.seed()
    if numpy := shelf.module("numpy.random"):
        numpy.seed()
