"""Locks that die with their holder."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from paddock.errors import ToolError
from paddock.storage import lock

_HOLDER = """
import sys
from pathlib import Path
from paddock.storage import lock
with lock.held(Path(sys.argv[1]), "run of triage", 5):
    print("held", flush=True)
    sys.stdin.read()
"""


def _start_holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_second_waits_then_names_the_holder(tmp_path: Path) -> None:
    """A busy lock is an error that says who holds it, since when and what for."""
    process = _start_holder(tmp_path / "lock")
    try:
        assert lock.is_held(tmp_path / "lock")
        expected = rf"still busy after 0\.1 s; held by process {process.pid} on .* since .* \(run of triage\)"
        with pytest.raises(ToolError, match=expected), lock.held(tmp_path / "lock", "mine", 0.1):
            pass
    finally:
        process.communicate()


def test_killed_holder_blocks_nobody(tmp_path: Path) -> None:
    """The operating system frees the lock of a killed holder at once."""
    process = _start_holder(tmp_path / "lock")
    process.send_signal(signal.SIGKILL)
    process.wait()
    with lock.held(tmp_path / "lock", "mine", 0):
        assert lock.is_held(tmp_path / "lock")
    assert not lock.is_held(tmp_path / "lock")
