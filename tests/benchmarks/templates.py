"""What it takes to bake and prove templates, and to come from nothing to a tested, trained, reported project."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock.scaffold.questions import template_names
from paddock_ci.bake.baking import scratch_workspace
from paddock_ci.bake.proof import prove
from paddock_ci.demo import ANSWERS

_BIN = Path(sys.executable).parent
_ROUNDS = 7
PROBLEMS = ("classification", "regression", "recommendation", "tagging")


def figures(workspace: Workspace, folder: Path) -> Iterator[str]:
    """A line for each figure, with its bound."""
    yield line("bake one project", _bake(workspace, folder / "bake"), 0.3)
    proofs = [prove(workspace, name, folder / "proofs" / name) for name in template_names(workspace.root / "templates")]
    count = sum(proof.combinations for proof in proofs)
    findings = sum(len(proof.findings) for proof in proofs)
    yield line(f"all checks over {count} combinations, {findings} findings", sum(p.seconds for p in proofs), 90)
    for problem in PROBLEMS:
        seconds = _from_nothing(workspace, folder / problem, problem)
        yield line(f"nothing to green tests, model and report ({problem})", seconds, 60)


def line(name: str, seconds: float, bound: float) -> str:
    """A figure in seconds with its bound, and whether it is reached."""
    return f"{name:<62} {seconds:7.2f} s  (bound {bound:g} s{'' if seconds <= bound else ', MISSED'})"


def _bake(workspace: Workspace, folder: Path) -> float:
    scratch = scratch_workspace(workspace.root, folder)
    times = []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        made = new_project(scratch, ANSWERS)
        times.append(time.perf_counter() - begun)
        shutil.rmtree(made)
    return statistics.median(times)


def _from_nothing(workspace: Workspace, folder: Path, problem: str) -> float:
    """The two commands that a user types: `paddock new`, `paddock verify`."""
    scratch = scratch_workspace(workspace.root, folder)
    begun = time.perf_counter()
    for command in (["new", "Triage", "--problem", problem, "--no-input"], ["verify", "triage"]):
        answer = subprocess.run(
            [str(_BIN / "paddock"), *command], cwd=scratch.root, capture_output=True, text=True, check=False
        )
        if answer.returncode:
            raise RuntimeError(f"paddock {' '.join(command)}\n{answer.stdout}{answer.stderr}")
    return time.perf_counter() - begun
