"""A Dask cluster as the place of work: orders go there, files come back.

Both are our own pickles on the cluster's channel, as everything that Dask sends: whoever reaches the scheduler can run
any code on its workers. So a cluster belongs into a network of its own, or behind `tls://`.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import secrets
import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from paddock.errors import ConfigurationError, PaddockError, ToolError
from paddock.reports import remote
from paddock.reports.one import Perform
from paddock.reports.order import Order
from paddock.reports.work import OnCell, Work

_SCHEMES = ("tcp", "tls", "ws", "wss")
_PERIOD = 0.2  # seconds
_PATIENCE = 10.0  # seconds until a scheduler has to answer


@contextmanager
def performing(url: str) -> Iterator[tuple[Perform, int]]:
    """What does the work of an order on the cluster at `url`, and how many it does at once.

    Raises ConfigurationError for a URL that is none and without Dask, ToolError where no cluster answers. What a worker
    that was killed had begun is done again by another.
    """
    _refuse_odd(url)
    before = logging.root.manager.disable
    # What Dask logs of lost workers is raised where it matters.
    logging.disable(logging.CRITICAL)
    try:
        with _connected(url) as client:

            def perform(order: Order, key: bytes, on_cell: OnCell) -> Work:
                return _there(client, url, order, key)

            yield perform, max(1, sum(client.nthreads().values()))
    finally:
        logging.disable(before)


def _refuse_odd(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_complete = bool(parts.scheme in _SCHEMES and parts.hostname and parts.port)
    except ValueError:
        is_complete = False
    if not is_complete:
        raise ConfigurationError(
            f"--on {url}: expected {', '.join(_SCHEMES)} with a host and a port, got '{url}'",
            "Write, for instance: --on tcp://host:8786",
        )


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    try:
        import distributed
    except ImportError as error:
        raise ConfigurationError(f"--on {url}: Dask is not installed", "Run: pip install 'paddock[cluster]'") from error
    try:
        asyncio.run(asyncio.wait_for(_greet(url), _PATIENCE))
        with warnings.catch_warnings(action="ignore"):
            client = distributed.Client(url, timeout=_PATIENCE, set_as_default=False, name="paddock-report")  # type: ignore[no-untyped-call]
    except Exception as error:
        # Dask raises whatever went wrong below it: sockets, TLS, names, other versions of itself.
        raise ToolError(
            f"{url}: expected the scheduler of a Dask cluster to answer in {_PATIENCE:g} s, "
            f"got {str(error) or 'nothing'}",
            "Start it, correct the URL, configure Dask's certificates for tls://, or leave out --on.",
        ) from error
    with client:
        yield client


async def _greet(url: str) -> None:
    """Shake hands; a client would wait for ever for a scheduler that takes the call and says nothing."""
    from distributed import Security
    from distributed.comm.core import connect

    comm: Any = await connect(url, timeout=_PATIENCE, **Security().get_connection_args("client"))  # type: ignore[no-untyped-call]
    await comm.close()


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
