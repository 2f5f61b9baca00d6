"""A runner that is killed at any moment leaves a readable output, a journal that tells the truth, and no process."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from paddock.notebooks import journal
from paddock.notebooks.cause import Cause
from paddock.storage import artifact

from tests.notebooks.audited import GATE, is_true_within

_FEW = 6
_MANY = 1_000
_RECOVERED = 0.7
_CHILD = "import subprocess\n_ = subprocess.Popen(['sleep', '600'], start_new_session=True)"
_DONE = "open('done-{}', 'w').close()"
_WORK = "import time\nfor n in range(4):\n    print(n, flush=True); time.sleep(0.02)"
_SOURCES = (GATE, _CHILD, "print('x' * 300_000)", *[_WORK] * 5, "1 + 1")


class _Runner:
    """The program that executes a notebook again and again, with a server of kernels of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out.ipynb"
        source = folder / "source.ipynb"
        # Each cell leaves a file as the last thing that it does.
        cells = [new_code_cell(f"{text}\n{_DONE.format(number)}") for number, text in enumerate(_SOURCES)]
        nbformat.write(new_notebook(cells=cells), source)
        self.private = folder / "private"
        self.private.mkdir(mode=0o700)
        environment = {**os.environ, "PADDOCK_KERNELS": "shared", "XDG_RUNTIME_DIR": str(self.private)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.kernels.killed", str(source), str(self.output)],
            cwd=Path(__file__).parents[2],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, seconds: float) -> int:
        """The exit code of a run that is killed after these seconds, negative when it was."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        # What an earlier run did is still to be told, if a journal of it is there.
        for path in () if journal.path_of(self.output).exists() else self.folder.glob("done-*"):
            path.unlink()
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        """End the program, and the server that it started."""
        self.process.communicate(timeout=60)
        for pid in _processes():
            with contextlib.suppress(OSError):
                if str(self.private) in Path(f"/proc/{pid}/cmdline").read_text():
                    os.kill(pid, signal.SIGKILL)


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[_Runner]:
    """A runner to kill."""
    made = _Runner(tmp_path)
    yield made
    made.end()


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def _left(folder: Path) -> list[int]:
    """The processes that work in the folder: kernels, and what they started."""
    found = []
    for pid in _processes():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").readlink() == folder:
                found.append(pid)
    return found


def _assert_true(runner: _Runner, code: int) -> str:
    """Nothing runs, and what the output says is what happened; in words, when the runner was killed."""
    assert is_true_within(10, lambda: not _left(runner.folder)), _left(runner.folder)
    if code == 0:
        assert not journal.path_of(runner.output).exists()
    failure = journal.recover(runner.output)
    assert not journal.path_of(runner.output).exists()
    if failure is None:
        return "it passed" if code == 0 else "it was killed before its journal began, or after its last write"
    assert failure.cause == Cause.RUNNER_KILLED
    assert artifact.is_complete(runner.output)
    notebook = nbformat.read(runner.output, as_version=4)
    nbformat.validate(notebook)
    for number, cell in enumerate(notebook.cells):
        if cell.metadata.papermill.status == "completed":
            assert (runner.folder / f"done-{number}").exists(), failure
    return failure.reason


def _assert_readable(output: Path) -> None:
    if output.exists():
        nbformat.validate(nbformat.read(output, as_version=4))


def _kills(runner: _Runner, count: int, seed: int) -> Counter[str]:
    """Kill that many runs at random moments; some are left to the next run to recover."""
    draw = random.Random(seed)
    assert runner.run(60) == 0
    begun = time.perf_counter()
    assert runner.run(60) == 0
    longest = time.perf_counter() - begun
    told: Counter[str] = Counter()
    for _ in range(count):
        code = runner.run(draw.uniform(0, longest))
        assert code in (0, -signal.SIGKILL)
        _assert_readable(runner.output)
        told[_assert_true(runner, code) if draw.random() < _RECOVERED else "left to the next run"] += 1
    assert runner.run(60) == 0
    assert artifact.read_manifest(runner.output).facts == {"status": "passed"}  # type: ignore[union-attr]
    return told


def test_a_few_kills(runner: _Runner) -> None:
    """A slice of the long suite, with a fixed seed."""
    assert _kills(runner, _FEW, seed=11).total() == _FEW


@pytest.mark.slow
def test_a_thousand_kills(runner: _Runner) -> None:
    """1,000 kills at random moments; KILL_SEED draws others."""
    told = _kills(runner, _MANY, int(os.environ.get("KILL_SEED", "1")))
    print("", *(f"{count:5} {reason}" for reason, count in told.most_common()), sep="\n")
