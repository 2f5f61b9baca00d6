"""What only the notebook's own process can tell of what its outcome depends on: variables, datasets, imports."""

from __future__ import annotations

import importlib.metadata
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import FileFinder
from pathlib import Path
from typing import Any

from paddock.kernels.opens import VARIABLE

_STARTS_PROCESSES = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty")
# Who looks into folders for modules and packages alone.
_IMPORTERS = ("<frozen importlib", f"{Path(importlib.metadata.__file__).parent}")


@dataclass
class _Followed:
    """Names of variables that were read, whether all were, how often imports listed each folder, what was asked for."""

    variables: set[str] = field(default_factory=set)
    reads_all: bool = False
    imports: dict[str, int] = field(default_factory=dict)
    asked: dict[str, bool] = field(default_factory=dict)


_FOLLOWED = _Followed()


def install() -> None:
    """Begin to follow this process, where somebody wants to know."""
    if VARIABLE not in os.environ:
        return
    for finder in sys.path_importer_cache.values():
        if isinstance(finder, FileFinder) and vars(finder)["_path_mtime"] != -1:
            # It is absolute.
            _count(os.path.normpath(finder.path))
    _follow_variables()
    _follow_links()
    sys.addaudithook(_hear)


def write() -> None:
    """Leave what was noted beside what the keeper will leave."""
    if VARIABLE not in os.environ:
        return
    found = {
        "variables": sorted(_FOLLOWED.variables),
        "reads_all": _FOLLOWED.reads_all,
        "imports": _FOLLOWED.imports,
        "asked": _FOLLOWED.asked,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "data": _data(),
    }
    Path(os.environ[VARIABLE], "process.json").write_text(json.dumps(found), encoding="utf-8")


def _data() -> dict[str, Any]:
    """The datasets that were read with their versions, and where the product keeps them."""
    used = sys.modules.get("paddock.data.used")
    return dict(used.used()) if used is not None else {}


class _Variables(dict[Any, Any]):
    """The mapping behind `os.environ`, which notes when somebody looks at all of it."""

    def __iter__(self) -> Iterator[Any]:
        _FOLLOWED.reads_all = True
        return super().__iter__()


def _follow_variables() -> None:
    """Note each name that is looked up, in a way that no traceback shows."""
    held = _Variables(vars(os.environ)["_data"])
    for environment in (os.environ, os.environb):
        known = vars(environment)
        known.update(_data=held, encodekey=_noting(known["encodekey"]))


def _noting(encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def encoded(name: Any) -> bytes:
        found = encode(name)
        _FOLLOWED.variables.add(os.fsdecode(found))
        return found

    return encoded


def _follow_links() -> None:
    """Note what is asked after without following links, which the keeper does not see."""
    original = os.path.lexists

    def followed(path: Any) -> bool:
        found = original(path)
        if isinstance(path, str | os.PathLike):
            _FOLLOWED.asked[os.path.abspath(path)] = found  # noqa: PTH100
        return found

    os.path.lexists = followed


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "os.listdir":
        # How often the import system looked into a folder: of that, only the names of modules matter.
        if sys._getframe(1).f_code.co_filename.startswith(_IMPORTERS):
            _count(os.path.abspath(arguments[0] or "."))  # noqa: PTH100
    elif event in _STARTS_PROCESSES:
        # What is started inherits all variables.
        _FOLLOWED.reads_all = True


def _count(folder: str) -> None:
    _FOLLOWED.imports[folder] = _FOLLOWED.imports.get(folder, 0) + 1
