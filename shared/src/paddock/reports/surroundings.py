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
from paddock import installed
from paddock.kernels.opens import signature
from paddock.project import Workspace
from paddock.storage import artifact

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
            path = f"{folder}/{name}"
            digest.update(f"{path.removeprefix(str(_PACKAGE))}\0{_hash(path, tuple(signature(path) or ()))}\0".encode())
    return digest.hexdigest()


@functools.cache
def _packages() -> str:
    return _digest(*installed.names((".dist-info", ".pth")))


@functools.lru_cache(maxsize=4096)
def _hash(path: str, looks: tuple[object, ...]) -> str:
    """The hash of a file's content; only a file that looks changed is read again."""
    return _content(Path(path)) if looks else ""


def _content(path: Path) -> str:
    try:
        return artifact.file_sha256(path)
    except OSError:
        return ""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
