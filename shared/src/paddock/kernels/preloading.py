"""What a server of kernels loads: packages of the field that are installed, and that loading leaves quiet."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.util
import os
import random
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from threadpoolctl import ThreadpoolController

from paddock.kernels import specialised
from paddock.kernels.shelf import Shelf
from paddock.kernels.warming import WARM

# What every kernel has loaded when its first cell runs.
KERNEL = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "IPython.core.completer",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.gen", "tornado.platform.asyncio", "tornado.queues", "faulthandler", "pdb", "unicodedata",
)  # fmt: skip
# What notebooks of the field import. Packages that start threads when they are loaded cannot be here: polars, duckdb,
# deltalake; torch and tensorflow hold accelerators. What registers itself with the shell when it is loaded cannot, too:
# matplotlib_inline, by its backend.
PACKAGES = (
    "numpy", "numpy.random", "numpy.linalg", "pyarrow", "pyarrow.parquet", "pandas", "pandas.plotting", "scipy",
    "scipy.stats", "scipy.sparse.linalg", "scipy.optimize", "scipy.interpolate", "scipy.signal", "scipy.spatial",
    "matplotlib", "matplotlib.pyplot", "matplotlib.dates", "matplotlib.backends.backend_agg", "PIL.Image", "sklearn",
    "sklearn.calibration", "sklearn.cluster", "sklearn.compose", "sklearn.datasets", "sklearn.decomposition",
    "sklearn.dummy", "sklearn.ensemble", "sklearn.feature_extraction.text", "sklearn.feature_selection",
    "sklearn.impute", "sklearn.inspection", "sklearn.linear_model", "sklearn.metrics", "sklearn.model_selection",
    "sklearn.naive_bayes", "sklearn.neighbors", "sklearn.neural_network", "sklearn.pipeline", "sklearn.preprocessing",
    "sklearn.svm", "sklearn.tree", "seaborn", "statsmodels.api", "joblib", "threadpoolctl", "yaml", "requests",
    "IPython.core.magics.script", "IPython.core.pylabtools",
)  # fmt: skip

# What each notebook of ours imports. A server is only used for the sources that it has loaded.
_OWN = "paddock.notebooks.watch"
_OURS = ("paddock", "threadpoolctl")
# Python itself imports these when it starts.
_CUSTOM = {"sitecustomize", "usercustomize"}
# Before a package's name it stands for using the package, in the place of loading it.
_WARMING = "use of "
# What the interpreter itself shows and what not.
_FILTERS = list(warnings.filters)


@dataclass(frozen=True)
class Preloaded:
    """The shelf with what was loaded; `left` are packages that were left out, each with the reason.

    `libraries` are the controllers of numeric libraries, by which a kernel sets how many threads each may take; `ours`
    are the modules of the server itself, which are none of a kernel's; `names` are the modules of the first level whose
    place a module of the same name in a notebook's folder would take.
    """

    shelf: Shelf
    left: dict[str, str]
    libraries: tuple[Any, ...]
    ours: tuple[str, ...]
    names: frozenset[str]


class NoisyError(Exception):
    """A package does something when it is loaded that a notebook would miss: it must be loaded there."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(name, what)
        self.name, self.what = name, what


def preload(without: Sequence[str]) -> Preloaded:
    """Load the kernel's own modules, then the packages onto a shelf, but those of `without`.

    Raises NoisyError for a package that starts a thread, warns or prints: begin again without it, in a new process.
    """
    # The debugger is loaded where one is asked for; a run has none, and it would double the kernel's own memory.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    with _seen_by_a_kernel():
        for name in KERNEL:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        shelf, left = Shelf(), dict.fromkeys(without, "not quiet")
        with _without_ourselves(), shelf.filling():
            importlib.import_module(_OWN)
            for name in PACKAGES:
                if name.partition(".")[0] in {entry.partition(".")[0] for entry in without}:
                    continue
                if reason := _load(name):
                    left[name] = reason
            with specialised.kept():
                _warm(without)
    random.seed()
    ours = tuple(name for name in sys.modules if name.partition(".")[0] in _OURS)
    libraries = tuple(ThreadpoolController().lib_controllers)
    return Preloaded(shelf, left, libraries, ours, frozenset(_first_level(shelf)))


def _first_level(shelf: Shelf) -> set[str]:
    loaded = {name for name in (*sys.modules, *shelf.names()) if "." not in name and name != "__main__"}
    return loaded - set(sys.builtin_module_names) | _CUSTOM


def _warm(without: Sequence[str]) -> None:
    """Use each package that is loaded, unless its use is not quiet."""
    for package, warm in WARM.items():
        name = f"{_WARMING}{package}"
        if package in sys.modules and name not in without:
            _quietly(name, warm)


@contextlib.contextmanager
def _without_ourselves() -> Iterator[None]:
    """The product's own modules are loaded once more, for the kernels; the server goes on with its own."""
    ours = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "paddock"}
    try:
        yield
    finally:
        sys.modules.update(ours)


def _load(name: str) -> str:
    """Load one package; why it is not."""
    if not _is_of_the_environment(name.partition(".")[0]):
        return "not installed here"
    _quietly(name, lambda: importlib.import_module(name))
    return ""


def _quietly(name: str, act: Callable[[], object]) -> None:
    """Act, where that warns, prints and starts nothing; else raise NoisyError, whose `name` is given."""
    with tempfile.TemporaryFile() as printed, warnings.catch_warnings(record=True) as warned:
        warnings.resetwarnings()
        warnings.filters[:] = _FILTERS  # type: ignore[index]
        with _printing_to(printed.fileno()):
            try:
                act()
            except Exception as error:
                raise NoisyError(name, f"fails: {error!r}") from error
        size = printed.tell()
    if warned or size:
        raise NoisyError(name, f"says something: {warned[0].message if warned else f'{size} bytes'}")
    if (count := threads()) > 1:
        raise NoisyError(name, f"starts {count - 1} threads")


def _is_of_the_environment(package: str) -> bool:
    """Whether a package is installed: what is being worked on must be loaded anew by each kernel."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    places = [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")]
    return bool(spec and spec.origin and any(place in Path(spec.origin).parents for place in places))


def threads() -> int:
    """How many threads this process has."""
    # Kernels are forked on Linux only.
    return sum(1 for _ in Path("/proc/self/task").iterdir())


@contextlib.contextmanager
def _printing_to(file: int) -> Iterator[None]:
    """What is written to the standard output and error goes into `file`, and so do prints."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    try:
        for number in (1, 2):
            os.dup2(file, number)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)


@contextlib.contextmanager
def _seen_by_a_kernel() -> Iterator[None]:
    """What is loaded finds itself in a kernel: pandas, for one, asks while it is loaded, and shows less elsewhere."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=True, config={"IPKernelApp": {}})
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"]
