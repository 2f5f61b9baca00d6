"""What a project's own types, tests and run say about a defect of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

BIN = Path(sys.executable).parent


def call(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a program of the environment says, started in `folder`."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    # What libraries look like is the same for all projects.
    environment["MYPY_CACHE_DIR"] = str(Path(tempfile.gettempdir(), "paddock-tests-mypy"))
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def said_at_work(folder: Path) -> Iterator[str]:
    """What its types, its own tests and its run find, in this order."""
    if (answer := call(folder, "mypy")).returncode:
        yield f"types: {answer.stdout.splitlines()[0]}"
    if (answer := call(folder, "python", "-m", "pytest")).returncode:
        yield f"its tests: {_first(r'^(?:FAILED|ERROR) (.*)$', answer.stdout)}"
    answer = call(folder, "paddock", "run", folder.name, "--json")
    if answer.returncode:
        reason = json.loads(answer.stdout)["reason"] if answer.stdout.startswith("{") else _first("(.+)", answer.stderr)
        yield f"its run: {reason}"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else text[-200:]
