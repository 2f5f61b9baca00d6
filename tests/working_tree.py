"""The working tree as a clone of it would hold it: what git knows, and what it does not ignore."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


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
