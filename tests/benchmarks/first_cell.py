"""How long after the wish for a kernel its first cell has run, when the server of kernels is warm."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from paddock.kernels import servers
from paddock.notebooks import kernel

from tests.benchmarks.templates import line

_ROUNDS = 15
_BOUND = 0.1
_SECONDS = 60.0


def figures(folder: Path) -> Iterator[str]:
    """A line with the bound."""
    folder.mkdir(parents=True)
    with mock.patch.dict(os.environ, {servers.VARIABLE: "own"}):
        try:
            asyncio.run(_seconds(folder))
            times = [asyncio.run(_seconds(folder)) for _ in range(_ROUNDS)]
        finally:
            servers.end_own()
    yield line("first cell of a new kernel, the server warm", statistics.median(times), _BOUND)


async def _seconds(folder: Path) -> float:
    begun = time.perf_counter()
    with kernel.running({}, folder) as started:
        client = kernel.connected(started)
        try:
            await kernel.wait_until_ready(started, client, _SECONDS)
            await kernel.reply(client, client.execute("1"), _SECONDS)
            return time.perf_counter() - begun
        finally:
            client.stop_channels()
            client.context.destroy(linger=0)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        for text in figures(Path(scratch, "first")):
            print(text, flush=True)
