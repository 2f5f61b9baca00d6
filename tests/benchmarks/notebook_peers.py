"""Other tools that execute notebooks, each as its own documentation says, on the suite of the reports' figures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_BIN = Path(sys.executable).parent
# Those that are no dependencies of ours, without what they need besides ours for other things than executing.
_INSTALLED = ("nbmake", "ploomber-engine", "ploomber-core", "debuglater")
_SECONDS = 120
_IN_ONE_PROCESS = """
import sys
from ploomber_engine import execute_notebook
for name in sys.argv[1:]:
    execute_notebook(name, f"peers/{name}")
"""


@dataclass(frozen=True)
class Peer:
    """A tool, and the commands by which it executes the whole suite; `why` says why there are none."""

    name: str
    commands: Sequence[Sequence[str]] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


def peers(folder: Path, notebooks: Sequence[str]) -> Iterator[Peer]:
    """The peers; what they write goes below `folder`/peers."""
    (folder / "peers").mkdir()
    papermill = [[str(_BIN / "papermill"), name, f"peers/{name}", "--no-progress-bar"] for name in notebooks]
    yield Peer("papermill", papermill)
    nbclient = [str(_BIN / "jupyter-execute"), "--output", "peers/{notebook_name}", *notebooks]
    yield Peer("nbclient", [nbclient])
    installed = folder / "installed"
    answer = subprocess.run(
        [str(_BIN / "uv"), "pip", "install", "-q", "--target", str(installed), "--no-deps", *_INSTALLED],
        capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    if answer.returncode:
        said = answer.stderr.strip().splitlines()[-1:]
        yield from (
            Peer(name, why=f"it cannot be installed: {' '.join(said)}") for name in ("nbmake", "ploomber-engine")
        )
        return
    path = os.pathsep.join(filter(None, (str(installed), os.environ.get("PYTHONPATH"))))
    environment = {"PYTHONPATH": path, "PLOOMBER_STATS_ENABLED": "false"}
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbmake", "-n", "2", *notebooks]
    yield Peer("nbmake", [pytest], environment)
    yield Peer("ploomber-engine", [[sys.executable, "-c", _IN_ONE_PROCESS, *notebooks]], environment)
