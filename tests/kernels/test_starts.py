"""Kernels start, answer and end, many at a time."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from paddock.kernels import servers
from paddock.notebooks import kernel

_AT_A_TIME = 16
_FEW = 48
_MANY = 10_000


def _start(folder: Path) -> str:
    """Start a kernel, let it answer, and let it end; why that failed, empty where it did not."""

    async def answer(started: kernel.Kernel) -> bool:
        client = kernel.connected(started)
        try:
            await kernel.wait_until_ready(started, client, 60)
            return await kernel.leave(started, client)
        finally:
            client.stop_channels()
            client.context.destroy(linger=0)

    try:
        with kernel.running({}, folder) as started:
            has_left = asyncio.run(answer(started))
            if started.process.stock:
                return f"not forked: {started.process.stock}"
            return "" if has_left and started.process.poll() == 0 else f"ended with {started.process.poll()}"
    except Exception as error:
        return repr(error)


def _failures(folder: Path, count: int) -> list[str]:
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return [reason for reason in pool.map(lambda _: _start(folder), range(count)) if reason]


@pytest.fixture(autouse=True)
def _own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(servers.VARIABLE, "own")


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room for the path of a socket."""
    with tempfile.TemporaryDirectory(prefix="p-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_a_few_starts(tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice of the long suite, without a server at first: all wait for the same one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    begun = set[int]()
    original = subprocess.Popen.__init__

    def noting(self: subprocess.Popen[bytes], *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        begun.add(self.pid)

    monkeypatch.setattr(subprocess.Popen, "__init__", noting)
    assert _failures(tmp_path, _FEW) == []
    assert len(begun) == 1, "several servers were started"


def test_a_long_place_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a socket's path would be too long, kernels are stock ones, and say why."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("long" * 30)))
    assert "too long for a socket" in _start(tmp_path)


@pytest.mark.slow
def test_ten_thousand_starts(tmp_path: Path) -> None:
    """10,000 starts, 16 at a time, without a failure."""
    begun = time.perf_counter()
    assert _failures(tmp_path, _MANY) == []
    print(f"\n{_MANY:,} starts in {time.perf_counter() - begun:.0f} s")
