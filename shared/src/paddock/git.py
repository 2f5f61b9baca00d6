"""The one door to git; nothing where there is no git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_LONGEST_WAIT = 300  # seconds; a first status of a large clone reads every file


def commit(folder: Path) -> str:
    """The commit that is checked out, or nothing."""
    return _line(folder, "rev-parse", "HEAD")


def is_dirty(folder: Path) -> bool:
    """Whether files below `folder` differ from the commit, new ones included."""
    return bool(_line(folder, "status", "--porcelain", "--untracked-files=normal", "--", "."))


def ask(
    folder: Path, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None
) -> bytes | None:
    """What `git ARGUMENTS` prints in `folder` when `given` is its input; None where it fails or there is no git."""
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=_LONGEST_WAIT,
            env={**os.environ, **environment} if environment else None,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None


def _line(folder: Path, *arguments: str) -> str:
    return (ask(folder, *arguments) or b"").decode(errors="replace").strip()
