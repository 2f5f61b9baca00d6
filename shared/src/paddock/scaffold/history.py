"""Templates as git keeps them: which tree a folder is, and the files of a tree."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from paddock import git

_SUBMODULE = "commit"


class Blob(NamedTuple):
    """One file of a tree: its mode as git writes it (`100755` may be executed), and its content."""

    mode: str
    content: bytes


def tree_of(folder: Path) -> str:
    """Git's id of the tree of `folder` as it lies there; empty outside git.

    Where files differ from the commit, the tree is written into git's store, as a commit would write it.
    """
    if not git.is_dirty(folder):
        return _line(folder, "rev-parse", "--verify", "--quiet", "HEAD:./")
    prefix = _line(folder, "rev-parse", "--show-prefix")
    with tempfile.TemporaryDirectory() as scratch:
        own = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        if git.ask(folder, "add", "--all", "--", ".", environment=own) is None:
            return ""
        written = git.ask(folder, "write-tree", *([f"--prefix={prefix}"] if prefix else []), environment=own)
    return (written or b"").decode().strip()


def files_of(tree: str, store: Path) -> dict[str, Blob] | None:
    """The files of a tree by their paths, from the clone around `store`; None where it is not all there."""
    listed = git.ask(store, "ls-tree", "-r", "-z", "--full-tree", tree)
    if listed is None:
        return None
    wanted = [(path, mode, id) for path, mode, kind, id in _entries(listed) if kind != _SUBMODULE]
    given = "".join(f"{id}\n" for _, _, id in wanted).encode()
    contents = list(_contents(git.ask(store, "cat-file", "--batch", "--buffer", given=given) or b""))
    # A clone without blobs, which cannot fetch them now, lacks some.
    if len(contents) != len(wanted):
        return None
    return {path: Blob(mode, content) for (path, mode, _), content in zip(wanted, contents, strict=True)}


def is_shallow(folder: Path) -> bool:
    """Whether the clone lacks the commits before some day."""
    return _line(folder, "rev-parse", "--is-shallow-repository") == "true"


def uncommitted(folder: Path) -> tuple[str, ...] | None:
    """The files below `folder` that differ from the commit, new ones included; None where git does not answer."""
    answer = git.ask(folder, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--", ".")
    return None if answer is None else tuple(os.fsdecode(line[3:]) for line in answer.split(b"\0") if line)


def _entries(listed: bytes) -> Iterator[tuple[str, str, str, str]]:
    """Path, mode, kind and id of each line of `git ls-tree`."""
    for line in listed.split(b"\0"):
        facts, _, path = line.partition(b"\t")
        if path:
            mode, kind, id = facts.decode().split()
            yield os.fsdecode(path), mode, kind, id


def _contents(answer: bytes) -> Iterator[bytes]:
    """The contents in what `git cat-file --batch` prints, up to the first that is missing."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        size = answer[at:end].split()[-1]
        if not size.isdigit():
            return
        yield answer[end + 1 : end + 1 + int(size)]
        at = end + int(size) + 2


def _line(folder: Path, *arguments: str) -> str:
    return (git.ask(folder, *arguments) or b"").decode(errors="replace").strip()
