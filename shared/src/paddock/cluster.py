"""The one door to Dask: a client of the cluster at a URL.

What goes over its channel are pickles, as everything that Dask sends: whoever reaches the scheduler can run any code on
its workers. So a cluster belongs into a network of its own, or behind `tls://`.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from paddock.errors import ConfigurationError, ToolError

PATIENCE = 10.0  # seconds until a scheduler has to answer
_SCHEMES = ("tcp", "tls", "ws", "wss")


@contextmanager
def connected(url: str, name: str, package: str) -> Iterator[Any]:
    """A client called `name` of the cluster at `url`; meanwhile what Dask logs stays off the terminal.

    Raises ConfigurationError for a URL that is none, and without Dask, which the extra `cluster` of `package` brings;
    ToolError where no cluster answers.
    """
    _refuse_odd(url)
    with _quiet(), _client(url, name, package) as client:
        yield client


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
def _quiet() -> Iterator[None]:
    """Keep what Dask logs off the terminal: what matters of it is raised."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _client(url: str, name: str, package: str) -> Iterator[Any]:
    try:
        import dask
        import distributed
    except ImportError as error:
        raise ConfigurationError(
            f"--on {url}: Dask is not installed", f"Run: pip install '{package}[cluster]'"
        ) from error
    # What is sent may be large, and whose versions differ is told by the workers.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        try:
            asyncio.run(asyncio.wait_for(_greet(url), PATIENCE))
            with warnings.catch_warnings(action="ignore"):
                client = distributed.Client(url, timeout=PATIENCE, set_as_default=False, name=name)  # type: ignore[no-untyped-call]
        except Exception as error:
            # Dask raises whatever went wrong below it: sockets, TLS, names, other versions of itself.
            raise ToolError(
                f"{url}: expected the scheduler of a Dask cluster to answer in {PATIENCE:g} s, "
                f"got {str(error) or 'nothing'}",
                "Start it, correct the URL, configure Dask's certificates for tls://, or leave out --on.",
            ) from error
        with client:
            yield client


async def _greet(url: str) -> None:
    """Shake hands with a scheduler; a client would wait for ever for one that takes the call and says nothing."""
    from distributed import Security
    from distributed.comm.core import connect

    comm: Any = await connect(url, timeout=PATIENCE, **Security().get_connection_args("client"))  # type: ignore[no-untyped-call]
    await comm.close()
