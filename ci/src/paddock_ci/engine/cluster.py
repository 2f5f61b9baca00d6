"""Where jobs are done: here, or on a Dask cluster.

A worker shares no disk with us: each job comes with all that it needs, and what it makes goes back with its outcome.
Both are our own pickles on the cluster's channel (`paddock.cluster`), so a worker can run code here, too.
"""

from __future__ import annotations

import asyncio
import pickle
import secrets
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from paddock.cluster import PATIENCE, connected
from paddock.errors import ToolError

from paddock_ci.engine.execution import Spec, execute, interrupted
from paddock_ci.engine.job import Job, Outcome
from paddock_ci.engine.runner import Execute
from paddock_ci.engine.worker import SAME, Answer, Call, ordered

_GROWTH = 300.0  # seconds that a cluster may be without workers
_PERIOD = 0.2  # seconds between two looks at whether a job is still wanted
_LOOKS = 10.0  # seconds between two looks at whether the cluster has workers


@contextmanager
def executing(url: str, workers: int) -> Iterator[tuple[Execute, int]]:
    """What does a job, and how many at once: `workers` here, or as many as the cluster at `url` has threads.

    Raises ConfigurationError for a URL that is none and without Dask, ToolError where no cluster answers. What does a
    job raises ToolError where a worker's environment is not ours, or the cluster fails.
    """
    if not url:
        yield execute, workers
        return
    with connected(url, "paddock-check", "paddock-ci") as client:
        # A cluster that grows with its work may begin without workers.
        yield partial(_execute_there, client, url), max(1, sum(client.nthreads().values()))


def _execute_there(client: Any, url: str, spec: Spec, is_wanted: Callable[[], bool]) -> Outcome:
    """Do the job on a worker; there it is killed as soon as it is no longer wanted here."""
    begun = time.monotonic()
    # A function that a worker cannot import ends the worker, so that it gets one that each can.
    call = pickle.dumps(Call(spec.harness.digest, ordered(spec)))
    try:
        future = client.submit(pickle.loads, call, key=f"{spec.job}-{secrets.token_hex(8)}")
    except Exception as error:
        raise _lost(url, spec.job, error) from error
    try:
        answered = _begun(client, client.gather(future, asynchronous=True))
        if _is_answered(client, url, spec.job, answered, is_wanted):
            return _kept(_answer(url, spec.job, answered), spec.keep)
        return interrupted(spec.job, time.monotonic() - begun)
    finally:
        # Interrupted or done, nobody wants it there any more. Without a cluster there is nothing to cancel.
        with suppress(Exception):
            future.cancel()


def _begun(client: Any, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
    """What a coroutine of the client gives, as something that can be waited for in little steps."""
    return asyncio.run_coroutine_threadsafe(coroutine, client.loop.asyncio_loop)


def _is_answered(client: Any, url: str, job: Job, answered: Future[Any], is_wanted: Callable[[], bool]) -> bool:
    """Wait for the answer, as long as it is wanted and the cluster has workers, or may still get some."""
    looked = busy = time.monotonic()
    while not wait([answered], _PERIOD).done:
        if not is_wanted():
            return False
        if client.status == "closed":
            raise _lost(url, job, "its client was closed")
        if (now := time.monotonic()) - looked < _LOOKS:
            continue
        looked = now
        if _has_workers(client, url, job):
            busy = now
        elif now - busy > _GROWTH:
            raise ToolError(
                f"{url}: {job} could not be done: the cluster had no worker for {_GROWTH:g} s",
                f"Start one: dask worker {url}; where they end by themselves, see their logs.",
            )
    return True


def _has_workers(client: Any, url: str, job: Job) -> bool:
    try:
        return int(_begun(client, client.scheduler.identity(n_workers=0)).result(PATIENCE)["n_workers"]) > 0
    except Exception as error:
        raise _lost(url, job, str(error) or "its scheduler does not answer") from error


def _answer(url: str, job: Job, answered: Future[Answer]) -> Answer:
    """What the worker answered; whatever went wrong on the way to it is an error of the cluster."""
    from distributed.scheduler import KilledWorker

    try:
        return answered.result()
    except CancelledError as error:
        raise _lost(url, job, error) from error
    except KilledWorker as error:
        died = f"its worker died, {error.allowed_failures + 1} times in a row, last {error.last_worker.address}"
        raise ToolError(
            f"{url}: {job} could not be done: {died}",
            "See the log of that worker, often memory ran out; or lower memory_limit in [tool.paddock.checks].",
        ) from error
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        # Raised before our own code there could compare anything.
        raise ToolError(f"{url}: {job} could not be loaded: {type(error).__name__}: {error}", SAME) from error


def _lost(url: str, job: Job, reason: object) -> ToolError:
    return ToolError(
        f"{url}: the cluster was lost while it did {job}: {reason}",
        "See the scheduler's log, then run again: what passed until now is not done again.",
    )


def _kept(found: Answer, folder: Path) -> Outcome:
    """The outcome with its datasets' files, written below `folder`."""
    outputs = {name: folder / f"{name}.parquet" for name in found.made}
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in outputs.items():
        path.write_bytes(found.made[name])
    return replace(found.outcome, outputs=outputs)
