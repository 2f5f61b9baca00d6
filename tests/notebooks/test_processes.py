"""Whatever dies, no process of a notebook is left."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from paddock.storage import artifact

from tests.notebooks.audited import GATE, is_alive, is_true_within
from tests.notebooks.conftest import Audit, WriteNotebook

# A child in the kernel's group, one in a session of its own, and one that left its parent.
_CHILDREN = textwrap.dedent("""
    import os, subprocess, sys
    def note(name, pid):
        with open(name + ".tmp", "w") as stream: stream.write(str(pid))
        os.rename(name + ".tmp", name)
    sleep = ["sleep", "600"]
    note("child", subprocess.Popen(sleep).pid)
    note("session", subprocess.Popen(sleep, start_new_session=True).pid)
    subprocess.run(["sh", "-c", "setsid sleep 600 & echo $! > left.tmp; mv left.tmp left"], check=True)
    note("home", os.path.dirname(get_ipython().kernel.parent.abs_connection_file))
    note("kernel", os.getpid())
""")
_STUBBORN = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(0.1)"
_ALL = ("child", "session", "left", "kernel")


@pytest.fixture(autouse=True, params=["own", "stock"])
def _kernels(_forked: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forked kernels, and stock ones: both have a keeper."""
    monkeypatch.setenv("PADDOCK_KERNELS", request.param)


def _pids(folder: Path, names: tuple[str, ...] = _ALL) -> list[int]:
    return [int((folder / name).read_text()) for name in names]


def test_a_cell_that_ignores_interrupts_ends_at_the_time_limit(audit: Audit, tmp_path: Path) -> None:
    """The limit is for the whole notebook; kernel and children, wherever they went, are gone."""
    audited = audit(GATE, _CHILDREN, _STUBBORN, time_limit=3)
    assert audited.execution.reason == "cell 3 still ran at the time limit of 3 s"
    assert [gate.name for gate in audited.execution.gates] == ["auc"]
    assert not [pid for pid in _pids(tmp_path) if is_alive(pid)]


def test_a_notebook_that_passed_leaves_nothing_running(audit: Audit, tmp_path: Path) -> None:
    """Everything that it started and forgot is gone."""
    assert audit(GATE, _CHILDREN).execution.status == "passed"
    assert not [pid for pid in _pids(tmp_path) if is_alive(pid)]


def test_exit_handlers_of_the_kernel_run(audit: Audit, tmp_path: Path) -> None:
    """A kernel that is idle at the end may tidy up: temporary folders, open databases."""
    assert audit(f"import atexit\natexit.register(lambda: open('farewell', 'w').close())\n{GATE}").execution.gates
    assert (tmp_path / "farewell").exists()


@pytest.fixture
def runner(write_notebook: WriteNotebook, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that executes a notebook which never ends, in the midst of it."""
    source = write_notebook(f"print('so far', flush=True)\n{GATE}", _CHILDREN, _STUBBORN)
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from paddock.notebooks.execution import execute
        source, folder = Path(sys.argv[1]), Path(sys.argv[2])
        execute(source, folder / "out.ipynb", {}, {}, folder, 600, lambda number, total: None)
    """)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(source), str(tmp_path)], stderr=subprocess.PIPE, text=True
    ) as process:
        assert is_true_within(60, (tmp_path / "kernel").exists)
        yield process
        process.kill()


def test_sigterm_keeps_the_partial_output_marked_failed(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    """A runner that is told to stop stores what there is, ends as told, and takes the kernel with it."""
    runner.send_signal(signal.SIGTERM)
    assert runner.wait(20) == 128 + signal.SIGTERM
    manifest = artifact.read_manifest(tmp_path / "out.ipynb")
    assert manifest is not None
    assert manifest.facts == {"status": "failed"}
    assert "so far" in (tmp_path / "out.ipynb").read_text()
    assert not [pid for pid in _pids(tmp_path) if is_alive(pid)]


def test_ctrl_c_keeps_the_partial_output_too(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    """It arrives as KeyboardInterrupt, whatever the runner was waiting for."""
    runner.send_signal(signal.SIGINT)
    _, printed = runner.communicate(timeout=20)
    assert printed.rstrip().endswith("KeyboardInterrupt")
    assert "never retrieved" not in printed
    assert artifact.is_complete(tmp_path / "out.ipynb")
    assert not [pid for pid in _pids(tmp_path) if is_alive(pid)]


def test_a_killed_runner_takes_its_kernel_with_it(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    """Within 10 s of SIGKILL the kernel is gone, its sockets, and all that it started, in whatever session that is."""
    home = Path((tmp_path / "home").read_text())
    assert (home / "connection.json").exists()
    runner.kill()
    runner.wait()
    assert is_true_within(10, lambda: not [pid for pid in _pids(tmp_path) if is_alive(pid)])
    assert is_true_within(10, lambda: not home.exists())
