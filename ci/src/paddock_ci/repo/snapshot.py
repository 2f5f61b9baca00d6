"""The state of a workspace: an id for each project and for whatever else lies at its top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from paddock import git
from paddock.errors import ToolError

from paddock_ci.repo.objects import Entry, trees

PROJECTS = "projects"
# What is told by what is installed, and so concerns only who uses it.
LOCKS = ("poetry.lock", "requirements.txt")
# How long jobs took, which decides where they run and nothing else: no part of a state.
DURATIONS = ".check-durations.json"


class Snapshot(NamedTuple):
    """The entries of one state: those below `projects`, by name, and all others at the top, by name."""

    projects: Mapping[str, Entry]
    others: Mapping[str, Entry]


def committed(root: Path, *revisions: str) -> list[Snapshot]:
    """The state at each revision; empty where the workspace is not there in it."""
    names = [name for revision in revisions for name in (f"{revision}:./", f"{revision}:./{PROJECTS}")]
    found = trees(root, names)
    return [_snapshot(found, f"{revision}:./") for revision in revisions]


def present(root: Path, head: Snapshot) -> Snapshot:
    """The state of the files as they lie here, new ones that git does not ignore included; `head` is checked out.

    What differs from `head` is stored with git, as `git add` would, but in no index of the user's.
    """
    # Without a path: one, even that of the whole clone, takes half as long again.
    status = git.ask(root, "status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames")
    if status is None:
        raise ToolError(f"{root}: git cannot say what differs from the commit", "See what `git status` says.")
    dirty = _units(root, status)
    if not dirty:
        return head
    found = _stored(root, dirty)
    return Snapshot(
        _overlaid(head.projects, found.projects, {path.partition("/")[2] for path in dirty if "/" in path}),
        _overlaid(head.others, found.others, {path for path in dirty if "/" not in path}),
    )


def _snapshot(found: Mapping[str, Mapping[str, Entry]], name: str) -> Snapshot:
    others = {path: entry for path, entry in found.get(name, {}).items() if path not in (PROJECTS, DURATIONS)}
    return Snapshot(found.get(f"{name}{PROJECTS}", {}), others)


def _units(root: Path, status: bytes) -> list[str]:
    """The projects (`projects/<name>`) and other names at the top that hold what a status lists."""
    if not status:
        return []
    prefix = (git.ask(root, "rev-parse", "--show-prefix") or b"").decode().strip()
    found = (line[3:].decode(errors="surrogateescape") for line in status.split(b"\0") if line)
    units: set[str] = set()
    for path in (path.removeprefix(prefix) for path in found if path.startswith(prefix)):
        parts = path.split("/")
        if path == f"{PROJECTS}/":
            # The whole folder is new to git.
            units.update(f"{PROJECTS}/{inside.name}" for inside in (root / PROJECTS).iterdir())
        else:
            units.add("/".join(parts[:2]) if parts[0] == PROJECTS and len(parts) > 1 else parts[0])
    return sorted(units)


def _stored(root: Path, units: Iterable[str]) -> Snapshot:
    """The state of `units` alone, as they lie here."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="paddock-index-") as scratch:
        own = {"GIT_INDEX_FILE": str(Path(scratch, "index")), "GIT_LITERAL_PATHSPECS": "1"}
        listed = git.ask(root, "ls-tree", "-r", "-z", "--full-name", "HEAD", "--", *units) or b""
        git.ask(root, "update-index", "-z", "--index-info", given=listed, environment=own)
        git.ask(root, "add", "--all", "--", *units, environment=own)
        tree = git.ask(root, "write-tree", environment=own)
    if tree is None:
        raise ToolError(f"{root}: git cannot store what differs from the commit", "See what `git add` says.")
    [found] = committed(root, tree.decode().strip())
    return found


def _overlaid(entries: Mapping[str, Entry], new: Mapping[str, Entry], names: Iterable[str]) -> dict[str, Entry]:
    """`entries`, but those of `names` as they are in `new`, or gone."""
    rest = {name: entry for name, entry in entries.items() if name not in names}
    return {**rest, **{name: new[name] for name in names if name in new}}
