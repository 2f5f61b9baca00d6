"""The environment as loading reads it: which variables make what was loaded unfit for a kernel that has others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# What the forked kernel sets itself, and what says only where somebody stands.
_HANDLED = ("MPLBACKEND", "PYTHONPATH", "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES", "TERM", "TERM_PROGRAM",
            "PATH", "DISPLAY", "WAYLAND_DISPLAY", "TMPDIR", "TEMP", "TMP")  # fmt: skip
# Read by compiled code, or by the interpreter before any of ours runs.
_NATIVE = ("PYTHON", "LD_", "DYLD_", "LC_", "LANG", "OPENBLAS_", "GOTO_", "OMP_", "MKL_", "KMP_", "BLIS_", "VECLIB_",
           "NVPL_", "ARROW_", "JE_", "MALLOC_", "NPY_", "NUMPY_", "CUDA_")  # fmt: skip


def is_native(name: str) -> bool:
    """Whether compiled code may read a variable of this name, and a kernel does not set itself what it is for."""
    return name.startswith(_NATIVE) and not name.endswith("_NUM_THREADS") and name not in _HANDLED


def matters(name: str) -> bool:
    """Whether what was loaded depends on a variable that was read."""
    return name not in _HANDLED and not name.startswith(("JPY_", "PADDOCK_")) and not name.endswith("_NUM_THREADS")


@contextmanager
def noting() -> Iterator[set[str]]:
    """The names of the variables that are read meanwhile."""
    found: set[str] = set()
    kind = type(os.environ)
    original = kind.__getitem__

    def read(self: Any, name: str) -> str:
        found.add(name)
        return original(self, name)

    kind.__getitem__ = read  # type: ignore[method-assign]
    try:
        yield found
    finally:
        kind.__getitem__ = original  # type: ignore[method-assign]
