"""Papermill's stores: S3 and HDFS, whose clients it imports with itself; here they are loaded when one is used.

They take a third of a second, and a thread for each core; reports and runs give papermill a notebook, not an address.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

_PAPERMILL = "papermill.iorw"
# What it takes from them, by name.
_TAKEN = {"S3": "papermill.s3", "FileSelector": "pyarrow.fs", "HadoopFileSystem": "pyarrow.fs"}
_LATER = {*_TAKEN.values(), "pyarrow"}


class _Later(importlib.abc.MetaPathFinder):
    """Finds nothing for one thread, which takes it for not installed; others import as ever."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname in _LATER and threading.get_ident() == self._thread:
            raise ModuleNotFoundError(f"{fullname} is loaded when it is used", name=fullname)


@contextlib.contextmanager
def loaded_when_used() -> Iterator[None]:
    """Meanwhile papermill is imported without its stores, unless it is there; each works where it is asked for."""
    if _PAPERMILL in sys.modules:
        yield
        return
    finder = _Later()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
    known = vars(sys.modules[_PAPERMILL])
    known.update({name: _when_called(name, known.get(name)) for name in _TAKEN})


def _when_called(name: str, missing: Callable[..., Any] | None) -> Callable[..., Any]:
    """What papermill calls under this name, found then; `missing` says what has to be installed."""

    def called(*arguments: Any, **options: Any) -> Any:
        try:
            found = getattr(importlib.import_module(_TAKEN[name]), name)
        except ImportError:
            if missing is None:
                raise
            found = missing
        return found(*arguments, **options)

    return called
