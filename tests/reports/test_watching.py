"""While notebooks are watched, each save makes the report again, from the first cell that is not as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock.reports.order import Order, order_of
from paddock.reports.watching import Told, watch

from tests.notebooks.audited import is_alive, is_true_within
from tests.reports.conftest import WriteNotebook, outputs

_SECONDS = 60.0
Watch = Callable[..., list[Told]]


@pytest.fixture
def watching() -> Iterator[Watch]:
    """Watch notebooks beside the test, which sees what is told; the watch ends with the test."""
    ended = threading.Event()
    threads = []

    def start(*orders: Order) -> list[Told]:
        told: list[Told] = []
        threads.append(threading.Thread(target=watch, args=(orders, told.append, lambda: not ended.is_set())))
        threads[-1].start()
        assert is_true_within(_SECONDS, lambda: len(told) >= len(orders))
        return told

    yield start
    ended.set()
    for thread in threads:
        thread.join()


def test_an_edited_cell_alone_is_executed(write: WriteNotebook, workspace: Workspace, watching: Watch) -> None:
    """Both files are written anew, and it is told how many cells ran."""
    order = order_of(workspace, write("n.ipynb", "# A title", "x = 6", "print(x * 7)"), {})
    told = watching(order)
    assert (told[0].executed, told[0].cells, told[0].fault) == (2, 2, "")
    assert "42" in order.report.read_text()
    write("n.ipynb", "# A title", "x = 6", "print(x * 8)")
    assert is_true_within(_SECONDS, lambda: len(told) == 2)
    assert (told[1].executed, told[1].cells) == (1, 2)
    assert outputs(order.executed) == "48\n"
    assert "48" in order.report.read_text()


def test_a_save_by_renaming_is_seen(write: WriteNotebook, workspace: Workspace, watching: Watch) -> None:
    """Many editors write another file and rename it."""
    source = write("n.ipynb", "x = 1", "print(x)")
    order = order_of(workspace, source, {})
    told = watching(order)
    write("new.ipynb", "x = 1", "print(x + 1)").replace(source)
    assert is_true_within(_SECONDS, lambda: len(told) == 2)
    assert (told[1].executed, outputs(order.executed)) == (1, "2\n")


def test_a_file_that_is_being_written_is_waited_for(
    write: WriteNotebook, workspace: Workspace, watching: Watch
) -> None:
    """What holds no JSON yet is no fault, unless it stays so; then the report that was made before stays, too."""
    source = write("n.ipynb", "print(1)")
    order = order_of(workspace, source, {})
    told = watching(order)
    whole = write("other.ipynb", "print(2)").read_bytes()
    source.write_bytes(whole[:50])
    source.write_bytes(whole)
    assert is_true_within(_SECONDS, lambda: len(told) == 2)
    assert (told[1].fault, outputs(order.executed)) == ("", "2\n")
    source.write_bytes(whole[:50])
    assert is_true_within(_SECONDS, lambda: len(told) == 3)
    assert "n.ipynb: is not JSON" in told[2].fault
    assert outputs(order.executed) == "2\n"
    source.unlink()
    assert is_true_within(_SECONDS, lambda: len(told) == 4)
    assert "cannot be read" in told[3].fault
    source.write_bytes(whole)
    assert is_true_within(_SECONDS, lambda: len(told) == 5)
    assert told[4].fault == ""


def test_a_saved_module_makes_its_notebook_again(write: WriteNotebook, workspace: Workspace, watching: Watch) -> None:
    """Only the notebook that loaded it is executed, from its import on."""
    module = workspace.root / "watched_steps.py"
    module.write_text("VALUE = 1\n")
    os.utime(module, (1, 1))
    user = order_of(workspace, write("user.ipynb", "x = 1", "import watched_steps", "print(watched_steps.VALUE)"), {})
    other = order_of(workspace, write("other.ipynb", "print(5)"), {})
    told = watching(user, other)
    module.write_text("VALUE = 22\n")
    assert is_true_within(_SECONDS, lambda: len(told) == 3)
    assert (told[2].order, outputs(user.executed)) == (user, "22\n")
    assert told[2].executed in (2, 3)


def test_a_failing_cell_is_told_and_mended(write: WriteNotebook, workspace: Workspace, watching: Watch) -> None:
    """The cells before it are not executed again when it is mended."""
    order = order_of(workspace, write("n.ipynb", "x = 1", "x / 0"), {})
    told = watching(order)
    assert told[0].facts is not None
    assert "ZeroDivisionError" in told[0].facts.reason
    write("n.ipynb", "x = 1", "x / 1")
    assert is_true_within(_SECONDS, lambda: len(told) == 2)
    assert told[1].facts is not None
    assert (told[1].facts.status, told[1].executed) == ("passed", 1)


def test_a_module_that_cannot_be_loaded_is_watched_as_well(
    write: WriteNotebook, workspace: Workspace, watching: Watch
) -> None:
    """Its mending makes the report again."""
    module = workspace.root / "broken_steps.py"
    module.write_text("VALUE = 1 / 0\n")
    os.utime(module, (1, 1))
    order = order_of(workspace, write("n.ipynb", "x = 1", "import broken_steps\nbroken_steps.VALUE"), {})
    told = watching(order)
    module.write_text("VALUE = 33\n")
    assert is_true_within(_SECONDS, lambda: len(told) == 2)
    assert told[1].facts is not None
    assert (told[1].facts.status, outputs(order.executed)) == ("passed", "33")


def test_interrupting_the_command_ends_everything(write: WriteNotebook, workspace: Workspace, tmp_path: Path) -> None:
    """A line tells of each change; after Ctrl-C no process is left."""
    source = write("n.ipynb", "x = 1", "import os\nprint(os.getppid())")
    order = order_of(workspace, source, {})
    said = tmp_path / "said"
    command = [sys.executable, "-c", "from paddock.cli.main import main; main()", "report", "--watch", str(source),
               "--workspace", str(workspace.root)]  # fmt: skip
    with said.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env={**os.environ, "PADDOCK_KERNELS": "stock"})
    assert is_true_within(_SECONDS, lambda: "2 of 2 cells" in said.read_text()), said.read_text()
    keeper = int(outputs(order.executed))
    assert is_alive(keeper)
    process.send_signal(signal.SIGINT)
    assert process.wait(_SECONDS) == 128 + signal.SIGINT
    assert is_true_within(_SECONDS, lambda: not is_alive(keeper))
    assert "Traceback" not in said.read_text()
