"""A project that is being made, killed or refused at any system call: it is there whole, or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.bake.baking import hashes_of
from paddock_ci.demo import ANSWERS, scratch_copy

ROOT = Path(__file__).parents[2]
_MAKER = """
import json, sys
from pathlib import Path
from paddock.errors import PaddockError
from paddock.project import Workspace
from paddock.scaffold.new import new_project

try:
    new_project(Workspace(Path(sys.argv[1])), json.loads(sys.argv[2]))
except PaddockError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
# Rendering writes, the hook copies and removes, then each file is synchronised and the folder gets its name.
_CALLS = [
    *(("write", n) for n in (1, 20, 60)), *(("mkdir", n) for n in (1, 6)), *(("fsync", n) for n in (1, 12, 25)),
    ("unlink", 1), ("rename", 1),
]  # fmt: skip
_SLICE = [("write", 20), ("fsync", 12), ("rename", 1)]
_FULL = [pytest.param(*case, marks=() if case in _SLICE else pytest.mark.slow) for case in _CALLS]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the project that an undisturbed call makes."""
    team = scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("whole") / "team")
    return hashes_of(new_project(team, ANSWERS))


def _make(team: Workspace, rule: str) -> subprocess.CompletedProcess[str]:
    traced = ["strace", "-qq", "-f", "-o", "/dev/null", "-e", f"inject={rule}"]
    command = [*traced, sys.executable, "-c", _MAKER, str(team.root), json.dumps(ANSWERS)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _all_or_nothing(team: Workspace, whole: dict[str, str]) -> None:
    """What is visible is the whole project or none; making it (again) then works, and nothing else stays."""
    projects = team.root / "projects"
    visible = [path for path in projects.iterdir() if not path.name.startswith(".")]
    assert [path.name for path in visible] in ([], ["triage"])
    for path in visible:
        assert hashes_of(path) == whole
        shutil.rmtree(path)
    assert hashes_of(new_project(team, ANSWERS)) == whole
    assert [path.name for path in projects.iterdir()] == ["triage"]


@pytest.mark.parametrize(("call", "number"), _FULL)
def test_a_kill_leaves_all_or_nothing(team: Workspace, whole: dict[str, str], call: str, number: int) -> None:
    """The process, or the hook that it started, dies at that call."""
    _make(team, f"{call}:signal=SIGKILL:when={number}")
    _all_or_nothing(team, whole)


@pytest.mark.parametrize(("call", "number"), _FULL)
def test_a_full_disk_leaves_all_or_nothing(team: Workspace, whole: dict[str, str], call: str, number: int) -> None:
    """From that call on the disk is full: one message without a traceback, or the call did not matter."""
    # The message itself is written, too.
    onwards = "" if call == "write" else "+"
    answer = _make(team, f"{call}:error=ENOSPC:when={number}{onwards}")
    if answer.returncode:
        assert "Traceback" not in answer.stderr
        # Where a hook fails, it says why first.
        assert re.search(r"^(ToolError|CodeError|ConfigurationError): ", answer.stderr, re.MULTILINE)
    _all_or_nothing(team, whole)
