"""What git knows of a folder; nothing where there is no git."""

from __future__ import annotations

import subprocess
from pathlib import Path


def commit(folder: Path) -> str:
    """The commit that is checked out, or nothing."""
    return _answer(folder, "rev-parse", "HEAD")


def is_dirty(folder: Path) -> bool:
    """Whether files below `folder` differ from the commit, new ones included."""
    return bool(_answer(folder, "status", "--porcelain", "--untracked-files=normal", "--", "."))


def _answer(folder: Path, *arguments: str) -> str:
    """What git says, or nothing where there is no git or no commit."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
