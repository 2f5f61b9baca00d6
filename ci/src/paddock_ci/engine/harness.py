"""The harness's own code, as jobs import it: a copy that nobody edits while they run."""

from __future__ import annotations

import compileall
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import paddock

import paddock_ci

_PACKAGES = (Path(paddock.__file__).parent, Path(paddock_ci.__file__).parent)
_CODE = ".py"


@dataclass(frozen=True)
class Harness:
    """The folder that goes on the import path, and SHA-256 of all that is in it."""

    folder: Path
    digest: str


def harness(cache_folder: Path) -> Harness:
    """The copy of the code that runs now, below `cache_folder`; made once for each state of the code."""
    digest = _digest()
    folder = cache_folder / digest[:32]
    if not folder.is_dir():
        _copy(folder)
    return Harness(folder, digest)


@cache
def _digest() -> str:
    found = hashlib.sha256()
    for package in _PACKAGES:
        for path in _files(package):
            found.update(path.relative_to(package.parent).as_posix().encode() + b"\0")
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _files(package: Path) -> Iterator[Path]:
    found = (path for path in sorted(package.rglob("*")) if path.is_file())
    return (path for path in found if "__pycache__" not in path.parts)


def _copy(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".code-", dir=folder.parent) as scratch:
        for package in _PACKAGES:
            shutil.copytree(package, Path(scratch, "code", package.name), ignore=shutil.ignore_patterns("__pycache__"))
        # Jobs may not write here, so each would compile it again.
        compileall.compile_dir(Path(scratch, "code"), quiet=2)
        try:
            Path(scratch, "code").rename(folder)
        except OSError:
            # Another process made the same at the same time.
            if not folder.is_dir():
                raise
