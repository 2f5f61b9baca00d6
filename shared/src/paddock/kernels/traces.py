"""Traces: the files that a notebook read, wrote, listed or loaded as code, each with its state then."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import sysconfig
import time
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

State = list[int] | None
_WRITES = ("os.remove", "os.rename", "os.truncate", "os.link", "os.symlink")
_LISTS = ("os.listdir", "os.scandir")
# Nobody's inputs: devices, and what the system says of itself.
_NO_INPUTS = ("/dev/", "/proc/", "/sys/")
# The import system looks for modules and for packages, whatever else lies there.
_IMPORTERS = ("<frozen importlib", "/importlib/metadata/__init__.py")
_NEVER = [-1, -1, -1]
_COARSENESS = 10_000_000  # nanoseconds by which a file's time may lag behind


class _Traces:
    """What was seen so far; `begun` is when the running cell began, at the latest."""

    def __init__(self) -> None:
        self.read: dict[str, State] = {}
        self.written: set[str] = set()
        self.begun = time.time_ns()
        places = {sys.prefix, sys.base_prefix, *(sysconfig.get_path(kind) for kind in ("purelib", "stdlib"))}
        self.ours = (*_NO_INPUTS, *(f"{place}/" for place in places))

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what an audited event touches."""
        if event == "open":
            path, mode, flags = arguments
            is_write = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR)) or any(
                letter in (mode or "") for letter in "wax+"
            )
            self._add(path, is_write)
        elif event in _WRITES:
            for path in arguments[:2]:
                self._add(path, True)
        elif event in _LISTS:
            who = sys._getframe(2).f_code.co_filename
            if not any(part in who for part in _IMPORTERS):
                self._add(arguments[0] or ".", False)

    def _add(self, path: Any, is_write: bool) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
        if name.startswith(self.ours) or "/__pycache__/" in name:
            return
        if is_write:
            self.written.add(name)
        elif name not in self.read:
            self.read[name] = state(name)


_CURRENT: list[_Traces] = []


def begin() -> None:
    """Begin to note; files of the environment itself are left out."""
    if not _CURRENT:
        _CURRENT.append(_Traces())
        sys.addaudithook(_hook)
    _CURRENT[0].begun = time.time_ns()


def touched() -> Mapping[str, State]:
    """The files touched so far: those read as they were then, those written as they are now."""
    traces = _CURRENT[0]
    for path in _local_modules(traces):
        if path not in traces.read:
            now = state(path)
            # Who saves a module while the cell runs that loads it leaves open which text was loaded.
            traces.read[path] = now if now is not None and now[0] < traces.begun - _COARSENESS else _NEVER
    traces.begun = time.time_ns()
    return {**traces.read, **{path: state(path) for path in traces.written}}


def is_unchanged(then: Mapping[str, State]) -> bool:
    """Whether all these files are as they were."""
    return all(state(path) == known for path, known in then.items())


def state(path: str) -> State:
    """What tells one content of a file, or one list of names in a folder, from another; None where nothing is."""
    with contextlib.suppress(OSError):
        found = Path(path).stat()
        if stat.S_ISDIR(found.st_mode):
            names = "\0".join(sorted(os.listdir(path)))  # noqa: PTH208
            return [0, zlib.crc32(names.encode("utf-8", "surrogateescape")), found.st_ino]
        return [found.st_mtime_ns, found.st_size, found.st_ino]
    return None


def _local_modules(traces: _Traces) -> set[str]:
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return {os.path.abspath(file) for file in files if file and not file.startswith(traces.ours)}  # noqa: PTH100


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Whatever goes wrong here must not become the notebook's error.
    if event in ("open", *_LISTS, *_WRITES) and _CURRENT:
        with contextlib.suppress(Exception):
            _CURRENT[0].note(event, arguments)
