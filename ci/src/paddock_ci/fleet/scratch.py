"""The scratch folder in which the copies of a workspace lie: private, and gone when it is left."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
from paddock import git
from paddock.errors import ToolError

_ROOMY = "Nothing was touched. Free some space there, or name another folder: TMPDIR=/roomy paddock fleet"


@contextlib.contextmanager
def scratch(root: Path) -> Iterator[Path]:
    """An empty folder outside the workspace at `root`; those of killed processes that worked on the same go first."""
    prefix = f"paddock-fleet-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}-"
    _remove_leftovers(prefix)
    with _without_hook(root), _roomy():
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-")).resolve()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(prefix: str) -> None:
    for leftover in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        process = leftover.name.removeprefix(prefix).partition("-")[0]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def _roomy() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError(
            f"{error.filename or tempfile.gettempdir()}: cannot write the scratch copies: {error.strerror or error}",
            _ROOMY,
        ) from error


@contextlib.contextmanager
def _without_hook(root: Path) -> Iterator[None]:
    """Without the variables by which git, in a hook, tells the programs that it starts where its repository is.

    With them, whatever git is asked to do in a copy it would do in the user's clone.
    """
    names = (git.ask(root, "rev-parse", "--local-env-vars") or b"").decode().split()
    # What people set by `git -c` says how, not where.
    kept = {name: os.environ.pop(name) for name in names if name in os.environ and not name.startswith("GIT_CONFIG")}
    try:
        yield
    finally:
        os.environ.update(kept)
