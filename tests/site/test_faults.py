"""A site under faults: killed or refused at any call, the old site stays whole and the next build heals."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from paddock.project import Workspace

from tests.site import generated
from tests.site.conftest import NOW, Build

_BUILDER = f"""
import sys
from datetime import datetime
from pathlib import Path
from paddock.errors import PaddockError
from paddock.project import find_workspace
from paddock.settings import load_settings
from paddock.site.building import build

workspace = find_workspace(Path(sys.argv[1]))
try:
    build(workspace, load_settings(workspace), workspace.root / "site", (), datetime.fromisoformat("{NOW.isoformat()}"))
except PaddockError as error:
    sys.exit(f"{{type(error).__name__}}: {{error}}")
"""
_LIMIT = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
"""
# The calls by which a build makes files and folders durable, links what it keeps, and lets the new folder take place.
# The counts are of one thread each: files are made durable by several at a time.
_CALLS = [
    *(("fsync", n) for n in (1, 2, 3)),
    *(("link,linkat", n) for n in (1, 10, 20)),
    *(("mkdir,mkdirat", n) for n in (2, 4)),
    ("renameat2", 1),
    ("rename", 1),
]
_SLICE = [("fsync", 2), ("link,linkat", 20), ("renameat2", 1), ("rename", 1)]
_FULL = [pytest.param(*case, marks=() if case in _SLICE else pytest.mark.slow) for case in _CALLS]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@pytest.fixture
def built(workspace: Workspace, build_site: Build) -> Workspace:
    """A workspace whose site is built, and that has run once more since."""
    generated.write_projects(workspace, ["intake", "triage"])
    generated.write_runs(workspace, 2, ["intake", "triage"])
    build_site()
    generated.write_run(workspace, generated.record_of("triage", 2))
    return workspace


def _builder(workspace: Workspace, *inject: str) -> subprocess.CompletedProcess[str]:
    traced = ["strace", "-qq", "-f", "-o", "/dev/null", *(part for rule in inject for part in ("-e", f"inject={rule}"))]
    command = [*(traced if inject else []), sys.executable, "-c", _BUILDER, str(workspace.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _digest(site: Path) -> str:
    files = sorted(path for path in site.rglob("*") if path.is_file())
    parts = (f"{path.relative_to(site)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _expected(workspace: Workspace, build_site: Build) -> tuple[str, str]:
    """What the old site and the new one look like."""
    return _digest(workspace.root / "site"), _digest(build_site(workspace.root / "elsewhere").folder)


@pytest.mark.parametrize(("call", "when"), _FULL)
def test_a_killed_build_leaves_a_whole_site(built: Workspace, build_site: Build, call: str, when: int) -> None:
    """Killed at any of its calls, the site is the old one or the new one; the next build heals, and clears up."""
    old, new = _expected(built, build_site)
    killed = _builder(built, f"{call}:signal=SIGKILL:when={when}")
    assert killed.returncode == -9
    assert _digest(built.root / "site") in (old, new)
    assert _builder(built).returncode == 0
    assert _digest(built.root / "site") == new
    assert not list(built.root.glob(".site*"))


@pytest.mark.parametrize(("call", "when"), _FULL)
def test_a_full_disk_is_one_message_and_the_old_site_stays(
    built: Workspace, build_site: Build, call: str, when: int
) -> None:
    """Refused at any of its calls, the error is ours and names the folder; the old site stays, the next build heals."""
    old, new = _expected(built, build_site)
    answer = _builder(built, f"{call}:error=ENOSPC:when={when}+")
    assert "Traceback" not in answer.stderr
    if answer.returncode:
        assert answer.stderr.startswith("ToolError: ")
        assert str(built.root) in answer.stderr
    assert _digest(built.root / "site") in (old, new)
    assert _builder(built).returncode == 0
    assert _digest(built.root / "site") == new


def test_a_disk_that_is_full_at_every_write_keeps_the_old_site(built: Workspace, build_site: Build) -> None:
    """Not even the first page could be written: the site is as it was."""
    old, _ = _expected(built, build_site)
    shutil.rmtree(next(built.root.glob(".paddock/sites")))
    answer = _limited(built)
    assert answer.returncode == 1
    assert answer.stderr.startswith("ToolError: ")
    assert "The site that was there is as it was" in answer.stderr
    assert _digest(built.root / "site") == old


def _limited(workspace: Workspace) -> subprocess.CompletedProcess[str]:
    """A build that may write no file of more than 4,096 bytes: a write fails as on a full disk, in the middle."""
    command = [sys.executable, "-B", "-c", f"{_LIMIT}{_BUILDER}", str(workspace.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
