"""A run of the demo project, cold and warm, and its phases against bare papermill and nbconvert."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

from tests.benchmarks.ratio import Ratio, measure

_BIN = Path(sys.executable).parent


def ratios(workspace: Workspace, folder: Path) -> Iterator[Ratio]:
    """The ratios of a run's parts; every command is a process of its own, as users start it."""
    scratch = scratch_copy(workspace, folder)
    project = new_project(scratch, ANSWERS)
    run = [str(_BIN / "paddock"), "run", project.name, "--json", "-C", str(scratch.root)]
    cold = json.loads(_output(run))
    for phase, seconds in cold["phases"].items():
        print(f"  cold run, phase {phase:<8} {seconds:6.2f} s")
    executed = scratch.state / "runs" / project.name / cold["run"] / "notebooks" / "validation.ipynb"
    pins = {fact["name"]: fact["version"] for fact in cold["datasets"]}
    papermill = [str(_BIN / "papermill"), str(project / "notebooks/validation.ipynb"), str(folder / "out.ipynb")]
    nbconvert = [str(_BIN / "jupyter-nbconvert"), "--to", "html", str(executed), "--output-dir", str(folder)]
    environment = _kernel_environment(scratch, project, pins)

    yield measure(
        "forced run (audit, publish, report) : papermill + nbconvert",
        lambda: _output([*run, "--force"]),
        lambda: (_output(papermill, environment, project), _output(nbconvert)),
        rounds=3,
    )
    yield measure(
        "unchanged run : papermill",
        lambda: _output(run),
        lambda: _output(papermill, environment, project),
        rounds=3,
    )


def _kernel_environment(scratch: Workspace, project: Path, pins: dict[str, Any]) -> dict[str, str]:
    """What a notebook needs when it is executed by papermill alone."""
    return {
        "PADDOCK_WORKSPACE": str(scratch.root),
        "PADDOCK_PROJECT": project.name,
        "PADDOCK_CANDIDATES": json.dumps(pins),
        "PYTHONPATH": str(project / "src"),
    }


def _output(command: Sequence[str], environment: dict[str, str] | None = None, folder: Path | None = None) -> str:
    answer = subprocess.run(
        command, env=os.environ | (environment or {}), cwd=folder, capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit {answer.returncode}\n{answer.stderr[-2000:]}")
    return answer.stdout
