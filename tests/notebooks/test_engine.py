"""The engine serves plain papermill, too."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from paddock.errors import CodeError, ToolError
from paddock.notebooks import journal
from paddock.notebooks.engine import PaddockEngine
from paddock.storage import durable
from papermill.engines import papermill_engines
from papermill.iorw import papermill_io

from tests.notebooks.audited import is_true_within
from tests.notebooks.conftest import WriteNotebook


@pytest.fixture(autouse=True)
def _registered() -> None:
    papermill_engines.register("paddock", PaddockEngine)


def _papermill(source: Path, **options: object) -> Path:
    output = source.with_name("output.ipynb")
    papermill.execute_notebook(source, output, engine_name="paddock", progress_bar=False, **options)
    return output


def test_papermill_runs_a_notebook_with_it(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """Parameters, working folder and output file work as with any engine; a gate is not asked for."""
    folder = tmp_path / "there"
    folder.mkdir()
    source = write_notebook("x = 1", "import os\nprint(x, os.path.basename(os.getcwd()))", tags={1: ["parameters"]})
    output = _papermill(source, parameters={"x": 2}, cwd=str(folder))
    assert nbformat.read(output, as_version=4).cells[2].outputs[0].text == "2 there\n"


def test_papermill_fails_for_what_it_would_let_pass(write_notebook: WriteNotebook) -> None:
    """A failed command or gate is an error there, too, and the executed notebook is written."""
    source = write_notebook("import paddock", "!false")
    with pytest.raises(CodeError, match="cell 2: command failed with exit code 1: false"):
        _papermill(source)
    assert source.with_name("output.ipynb").exists()


def test_papermill_tells_of_an_exception_itself(write_notebook: WriteNotebook) -> None:
    """Its own error, with the traceback, is not replaced."""
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        _papermill(write_notebook("1/0"))


@pytest.mark.parametrize("cell", ["import sys\nsys.exit(1)", "%no-such-magic"])
def test_papermill_tells_of_what_it_notices_itself(write_notebook: WriteNotebook, cell: str) -> None:
    """Callers who catch its error get it for an exit code and for a wrong magic, too."""
    with pytest.raises(papermill.PapermillExecutionError):
        _papermill(write_notebook(cell, "1"))


def test_an_exit_that_says_all_is_well_fails(write_notebook: WriteNotebook) -> None:
    """Papermill lets it pass, though the rest was never executed."""
    with pytest.raises(CodeError, match=r"cell 1 called sys\.exit"):
        _papermill(write_notebook("import sys\nsys.exit(0)", "1"))


def test_papermill_says_how_long_a_kernel_may_take_to_start(write_notebook: WriteNotebook) -> None:
    """Its option `start_timeout` is kept."""
    with pytest.raises(ToolError, match=r"did not answer within 1e-09 s"):
        _papermill(write_notebook("1"), start_timeout=1e-9)


def test_papermill_keeps_its_time_limit(write_notebook: WriteNotebook) -> None:
    """`--execution-timeout` ends a notebook that hangs."""
    with pytest.raises(CodeError, match="cell 1 still ran at the time limit of 2 s"):
        _papermill(write_notebook("import time; time.sleep(600)"), execution_timeout=2)


def _statuses(path: Path) -> list[str]:
    return [cell.metadata.papermill.status for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The durable writes so far."""
    found: list[Path] = []
    write = durable.write_bytes

    def noted(path: Path, content: bytes) -> None:
        found.append(path)
        write(path, content)

    monkeypatch.setattr(durable, "write_bytes", noted)
    return found


def test_the_output_is_written_once(write_notebook: WriteNotebook, writes: list[Path]) -> None:
    """While cells run, the old output stays as it was; what papermill writes at its end is there already."""
    handlers = list(papermill_io._handlers)
    source = write_notebook("print(open('output.ipynb').read())", "# Prose", "2")
    source.with_name("output.ipynb").write_text("{}")
    output = _papermill(source, cwd=str(source.parent))
    assert writes == [output]
    assert nbformat.read(output, as_version=4).cells[0].outputs[0].text == "{}\n"
    assert _statuses(output) == ["completed"] * 3
    assert not journal.path_of(output).exists()
    assert papermill_io._handlers == handlers


def test_the_marks_of_an_error_are_written_in_one_step(write_notebook: WriteNotebook, writes: list[Path]) -> None:
    """Papermill adds cells that point to the error; cells that were not reached stay pending."""
    source = write_notebook("1", "1/0", "# Prose", "3")
    with pytest.raises(papermill.PapermillExecutionError):
        _papermill(source)
    output = source.with_name("output.ipynb")
    assert writes == [output, output]
    cells = nbformat.read(output, as_version=4).cells
    assert [cell.metadata.get("papermill", {}).get("status") for cell in cells] == [
        None, "completed", None, "failed", "pending", "pending",
    ]  # fmt: skip


def test_a_skipped_cell_is_not_completed(write_notebook: WriteNotebook) -> None:
    """Its code did not run, so its status says so."""
    source = write_notebook("1", "2", tags={2: ["skip-execution"]})
    with pytest.raises(CodeError, match="cell 2 was skipped"):
        _papermill(source)
    assert _statuses(source.with_name("output.ipynb")) == ["completed", "pending"]


@pytest.mark.filterwarnings("ignore:the file is not specified with any extension")
def test_outputs_that_are_no_files_are_written_as_papermill_does(
    write_notebook: WriteNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device stays one, standard output gets the notebook, and `None` writes nothing."""
    source = write_notebook("print('said')")
    papermill.execute_notebook(source, "/dev/null", engine_name="paddock", progress_bar=False)
    assert Path("/dev/null").is_char_device()
    said: Any = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", said)
    papermill.execute_notebook(source, "-", engine_name="paddock", progress_bar=False)
    assert b"said" in said.buffer.getvalue()
    assert papermill.execute_notebook(source, None, engine_name="paddock", progress_bar=False).cells[0].outputs


def test_a_link_leads_to_the_output(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """It stays a link, and what it leads to is replaced."""
    (tmp_path / "output.ipynb").symlink_to("real.ipynb")
    output = _papermill(write_notebook("1"))
    assert output.is_symlink()
    assert _statuses(tmp_path / "real.ipynb") == ["completed"]


def test_a_folder_that_is_not_there_is_said_at_once(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """As papermill says it, before anything runs."""
    source = write_notebook("open('ran', 'w').close()")
    with pytest.raises(FileNotFoundError, match=r"output folder .*nowhere doesn't exist"):
        papermill.execute_notebook(source, tmp_path / "nowhere" / "out.ipynb", engine_name="paddock", cwd=tmp_path)
    assert not (tmp_path / "ran").exists()


def test_papermill_logs_outputs_when_asked(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """`--stdout-file` gets what cells print."""
    with (tmp_path / "said").open("w") as stream:
        _papermill(write_notebook("print('to the file')"), stdout_file=stream)
    assert (tmp_path / "said").read_text() == "to the file\n"


_CLI = (
    "from papermill.engines import papermill_engines as engines; from papermill.cli import papermill\n"
    "from paddock.notebooks.engine import PaddockEngine; engines.register('paddock', PaddockEngine)\npapermill()"
)


def _killed(source: Path, number: int) -> Path:
    """The output of a papermill that gets a signal in the midst of the second cell."""
    output = source.with_name("output.ipynb")
    command = [sys.executable, "-c", _CLI, "--engine", "paddock", "--no-progress-bar", str(source), str(output)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        written = journal.path_of(output)
        assert is_true_within(60, lambda: written.exists() and '"text":"begun' in written.read_text())
        process.send_signal(number)
        assert process.wait(20) != 0
    return output


_ENDLESS = ("print('so far')", "import time\nprint('begun', flush=True)\ntime.sleep(600)", "3")


def test_sigterm_keeps_what_there_is(write_notebook: WriteNotebook) -> None:
    """Plain papermill loses the output of the cell that runs."""
    output = _killed(write_notebook(*_ENDLESS), signal.SIGTERM)
    notebook = nbformat.read(output, as_version=4)
    assert notebook.metadata.paddock.cause == "interrupted"
    assert notebook.cells[1].outputs[0].text == "begun\n"
    assert _statuses(output) == ["completed", "failed", "pending"]


def test_the_next_execution_recovers_a_killed_one(write_notebook: WriteNotebook) -> None:
    """The old output stays until then; then it is what the killed one did, until the new one is done."""
    source = write_notebook(*_ENDLESS)
    output = source.with_name("output.ipynb")
    output.write_text("old")
    assert _killed(source, signal.SIGKILL).read_text() == "old"
    seen = write_notebook("print(open('output.ipynb').read())")
    _papermill(seen, cwd=str(source.parent))
    found = nbformat.reads(nbformat.read(output, as_version=4).cells[0].outputs[0].text, as_version=4)
    assert found.metadata.paddock.reason == "the runner was killed in cell 2"
    assert [cell.metadata.papermill.status for cell in found.cells] == ["completed", "failed", "pending"]
    assert found.cells[1].outputs[0].text == "begun\n"


def test_two_executions_to_one_output_do_not_mix(write_notebook: WriteNotebook, tmp_path: Path) -> None:
    """The second is told at once."""
    source = write_notebook("1")
    with journal.begun(tmp_path / "output.ipynb"), pytest.raises(ToolError, match="another process executes"):
        _papermill(source)
