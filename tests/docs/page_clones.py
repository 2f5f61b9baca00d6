"""Clones of the working tree with an environment that is set up, each made in a second."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.working_tree import copy_working_tree, set_up


def make_origin(root: Path, folder: Path) -> None:
    """A repository, as a server has it, whose branch main is the working tree at `root`."""
    tree = folder.with_name(f"{folder.name}-tree")
    copy_working_tree(root, tree)
    identity = ["-c", "user.name=us", "-c", "user.email=us@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*identity, "commit", "-qm", "The workspace"]):
        subprocess.run(["git", *command], cwd=tree, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(tree), str(folder)], check=True)


def clone(origin: Path, folder: Path) -> None:
    """A clone of `origin`, after what `make setup` does there; what is pushed from it reaches no other page."""
    folder.parent.mkdir(parents=True)
    own = _origin_of(folder)
    shutil.copytree(origin, own)
    subprocess.run(["git", "clone", "-q", str(own), str(folder)], check=True)
    set_up(folder)


def copy(ended: Path, folder: Path) -> None:
    """The workspace as another page left it, session and all."""
    folder.parent.mkdir(parents=True)
    shutil.copytree(ended, folder, symlinks=True)
    shutil.copytree(_origin_of(ended), _origin_of(folder))
    subprocess.run(["git", "remote", "set-url", "origin", str(_origin_of(folder))], cwd=folder, check=True)
    (folder / ".venv" / ".paddock-folder").write_text(str(folder))


def _origin_of(folder: Path) -> Path:
    """The repository, as a server has it, of the workspace in `folder`."""
    return folder.with_name("origin")
