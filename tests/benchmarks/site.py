"""What a site of 1,000 runs takes: built from nothing, after one more run, and when nothing changed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from paddock.project import Workspace
from paddock.settings import load_settings
from paddock.site.building import Built, build

from tests.benchmarks.templates import line
from tests.site import generated

_RUNS = 167
_ROUNDS = 5
_COLD, _WARM = 5.0, 0.5
# In a process of its own, which has compiled no template yet.
_BUILDER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from paddock.project import Workspace
from paddock.settings import load_settings
from paddock.site.building import build
workspace = Workspace(Path(sys.argv[1]))
begun = time.perf_counter()
build(workspace, load_settings(workspace), workspace.state / "site", (), datetime.now(UTC))
print(time.perf_counter() - begun)
"""


def figures(folder: Path) -> Iterator[str]:
    """A line for each figure, with its bound; six projects, each run with a report and a figure."""
    (folder / "projects").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.paddock.workspace]\n")
    workspace = Workspace(folder)
    generated.write_projects(workspace)
    generated.publish_versions(workspace)
    generated.write_runs(workspace, _RUNS, figure=120)
    cold, built = _timed(lambda: _build(workspace))
    yield line(f"a site of {built.runs:,} runs, {built.written:,} files", cold, _COLD)
    warm = []
    for number in range(_ROUNDS):
        generated.write_run(workspace, generated.record_of("triage", _RUNS + number, _RUNS + number + 1), 120)
        warm.append(_in_a_new_process(workspace) if number else _timed(lambda: _build(workspace))[0])
    yield line("the site after one more run, in the same process", warm[0], _WARM)
    yield line("the site after one more run, in a new process", min(warm[1:]), _WARM)
    yield line("the site when nothing changed", min(_timed(lambda: _build(workspace))[0] for _ in range(3)), _WARM)


def _build(workspace: Workspace) -> Built:
    return build(workspace, load_settings(workspace), workspace.state / "site", (), datetime.now(UTC))


def _in_a_new_process(workspace: Workspace) -> float:
    command = [sys.executable, "-c", _BUILDER, str(workspace.root)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _timed(work: Callable[[], Built]) -> tuple[float, Built]:
    begun = time.perf_counter()
    built = work()
    return time.perf_counter() - begun, built
