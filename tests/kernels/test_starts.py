"""Kernels start, answer and end, many at a time."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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


def test_a_few_starts(tmp_path: Path) -> None:
    """A slice of the long suite."""
    assert _failures(tmp_path, _FEW) == []


@pytest.mark.slow
def test_ten_thousand_starts(tmp_path: Path) -> None:
    """10,000 starts, 16 at a time, without a failure."""
    begun = time.perf_counter()
    assert _failures(tmp_path, _MANY) == []
    print(f"\n{_MANY:,} starts in {time.perf_counter() - begun:.0f} s")
