"""The working tree as a clone of it would hold it: what git knows, and what it does not ignore; set up in a second."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ENVIRONMENT = Path(sys.executable).parents[1]


def copy_working_tree(root: Path, folder: Path) -> None:
    """Copy to `folder` the files of the working tree at `root` that are, or would be, committed."""
    # A developer's own list of ignored files never changes a verdict.
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)


def set_up(folder: Path) -> None:
    """The programs and packages of these tests, with the marks of a set-up that is done."""
    target = folder / ".venv"
    target.mkdir()
    for path in _ENVIRONMENT.iterdir():
        if not path.name.startswith(".paddock"):
            (target / path.name).symlink_to(path)
    (target / ".paddock-folder").write_text(str(folder))
    inputs = ("requirements.txt", "shared/pyproject.toml", "ci/pyproject.toml", ".ci/setup")
    text = b"".join((folder / name).read_bytes() for name in inputs)
    mark = subprocess.run(["git", "hash-object", "--stdin"], input=text, capture_output=True, check=True).stdout
    (target / ".paddock-setup").write_bytes(mark.strip())
