"""What the system tells of a kernel's process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from paddock.kernels.lease import Lease
from paddock.notebooks import vitals

from tests.notebooks.audited import GATE
from tests.notebooks.conftest import WriteNotebook

_GROUPS = Path("/sys/fs/cgroup/memory")


class _Dead(Lease):
    """A kernel that ended with this code."""

    def __init__(self, code: int) -> None:
        self.code, self.pid = code, 7

    def poll(self) -> int | None:
        return self.code


@pytest.mark.parametrize(
    ("groups", "counter"),
    [
        ("0::/app/run\n", "sys/fs/cgroup/app/run/memory.events"),
        ("0::/host/name\n", "sys/fs/cgroup/memory.events"),
        ("4:cpu,memory:/app\n0::/\n", "sys/fs/cgroup/memory/app/memory.oom_control"),
    ],
    ids=["version 2", "a container", "version 1"],
)
def test_memory_is_the_cause_when_the_system_counted_a_kill(tmp_path: Path, groups: str, counter: str) -> None:
    """A kill by somebody else is not: the count is as it was."""
    for path, text in (("proc/7/cgroup", groups), (counter, "oom 2\noom_kill 2\n")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    killed, ended = (vitals.of(_Dead(code), tmp_path) for code in (-signal.SIGKILL, 1))
    assert not killed.is_out_of_memory()
    (tmp_path / counter).write_text("oom 3\noom_kill 3\n")
    assert killed.is_out_of_memory()
    assert not ended.is_out_of_memory()


def test_nothing_is_claimed_where_nothing_can_be_read(tmp_path: Path) -> None:
    """On a system without control groups, a kill is a kill."""
    assert not vitals.of(_Dead(-signal.SIGKILL), tmp_path).is_out_of_memory()


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of little memory, where this user may make one."""
    group = _GROUPS / f"paddock-{os.getpid()}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(600 << 20))
    except OSError:
        pytest.skip("control groups of version 1 cannot be made here")
    yield group
    group.rmdir()


def test_a_kernel_that_the_system_kills_ran_out_of_memory(
    group: Path, write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    """By the system's own word, not by a guess."""
    program = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
        from paddock.notebooks.execution import execute
        source, folder = Path(sys.argv[2]), Path(sys.argv[3])
        found = execute(source, folder / "out.ipynb", {}, {}, folder, 60, lambda number, total: None)
        print(found.cause, found.reason, sep="; ")
    """)
    source = write_notebook(GATE, "kept = [bytearray(10 << 20) for _ in range(400)]")
    answer = subprocess.run(
        [sys.executable, "-c", program, str(group), str(source), str(tmp_path)],
        env={**os.environ, "PADDOCK_KERNELS": "stock"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.stdout.strip() == "out-of-memory; kernel killed by the system in cell 2: out of memory", answer.stderr
