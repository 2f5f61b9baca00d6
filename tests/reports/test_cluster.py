"""A Dask cluster makes the same reports as this machine."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.reports import interrupting
from paddock.reports.cluster import performing
from paddock.reports.order import order_of
from paddock.reports.suite import Options, fulfil

from tests.notebooks.audited import is_true_within
from tests.reports.conftest import WriteNotebook, outputs

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two worker processes."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
        local_directory=str(tmp_path_factory.mktemp("workers")),
    ) as made:
        yield made


def test_outputs_are_those_of_this_machine(workspace: Workspace, workers: Any, write: WriteNotebook) -> None:
    """The same cells and outputs, a failure with its cause; and what passed is kept here."""
    source = write("twice.ipynb", "print(n * 2)", declares="n: int = 1")
    bad = write("bad.ipynb", "1/0")
    here = fulfil([order_of(workspace, source, {"n": "3"})], Options(is_cached=False), lambda event: None)
    with performing(workers.scheduler_address) as (perform, places):
        assert places == 2
        options = Options(places, perform=perform, is_here=False)
        orders = [order_of(workspace, source, {"n": "4"}), order_of(workspace, bad, {})]
        twice, failed = fulfil(orders, options, lambda event: None)
    assert (outputs(here[0].executed), outputs(twice.executed)) == ("8\n", "8\n")
    assert (twice.facts.status, failed.facts.cause) == ("passed", "failed-cell")
    assert "ZeroDivisionError" in failed.report.read_text()
    assert fulfil([orders[0]], Options(), lambda event: None)[0].is_cached


def test_the_notebook_of_a_killed_worker_is_done_by_another(
    workspace: Workspace, workers: Any, write: WriteNotebook
) -> None:
    """A machine that dies loses no report, and leaves no kernel."""
    script = """\
import os, time
from pathlib import Path
if not Path("first").exists():
    Path("first").write_text(str(os.getpid()))
    time.sleep(600)
print("done")"""
    orders = [order_of(workspace, write("slow.ipynb", script), {})]
    killed = []

    def kill(pid: int) -> None:
        killed.append(pid)
        psutil.Process(pid).kill()

    with performing(workers.scheduler_address) as (perform, places), distributed.Client(workers) as client:
        options = Options(places, perform=perform, is_here=False)
        with ThreadPoolExecutor(1) as pool:
            result = pool.submit(fulfil, orders, options, lambda event: None)
            first = workspace.root / "first"
            assert is_true_within(60, lambda: first.exists() and first.read_text())
            busy = next(address for address, tasks in client.processing().items() if tasks)
            kill(client.run(os.getpid, workers=[busy])[busy])
            [found] = result.result(120)
    assert killed
    assert (found.facts.status, outputs(found.executed)) == ("passed", "done\n")
    assert is_true_within(10, lambda: not Path(f"/proc/{first.read_text()}").exists())


def test_an_interrupt_reaches_the_cell_of_a_worker(workspace: Workspace, workers: Any, write: WriteNotebook) -> None:
    """Ctrl-C here ends a cell there, with its kernel; the worker takes the next order."""
    script = "import os, time\nfrom pathlib import Path\nPath('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    long, next_one = write("long.ipynb", script), write("next.ipynb", "print('next')")
    pid = workspace.root / "pid"
    with performing(workers.scheduler_address) as (perform, _), ThreadPoolExecutor(1) as pool:
        options = Options(1, perform=perform, is_here=False)
        thread = pool.submit(threading.get_ident).result()
        begun = pool.submit(fulfil, [order_of(workspace, long, {})], options, lambda event: None)
        assert is_true_within(60, lambda: pid.exists() and bool(pid.read_text()))
        interrupting.interrupt({thread})
        assert isinstance(begun.exception(60), KeyboardInterrupt)
        assert is_true_within(30, lambda: not psutil.pid_exists(int(pid.read_text())))
        found = fulfil([order_of(workspace, next_one, {})], options, lambda event: None)
    assert outputs(found[0].executed) == "next\n"


def test_a_worker_that_is_not_like_us_refuses(workspace: Workspace, workers: Any, write: WriteNotebook) -> None:
    """No report comes from other packages; the message says what differs and what to do."""
    orders = [order_of(workspace, write("x.ipynb", "1"), {})]
    name = "paddock.reports.surroundings"
    with distributed.Client(workers) as client, performing(workers.scheduler_address) as (perform, _):
        client.run(exec, f"import {name} as s\ns.kept, s._packages = s._packages, lambda: 'other'\ns.look_again = int")
        try:
            [result] = fulfil(orders, Options(1, False, perform, is_here=False), lambda event: None)
        finally:
            client.run(exec, f"import {name} as s\ns._packages = s.kept")
    assert "there, the installed packages is not what it is here" in result.facts.reason
    assert "restart them" in result.facts.reason


@pytest.mark.parametrize("url", ["nonsense", "http://host:80", "tcp://host", "tcp://[::"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """A mistake of the command, told before anything is tried."""
    with pytest.raises(ConfigurationError, match="expected tcp, tls, ws, wss with a host and a port"), performing(url):
        pass
