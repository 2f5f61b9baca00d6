"""Copies of a state of the workspace, each a private repository that borrows the objects of the user's clone."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from paddock import git
from paddock.errors import ToolError
from paddock.project import Workspace

_WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "paddock fleet", "EMAIL": "fleet@localhost", "DATE": "2000-01-01T00:00:00Z"}.items()
}


class Clone:
    """The user's clone around `root`, of which only is read; what has to be stored with git goes below `scratch`.

    `store` is a repository that has the objects of both.
    """

    def __init__(self, root: Path, scratch: Path) -> None:
        self.root = root
        self._scratch = scratch
        # Git resolves what one lends to the next: from a copy to the store, to the clone, to whatever that borrows.
        self.store = self._repository("store", _path(root, "objects"))

    def present(self) -> str:
        """The tree of the workspace as its files lie here, new ones that git does not ignore included."""
        index = self._scratch / "index"
        if (own := _path(self.root, "index")).is_file():
            # Its notes on times and sizes spare reading every file.
            shutil.copyfile(own, index)
        own_index = {"GIT_INDEX_FILE": str(index), "GIT_OBJECT_DIRECTORY": str(self.store / ".git/objects")}
        prefix = line(self.root, "rev-parse", "--show-prefix")
        told(self.root, "add", "--all", "--", ".", environment=own_index)
        return told(self.root, "write-tree", *([f"--prefix={prefix}"] if prefix else []), environment=own_index).strip()

    def copy(self, name: str, tree: str) -> Workspace:
        """A workspace below `scratch` with the files of `tree`, committed as the main branch."""
        place = self._repository(name, self.store / ".git/objects")
        if (shallow := _path(self.root, "shallow")).is_file():
            shutil.copyfile(shallow, place / ".git/shallow")
        told(place, "read-tree", tree)
        # Large files that git keeps elsewhere stay pointers.
        told(place, "checkout-index", "--all", "--index", "--quiet", environment={"GIT_LFS_SKIP_SMUDGE": "1"})
        commit = told(place, "commit-tree", tree, "-m", name, environment=_WHO).strip()
        told(place, "update-ref", "HEAD", commit)
        # Git has no folder without files; a team may have no project yet.
        (place / "projects").mkdir(exist_ok=True)
        return Workspace(place)

    def _repository(self, name: str, objects: Path) -> Path:
        """An empty repository below `scratch` that borrows these objects."""
        kind = line(self.root, "rev-parse", "--show-object-format")
        told(self._scratch, "init", "-q", "--template=", "-b", "main", f"--object-format={kind}", name)
        alternates = self._scratch / name / ".git/objects/info/alternates"
        alternates.parent.mkdir(parents=True, exist_ok=True)
        alternates.write_text(f"{objects}\n")
        return self._scratch / name


def line(folder: Path, *arguments: str) -> str:
    """What git prints, without its end; empty where it fails."""
    return (git.ask(folder, *arguments) or b"").decode(errors="surrogateescape").strip("\n")


def told(folder: Path, *arguments: str, given: bytes = b"", environment: Mapping[str, str] | None = None) -> str:
    """What git prints; raises ToolError where it fails."""
    answer = git.ask(folder, *arguments, given=given, environment=environment)
    if answer is None:
        raise ToolError(
            f"git {arguments[0]} failed, so that the workspace cannot be copied",
            "Nothing was touched. Look for the cause: git fsck; git status; df",
        )
    return answer.decode(errors="surrogateescape")


def _path(root: Path, name: str) -> Path:
    return Path(line(root, "rev-parse", "--path-format=absolute", "--git-path", name))
