"""The faults of an engine: each has a verdict, none passes by accident, nothing is left, and the record is true."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from paddock.errors import ToolError
from paddock.notebooks import journal
from paddock.notebooks.cause import EXIT_CODES, Cause
from paddock.notebooks.execution import execute
from paddock.storage import artifact

from tests.notebooks.audited import GATE, Audited, is_alive, is_true_within
from tests.notebooks.conftest import Audit, WriteNotebook
from tests.notebooks.faults import AT_THE_END, FAULTS, HANG, SO_FAR


@pytest.fixture(autouse=True, params=["own", "stock"])
def _kernels(_forked: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forked kernels, and stock ones: the same verdicts."""
    monkeypatch.setenv("PADDOCK_KERNELS", request.param)


def _statuses(audited: Audited) -> list[str]:
    return [cell.metadata.papermill.status for cell in audited.notebook.cells]


def _assert_true(audited: Audited, folder: Path, cause: Cause, reason: str) -> None:
    """The verdict stands in the execution and in the notebook, outputs are kept, and nothing lives any more."""
    execution = audited.execution
    assert (execution.status, execution.cause) == ("failed", cause), execution.reason
    assert execution.reason.startswith(reason)
    assert audited.notebook.metadata.paddock == {"status": "failed", "cause": cause, "reason": execution.reason}
    assert artifact.is_complete(audited.path)
    assert audited.outputs(2)[0].text == "so far\n"
    assert [gate.name for gate in execution.gates] == ["auc"]
    assert not journal.path_of(audited.path).exists()
    assert not is_alive(int((folder / "kernel").read_text()))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_cell_has_a_verdict(audit: Audit, tmp_path: Path, name: str) -> None:
    """The cell is failed, what follows stays pending, and is never executed."""
    source, cause, reason = FAULTS[name]
    audited = audit("# Title", SO_FAR, source, "# Then", "open('after', 'w').close()")
    _assert_true(audited, tmp_path, cause, reason)
    assert _statuses(audited) == ["completed", "completed", "failed", "pending", "pending"]
    assert not (tmp_path / "after").exists()


@pytest.mark.parametrize("name", AT_THE_END)
def test_a_fault_after_the_last_cell_has_a_verdict(audit: Audit, tmp_path: Path, name: str) -> None:
    """Every cell was completed, and the notebook fails all the same."""
    source, cause, reason = AT_THE_END[name]
    audited = audit("# Title", SO_FAR, source)
    _assert_true(audited, tmp_path, cause, reason)
    assert _statuses(audited) == ["completed"] * 3


def test_a_stopped_kernel_ends_at_the_time_limit(audit: Audit, tmp_path: Path) -> None:
    """Where the limit comes sooner than the patience with a kernel that was stopped."""
    audited = audit("# Title", SO_FAR, FAULTS["stopped"][0], time_limit=2)
    _assert_true(audited, tmp_path, Cause.TIME_LIMIT, "cell 3 still ran at the time limit of 2 s")


def test_what_a_thread_prints_is_kept_in_the_cell_that_started_it(audit: Audit) -> None:
    """Also while another cell runs, after the last one, and at the kernel's exit."""
    threads = textwrap.dedent("""
        import atexit, threading
        turn = [threading.Event() for _ in range(2)]
        def work():
            for event in turn:
                event.wait(); print('late')
        thread = threading.Thread(target=work)
        thread.start()
        atexit.register(print, 'at exit')
        print('started')
    """)
    last = "print('last')\nthreading.Timer(0.3, turn[1].set).start()"
    audited = audit(GATE, threads, "turn[0].set()\nimport time; time.sleep(0.3)\nprint('second')", last)
    assert audited.execution.status == "passed", audited.execution.reason
    texts = ["".join(output.text for output in audited.outputs(cell)) for cell in (2, 3, 4)]
    assert texts == ["started\nlate\nlate\n", "second\n", "last\nat exit\n"]


def test_a_hundred_megabytes_are_capped(audit: Audit) -> None:
    """What is printed without end is cut with a note, and is no failure."""
    audited = audit(GATE, "for _ in range(100): print('x' * 1_000_000)", "print('after')")
    assert audited.execution.status == "passed"
    assert audited.path.stat().st_size < 13_000_000
    assert "[paddock dropped" in audited.outputs(2)[-1].text


def test_each_cell_says_what_it_used(audit: Audit) -> None:
    """Time, processor and memory, children's processor included; a dead kernel leaves the time at least."""
    child = "import subprocess, sys\n_ = subprocess.run([sys.executable, '-c', 'for n in range(3 * 10**6): pass'])"
    audited = audit(GATE, child, "x = b'x' * (300 << 20); del x", "pass", "import os; os._exit(0)")
    facts = [cell.metadata.paddock for cell in audited.notebook.cells]
    assert facts[1]["cpu_seconds"] > 0.02
    assert facts[2]["peak_memory_bytes"] > 300 << 20
    assert facts[3]["peak_memory_bytes"] < facts[2]["peak_memory_bytes"]
    assert list(facts[4]) == ["seconds"]


@pytest.fixture
def runner(write_notebook: WriteNotebook, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own in the midst of a cell that never ends, with a child in a session of its own."""
    child = "import subprocess\nchild = subprocess.Popen(['sleep', '600'], start_new_session=True).pid"
    endless = f"{child}\nprint('begun', flush=True)\nopen('child', 'w').write(str(child))\n{HANG}\nhang()"
    source = write_notebook("# Title", SO_FAR, endless, "# Then", "x = 1")
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from paddock.notebooks.execution import execute
        source, folder = Path(sys.argv[1]), Path(sys.argv[2])
        execute(source, folder / "out.ipynb", {}, {}, folder, 600, lambda number, total: None)
    """)
    command = [sys.executable, "-c", program, str(source), str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        written = journal.path_of(tmp_path / "out.ipynb")
        assert is_true_within(60, lambda: (tmp_path / "child").exists() and '"text":"begun' in written.read_text())
        yield process
        process.kill()


def _assert_told(folder: Path, cause: Cause, reason: str) -> None:
    notebook = nbformat.read(folder / "out.ipynb", as_version=4)
    assert notebook.metadata.paddock == {"status": "failed", "cause": cause, "reason": reason}
    statuses = [cell.metadata.papermill.status for cell in notebook.cells]
    assert statuses == ["completed", "completed", "failed", "pending", "pending"]
    assert notebook.cells[1].outputs[0].text == "so far\n"
    assert notebook.cells[2].outputs[0].text == "begun\n"
    assert artifact.read_manifest(folder / "out.ipynb").facts == {"status": "failed"}  # type: ignore[union-attr]
    assert not journal.path_of(folder / "out.ipynb").exists()


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGTERM, "stopped by SIGTERM"), (signal.SIGINT, "interrupted")])
def test_a_runner_that_is_told_to_stop_stores_what_there_is(
    runner: subprocess.Popen[str], tmp_path: Path, number: int, reason: str
) -> None:
    """The cell that ran is failed, and its output so far is kept."""
    runner.send_signal(number)
    runner.communicate(timeout=20)
    assert runner.returncode != 0
    _assert_told(tmp_path, Cause.INTERRUPTED, reason)
    assert not [name for name in ("kernel", "child") if is_alive(int((tmp_path / name).read_text()))]


def test_a_killed_runner_leaves_a_journal_that_tells(runner: subprocess.Popen[str], tmp_path: Path) -> None:
    """The old output stays; recovered, it is a failed notebook, also when the last line was cut."""
    output = tmp_path / "out.ipynb"
    assert journal.recover(output) is None  # its holder lives
    with pytest.raises(ToolError, match=r"out.ipynb: another process executes a notebook to it now"):
        execute(tmp_path / "validation.ipynb", output, {}, {}, tmp_path, 60, lambda number, total: None)
    runner.kill()
    runner.wait()
    assert not output.exists()
    assert is_true_within(
        10, lambda: not [name for name in ("kernel", "child") if is_alive(int((tmp_path / name).read_text()))]
    )
    with journal.path_of(output).open("ab") as stream:
        stream.write(b'{"cell": 3, "star')
    failure = journal.recover(output)
    assert failure is not None
    _assert_told(tmp_path, Cause.RUNNER_KILLED, "the runner was killed in cell 3")
    assert journal.recover(output) is None


def test_an_output_that_was_complete_is_no_victim(audit: Audit) -> None:
    """A runner that was killed between its last write and the end of its journal had done its work."""
    audited = audit(GATE)
    content = audited.path.read_bytes()
    with journal.begun(audited.path, is_artifact=True) as kept:
        kept.note(notebook=audited.notebook, artifact=True)
        kept.store(content, {"status": "passed"})
        left = journal.path_of(audited.path).read_bytes()
    journal.path_of(audited.path).write_bytes(left)
    artifact.manifest_path(audited.path).unlink()
    assert journal.recover(audited.path) is None
    assert artifact.verified_bytes(audited.path) == content


def test_secrets_are_not_in_the_journal(audit: Audit, tmp_path: Path) -> None:
    """What the executed notebook never holds, the file beside it never holds either."""
    seen: list[str] = []
    written = journal.path_of(tmp_path / "runs" / "validation.ipynb")
    audit(
        f"{GATE}\nimport os; print(os.environ['DB_PASSWORD'])",
        "1",
        environment={"DB_PASSWORD": "not-to-be-stored"},
        on_cell=lambda number, total: seen.append(written.read_text()),
    )
    assert "[hidden: DB_PASSWORD]" in seen[1]
    assert "not-to-be-stored" not in seen[1]


def test_each_cause_has_an_exit_code_of_its_own() -> None:
    """Apart from those that every command has; the page about notebooks lists the same."""
    page = (Path(__file__).parents[2] / "docs/explanation/notebooks.md").read_text()
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", page, re.MULTILINE)
    assert {cause: int(code) for cause, code in rows} == EXIT_CODES
    assert set(EXIT_CODES) == set(Cause)
    assert len(set(EXIT_CODES.values()) - {0, 1, 2, 3}) == len(Cause)
