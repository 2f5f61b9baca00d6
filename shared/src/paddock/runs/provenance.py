"""Where a run comes from: the commit, the installed packages, the interpreter."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paddock import git, installed
from paddock.storage import artifact


@dataclass(frozen=True)
class Provenance:
    """The commit (empty outside git), whether files differ from it, and the environment.

    An image has no git: what it was built from stands in the variable PADDOCK_COMMIT.
    """

    commit: str
    dirty: bool
    packages_hash: str
    python: str


def provenance(root: Path) -> Provenance:
    """The provenance of code that runs now in the workspace at `root`."""
    commit = git.commit(root)
    if not commit:
        return Provenance(os.environ.get("PADDOCK_COMMIT", ""), False, packages_hash(), platform.python_version())
    return Provenance(commit, git.is_dirty(root), packages_hash(), platform.python_version())


def difference_hash(root: Path, paths: Sequence[str] = (".",)) -> str:
    """SHA-256 over what differs from the commit at `paths`: each name with the hash of its bytes, new files included.

    Empty where nothing does, or there is no git. Neither git's version nor its settings change it.
    """
    names = git.changed(root, paths)
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        is_link, is_file = path.is_symlink(), path.is_file()
        held = os.fsencode(path.readlink()).hex() if is_link else artifact.file_sha256(path) if is_file else "gone"
        digest.update(f"{name}\0{held}\0{is_link}\0{is_file and os.access(path, os.X_OK)}\n".encode())
    return digest.hexdigest() if names else ""


def packages_hash() -> str:
    """SHA-256 over the names and versions of all installed packages, as their folders name them."""
    return hashlib.sha256("\n".join(installed.names()).encode()).hexdigest()


def tree_hash(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below `folder`, without hidden ones and caches."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in parts):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(artifact.file_sha256(path).encode())
    return digest.hexdigest()
