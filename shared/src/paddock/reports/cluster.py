"""A Dask cluster as the place of work: orders go there, files come back, as our own pickles on its channel."""

from __future__ import annotations

import asyncio
import pickle
import secrets
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait
from contextlib import contextmanager, suppress
from typing import Any

from paddock.cluster import connected
from paddock.errors import PaddockError, ToolError
from paddock.reports import remote
from paddock.reports.one import Perform
from paddock.reports.order import Order
from paddock.reports.work import OnCell, Work

_PERIOD = 0.2  # seconds


@contextmanager
def performing(url: str) -> Iterator[tuple[Perform, int]]:
    """What does the work of an order on the cluster at `url`, and how many it does at once.

    Raises ConfigurationError for a URL that is none and without Dask, ToolError where no cluster answers. What a worker
    that was killed had begun is done again by another.
    """
    with connected(url, "paddock-report", "paddock") as client:

        def perform(order: Order, key: bytes, on_cell: OnCell) -> Work:
            return _there(client, url, order, key)

        yield perform, max(1, sum(client.nthreads().values()))


def _there(client: Any, url: str, order: Order, key: bytes) -> Work:
    """The work of an order, done by a worker."""
    from distributed.scheduler import KilledWorker

    # A function that a worker cannot import ends the worker, so that it gets one that each can.
    future = client.submit(pickle.loads, remote.sent(order, key), key=f"report-{secrets.token_hex(8)}")
    answered = asyncio.run_coroutine_threadsafe(client.gather(future, asynchronous=True), client.loop.asyncio_loop)
    try:
        while not wait([answered], _PERIOD).done:
            # In little steps, between which an interrupt arrives.
            if client.status == "closed":
                raise CancelledError("its client was closed")
        found: Work = answered.result()
    except PaddockError:
        raise
    except KilledWorker as error:
        died = f"its worker died, {error.allowed_failures + 1} times in a row, last {error.last_worker.address}"
        raise ToolError(f"{url}: {died}", "See the log of that worker; often memory ran out.") from error
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        raise ToolError(
            f"{url}: a worker cannot load the order: {type(error).__name__}: {error}", "Install Paddock there."
        ) from error
    except (CancelledError, OSError, TimeoutError) as error:
        raise ToolError(f"{url}: the cluster was lost: {error}", "See the scheduler's log, then run again.") from error
    finally:
        # Interrupted or done, nobody wants it there any more. Without a cluster there is nothing to cancel.
        with suppress(Exception):
            future.cancel()
    return found
