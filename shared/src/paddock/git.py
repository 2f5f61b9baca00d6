"""The one door to git; nothing where there is no git."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_LONGEST_WAIT = 300  # seconds; a first status of a large clone reads every file
_MOST_CONFLICTS = 127  # what `git merge-file` counts to; above it, its exit code is a failure


def commit(folder: Path) -> str:
    """The commit that is checked out, or nothing."""
    return _line(folder, "rev-parse", "HEAD")


def is_dirty(folder: Path) -> bool:
    """Whether files below `folder` differ from the commit, new ones included."""
    return bool(_line(folder, "status", "--porcelain", "--untracked-files=normal", "--", "."))


def has_commit(folder: Path, commit: str) -> bool:
    """Whether this clone has a commit."""
    return ask(folder, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def changed(folder: Path, paths: Sequence[str]) -> list[str]:
    """The files at `paths` that differ from the commit, those that it does not have included; relative and sorted."""
    there = [path for path in paths if (folder / path).exists() or ask(folder, "ls-files", "--", path)]
    if not there:
        return []
    differing = ask(folder, "diff", "HEAD", "--name-only", "--no-renames", "--relative", "-z", "--", *there)
    new = ask(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", *there)
    return sorted(set(_names((differing or b"") + (new or b""))))


def merge(base: bytes, ours: bytes, theirs: bytes, marker_size: int) -> tuple[bytes, bool] | None:
    """Both changes of a text `base` as one, and whether they conflict: marks of that size then stand around each.

    None where git cannot merge them, or there is no git.
    """
    # Whatever the style of conflicts that people set for themselves.
    style = ("-c", "merge.conflictStyle=merge")
    labels = ("-L", "the project", "-L", "the template before", "-L", "the template")
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in {"ours": ours, "base": base, "theirs": theirs}.items():
            (Path(scratch) / name).write_bytes(content)
        asked = (*style, "merge-file", "-p", "-q", f"--marker-size={marker_size}", *labels, "ours", "base", "theirs")
        code, text = _run(Path(scratch), asked, b"", None)
    return (text, code > 0) if code is not None and 0 <= code <= _MOST_CONFLICTS else None


def ask(
    folder: Path, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None
) -> bytes | None:
    """What `git ARGUMENTS` prints in `folder` when `given` is its input; None where it fails or there is no git."""
    code, answer = _run(folder, arguments, given, environment)
    return answer if code == 0 else None


def files(folder: Path) -> list[str]:
    """The files below `folder` that git has or would take, relative to it and sorted; none where there is no git."""
    listed = ask(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return sorted(set(_names(listed or b"")))


def search(folder: Path, pattern: str) -> list[str] | None:
    """Those of them in which a line fits the extended regular expression; None where git cannot look."""
    # Bytes, not characters: ten times as fast, and no file is left out for what it holds.
    settings = ("-c", "grep.fullName=false", "-c", "submodule.recurse=false")
    options = ("--untracked", "--text", "--files-with-matches", "--null", "--no-color", "-E", "-e", pattern)
    code, answer = _run(folder, (*settings, "grep", *options), b"", {"LC_ALL": "C"})
    return sorted(_names(answer)) if code in (0, 1) else None


def _run(
    folder: Path, arguments: Sequence[str], given: bytes, environment: Mapping[str, str] | None
) -> tuple[int | None, bytes]:
    """How git ended and what it printed; no code where it did not run or did not end."""
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
        return None, b""
    return answer.returncode, answer.stdout


def _names(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _line(folder: Path, *arguments: str) -> str:
    return (ask(folder, *arguments) or b"").decode(errors="replace").strip()
