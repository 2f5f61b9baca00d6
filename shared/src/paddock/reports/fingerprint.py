"""Fingerprints of what stands at a path: of a file its bytes, of a folder its names."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from paddock.kernels.opens import names, signature
from paddock.storage import artifact

# Made by tools in passing, also by ours: they say nothing about what a folder holds.
_PASSING = {".paddock", "__pycache__", ".ipynb_checkpoints"}
# A smaller file is read as fast as its facts are believed.
_SMALL = 262_144
# Within this time after a change, a further one could leave all that the system tells of a file as it was.
_WINDOW = 2_000_000_000  # nanoseconds


def of_file(path: str, known: Sequence[Any] | None = None) -> str:
    """SHA-256 of a file's bytes; empty where there is none.

    A large file is not read again when the system tells the same of it as when `known` was noted (see `noted`), its
    last change lying well before.
    """
    try:
        if known and len(known) > 1 and signature(path) == list(known[1]):
            return str(known[0])
        return artifact.file_sha256(Path(path))
    except OSError:
        return ""


def noted(path: str, found: str) -> list[Any]:
    """A fingerprint as it is kept: with what the system tells of a large file that has not changed lately."""
    facts = signature(path)
    if facts and facts[0] == "file" and facts[1] > _SMALL and 0 <= time.time_ns() - facts[3] > _WINDOW:
        return [found, facts]
    return [found]


def of_names(listed: Iterable[str], made: frozenset[str]) -> str:
    """SHA-256 of a folder's names, but for those that the notebook itself made there."""
    return _digest(name for name in listed if name not in made and not _is_passing(name))


def of_modules(folder: str, listed: Iterable[str]) -> str:
    """SHA-256 of those of a folder's names that an import could find."""
    return _digest(
        name
        for name in listed
        if name.endswith((".py", ".so", ".pyc", ".pyd", ".dist-info", ".egg-info", ".egg", ".egg-link"))
        or ("." not in name and os.path.isfile(f"{folder}/{name}/__init__.py"))  # noqa: PTH113
    )


def _is_passing(name: str) -> bool:
    return name in _PASSING or name.endswith(".journal")


def kind(path: str) -> str:
    """What stands at a path: `file`, `folder`, `other`, or nothing."""
    found = signature(path)
    return str(found[0]) if found else ""


def listed(path: str) -> list[str]:
    """The names in a folder."""
    return names(path)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(sorted(parts)).encode("utf-8", "surrogateescape")).hexdigest()
