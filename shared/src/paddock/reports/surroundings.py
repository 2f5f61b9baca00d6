"""The surroundings of every notebook that runs here: interpreter, packages, lock file, and this package itself."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
import sysconfig
import tempfile
from pathlib import Path

import paddock
from paddock.project import Workspace

_LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "requirements.txt")
SCRATCH = "paddock-report"
_PACKAGE = Path(paddock.__file__).parent


def surroundings(workspace: Workspace) -> dict[str, str]:
    """Each part as a digest; the names are what people are told when it changes."""
    return {
        "the interpreter": _digest(sys.version, sys.prefix, platform.platform(), str(os.cpu_count())),
        "the installed packages": _packages(),
        "the lock file": _digest(*(_content(workspace.root / name) for name in _LOCKS)),
        "Paddock itself": own_code(),
    }


def ignored() -> tuple[str, ...]:
    """Beginnings of paths that say nothing beyond the surroundings: the system's, the interpreter's, our own."""
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    found = [sysconfig.get_path(kind) for kind in kinds]
    found += [os.path.realpath(path) for path in found]
    places = ["/proc", "/sys", "/dev", "/run", "/lib", "/lib64", "/usr/lib", "/usr/lib64", *found, str(_PACKAGE)]
    # What each kernel has of its own: its sockets, and our order to follow it.
    own = [f"{tempfile.gettempdir()}/{name}-" for name in ("paddock-kernel", SCRATCH)]
    return (*(f"{place}/" for place in dict.fromkeys(places)), *own)


def look_again() -> None:
    """Forget what was seen before: a process that lives on would not notice a change."""
    own_code.cache_clear()
    _packages.cache_clear()


@functools.cache
def own_code() -> str:
    """SHA-256 over this package's files: reports are made by them."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(_PACKAGE):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = Path(folder, name)
            digest.update(f"{path.relative_to(_PACKAGE)}\0{_content(path)}\0".encode())
    return digest.hexdigest()


@functools.cache
def _packages() -> str:
    """The installed packages with their versions, as their folders name them."""
    folders = [Path(entry) for entry in sys.path if entry.endswith("site-packages") and Path(entry).is_dir()]
    names = {name for folder in folders for name in os.listdir(folder) if name.endswith((".dist-info", ".pth"))}  # noqa: PTH208
    return _digest(*sorted(names))


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
