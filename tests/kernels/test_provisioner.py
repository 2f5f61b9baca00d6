"""Unmodified tools run on our kernels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.audited import is_alive

_WHO = "import os, sys\nprint(os.getpid(), open('/proc/self/cmdline').read().split('\\0')[2], os.getcwd())"


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PADDOCK_KERNELS", "own")
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "paddock")
    KernelProvisionerFactory.clear_instance()
    yield
    KernelProvisionerFactory.clear_instance()


def _client(folder: Path, *cells: str) -> NotebookClient:
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return NotebookClient(notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}})


def _text(notebook: Any) -> str:
    return str(notebook.cells[0].outputs[0].text)


def test_nbclient_gets_a_forked_kernel_that_is_gone_at_the_end(tmp_path: Path) -> None:
    """In the folder that it asks for, and without a port that others see."""
    pid, launcher, folder = _text(_client(tmp_path, _WHO).execute()).split()
    assert (launcher, folder) == ("paddock.kernels.server", str(tmp_path))
    assert not is_alive(int(pid))


def test_papermill_gets_one_too(tmp_path: Path) -> None:
    """Its own engine, as it is."""
    nbformat.write(new_notebook(cells=[new_code_cell(_WHO)]), tmp_path / "in.ipynb")
    done = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", kernel_name="python3", progress_bar=False
    )
    assert "paddock.kernels.server" in _text(done)


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    """The client learns of it as it would from a process of its own."""
    with pytest.raises(DeadKernelError):
        _client(tmp_path, "import os\nos._exit(3)").execute()


def test_what_cannot_be_forked_is_started_the_stock_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And works all the same."""
    (tmp_path / "pandas.py").write_text("")
    pid, launcher, _ = _text(_client(tmp_path, _WHO).execute()).split()
    assert launcher == "ipykernel_launcher"
    assert not is_alive(int(pid))


def test_a_manager_interrupts_restarts_and_shuts_down(tmp_path: Path) -> None:
    """As Jupyter does it all day."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(tmp_path))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=30)
        client.execute("import time\nprint('begun', flush=True)\ntime.sleep(600)")
        # Before, an interrupt may hit what surrounds the cell.
        while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
        first = manager.provisioner.pid
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=30)
        assert not is_alive(first)
        second = manager.provisioner.pid
        assert is_alive(second)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not is_alive(second)
