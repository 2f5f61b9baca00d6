"""Several orders at once: each result in its place, faults told before anything runs, memory kept free."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.reports import memory
from paddock.reports.order import Order, order_of
from paddock.reports.suite import REUSED, WORKING, Event, Options, fulfil

from tests.notebooks.audited import is_true_within
from tests.reports.conftest import WriteNotebook, outputs


def orders_of(workspace: Workspace, *sources: Path) -> list[Order]:
    """An order for each notebook."""
    return [order_of(workspace, source, {}) for source in sources]


def test_results_come_in_the_order_of_their_notebooks(workspace: Workspace, write: WriteNotebook) -> None:
    """Whichever ends first; the second time all are reused."""
    orders = orders_of(workspace, *(write(f"{name}.ipynb", f"print('{name}')") for name in "abcd"))
    told: list[Event] = []
    results = fulfil(orders, Options(workers=3), told.append)
    assert [result.name for result in results] == ["a.ipynb", "b.ipynb", "c.ipynb", "d.ipynb"]
    assert [outputs(result.executed) for result in results] == ["a\n", "b\n", "c\n", "d\n"]
    assert {event.status for event in told} == {WORKING, "passed"}
    told.clear()
    assert [result.why for result in fulfil(orders, Options(), told.append)] == [""] * 4
    assert {event.status for event in told} == {REUSED}


def test_a_failure_is_its_own(workspace: Workspace, write: WriteNotebook) -> None:
    """The others pass, and the failed one has a report with the error."""
    orders = orders_of(workspace, write("bad.ipynb", "1/0"), write("good.ipynb", "print(1)"))
    bad, good = fulfil(orders, Options(workers=2), lambda event: None)
    assert (bad.facts.status, bad.facts.cause, good.facts.status) == ("failed", "failed-cell", "passed")
    assert "ZeroDivisionError" in bad.report.read_text()


def test_nothing_runs_when_one_order_is_wrong(workspace: Workspace, write: WriteNotebook) -> None:
    """An unknown parameter of the last notebook is told first, with the nearest name."""
    first = order_of(workspace, write("first.ipynb", "open('ran', 'w')"), {})
    last = order_of(workspace, write("last.ipynb", "x", declares="alpha: float = 1"), {"alhpa": "2"})
    with pytest.raises(ConfigurationError, match=r"last.ipynb: unknown parameter 'alhpa'\nDid you mean 'alpha'"):
        fulfil([first, last], Options(), lambda event: None)
    assert not (workspace.root / "ran").exists()


def test_two_notebooks_of_one_output_are_refused(workspace: Workspace, write: WriteNotebook, tmp_path: Path) -> None:
    """One report would overwrite the other."""
    sources = [write("a/x.ipynb", "1"), write("b/x.ipynb", "2")]
    orders = [order_of(workspace, source, {}, tmp_path / "out" / source.stem) for source in sources]
    with pytest.raises(ConfigurationError, match=r"a/x\.ipynb and b/x\.ipynb: both would be written to"):
        fulfil(orders, Options(), lambda event: None)


def test_a_notebook_waits_for_memory(
    workspace: Workspace, write: WriteNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one, they run one after another."""
    monkeypatch.setattr(memory, "available", lambda: memory.USUAL + 1)
    script = (
        "import os\nassert not os.path.exists('busy')\nopen('busy', 'w').close()\nsum(range(10**7))\nos.remove('busy')"
    )
    orders = orders_of(workspace, *(write(f"{name}.ipynb", script) for name in "abc"))
    assert all(result.has_passed for result in fulfil(orders, Options(workers=3), lambda event: None))


def test_published_data_is_seen_as_by_hand(workspace: Workspace, write: WriteNotebook) -> None:
    """Outside of a project no dataset is anybody's, and the message says so."""
    [result] = fulfil(orders_of(workspace, write("x.ipynb", "import paddock; paddock.read('a.b')")), Options(), print)
    assert "lies in no project" in result.facts.reason


_INTERRUPTED = """
import sys
from pathlib import Path
from paddock.project import find_workspace
from paddock.reports.order import order_of
from paddock.reports.suite import Options, fulfil
workspace = find_workspace(Path(sys.argv[1]))
orders = [order_of(workspace, path, {}) for path in sorted(workspace.root.glob("*.ipynb"))]
fulfil(orders, Options(workers=2), lambda event: None)
"""


def test_an_interrupt_ends_all_kernels(workspace: Workspace, write: WriteNotebook) -> None:
    """Ctrl-C in the middle of two cells: both are stored as interrupted, and no process is left."""
    for name in "ab":
        write(f"{name}.ipynb", f"import os, time\nopen('{name}.pid', 'w').write(str(os.getpid()))\ntime.sleep(600)")
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, str(workspace.root)], env={**os.environ, "PADDOCK_KERNELS": "own"}
    )
    pids = [workspace.root / f"{name}.pid" for name in "ab"]
    assert is_true_within(60, lambda: all(path.exists() and path.read_text() for path in pids))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    assert not any(Path(f"/proc/{path.read_text()}").exists() for path in pids)
    for name in "ab":
        assert '"cause": "interrupted"' in (workspace.state / f"reports/{name}.ipynb").read_text()
