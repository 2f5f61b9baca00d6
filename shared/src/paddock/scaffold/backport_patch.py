"""The patch of a template: what changes in its files, as git shows it, and as it is written."""

from __future__ import annotations

import contextlib
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from paddock import git
from paddock.errors import ToolError
from paddock.project import Workspace
from paddock.scaffold.entry import Entry, entry_at, write_entry
from paddock.storage import durable, lock


@dataclass(frozen=True)
class SourceChange:
    """What becomes of the template's file at `path`, from the workspace on, for the project's `file`.

    `notes` say what people have to look at.
    """

    file: str
    path: str
    before: Entry | None
    after: Entry | None
    notes: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """What is done to it, in a word."""
        if self.before is None:
            return "added"
        return "deleted" if self.after is None else "changed"


def patch_of(changes: Sequence[SourceChange]) -> bytes:
    """The changes as a patch that `git apply` takes in the workspace's folder; raises ToolError without git."""
    with tempfile.TemporaryDirectory(prefix="paddock-patch-") as scratch:
        folder = Path(scratch)
        # Whatever the user's settings are, and even within a hook of git's.
        own = {
            "GIT_DIR": str(folder / ".git"),
            "GIT_WORK_TREE": scratch,
            "GIT_INDEX_FILE": str(folder / ".git/index"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        git.ask(folder, "init", "-q", environment=own)
        trees = [_tree(folder, [(one.path, one.before) for one in changes], own)]
        trees += [_tree(folder, [(one.path, one.after) for one in changes], own)]
        shown = git.ask(folder, "diff", "--binary", "--no-renames", *trees, environment=own)
    if shown is None or not all(trees):
        raise ToolError("git cannot show a patch", "Install git 2.30 or later. Nothing was written.")
    return shown


def write(workspace: Workspace, changes: Sequence[SourceChange]) -> None:
    """Write the changes into the template, each file whole; raises ToolError where one is not as it was any more."""
    with lock.held(workspace.state / "update.lock", "carrying edits back", wait_seconds=60):
        for one in changes:
            if entry_at(workspace.root, one.path) != one.before:
                raise ToolError(f"{one.path}: was changed meanwhile", "Nothing was written. Run it again.")
        for one in changes:
            _write_one(workspace.root, one)


def remove(root: Path, path: str) -> None:
    """Remove the file at `path` below `root`, and the folders that are empty then: git would not keep them."""
    place = root / path
    place.unlink(missing_ok=True)
    for above in place.parents:
        if above == root or not above.is_dir() or any(above.iterdir()):
            return
        above.rmdir()


def _write_one(root: Path, one: SourceChange) -> None:
    place = root / one.path
    if one.after is None:
        remove(root, one.path)
    else:
        durable.write_bytes(place, one.after.content)
        if one.after.is_executable:
            mode = stat.S_IMODE(place.stat().st_mode)
            place.chmod(mode | (mode & 0o444) >> 2)


def _tree(folder: Path, files: Sequence[tuple[str, Entry | None]], own: dict[str, str]) -> str:
    for path, entry in files:
        with contextlib.suppress(FileNotFoundError):
            (folder / path).unlink()
        if entry:
            write_entry(folder, path, entry)
    git.ask(folder, "add", "--all", "--force", ".", environment=own)
    return (git.ask(folder, "write-tree", environment=own) or b"").decode().strip()
