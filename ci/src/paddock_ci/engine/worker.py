"""What a worker of a Dask cluster does: a job that was sent with all that it needs."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from paddock.errors import ToolError

from paddock_ci.engine import stage
from paddock_ci.engine.execution import Spec, execute_on
from paddock_ci.engine.harness import Harness, harness
from paddock_ci.engine.job import Outcome
from paddock_ci.sandbox import view
from paddock_ci.sandbox.grants import platform_facts
from paddock_ci.sandbox.view import View

SAME = "Give the workers the system, commit and lock file of this machine and restart them, or leave out --on."
_SHOWN, _LETTERS = 3, 12  # packages in a message, characters of a digest


@dataclass(frozen=True)
class Order:
    """A job with the files of its stage and of the datasets that it is given, and what the worker has to be like.

    The paths in `spec` are ours and mean nothing there.
    """

    spec: Spec
    files: tuple[stage.File, ...]
    given: Mapping[str, bytes]
    packages: tuple[str, ...]
    platform: Mapping[str, str]


class Answer(NamedTuple):
    """How a job ended, and the files of the datasets that it made."""

    outcome: Outcome
    made: Mapping[str, bytes]


def ordered(spec: Spec) -> bytes:
    """The order of a job, as `answer` takes it."""
    given = {name: path.read_bytes() for name, path in spec.given.items()}
    files = tuple(stage.read(spec.root, spec.script))
    return pickle.dumps(Order(spec, files, given, _packages(spec.view), platform_facts()))


@dataclass(frozen=True)
class Call:
    """A call of `answer` whose pickle makes it when it is loaded."""

    digest: str
    order: bytes

    def __reduce__(self) -> tuple[Callable[[str, bytes], Answer], tuple[str, bytes]]:
        return answer, (self.digest, self.order)


def answer(digest: str, order: bytes) -> Answer:
    """Do a job that was sent, on a worker; raises ToolError where its verdict would not be that of the sender.

    `digest` is that of the sender's code, which alone can read `order`.
    """
    from distributed import Reschedule, get_worker

    worker: Any = get_worker()
    cache = Path(worker.local_directory).parent / "paddock"
    code = harness(cache / "code")
    _require("code of Paddock", digest[:_LETTERS], code.digest[:_LETTERS])
    is_wanted = partial(_is_wanted, worker, worker.get_current_task())
    with tempfile.TemporaryDirectory(prefix="order-", dir=worker.local_directory) as scratch:
        found = _done(pickle.loads(order), code, cache / "views", Path(scratch), is_wanted)
    if not is_wanted():
        # Not the job's own verdict. Where this worker only stops, another one does it again.
        raise Reschedule
    return found


def _done(order: Order, code: Harness, views: Path, scratch: Path, is_wanted: Callable[[], bool]) -> Answer:
    environment = _environment(order, views)
    given = {name: scratch / f"{name}.parquet" for name in order.given}
    for name, path in given.items():
        path.write_bytes(order.given[name])
    spec = replace(order.spec, view=environment, harness=code, given=given, keep=scratch / "made")
    outcome = execute_on(order.files, spec, is_wanted)
    made = {name: path.read_bytes() for name, path in outcome.outputs.items()}
    return Answer(replace(outcome, outputs={}), made)


def _environment(order: Order, views: Path) -> View:
    """The view of the ordered packages, here; raises ToolError unless it holds the same, on the same platform."""
    facts = platform_facts()
    for name, expected in order.platform.items():
        _require(name, expected, facts.get(name))
    try:
        made = view.make((package.partition("-")[0] for package in order.packages), views)
    except ToolError as error:
        raise ToolError(f"worker {_address()}: {error.message}", error.remedy) from error
    here, there = set(_packages(made)), set(order.packages)
    _require("packages", sorted(there - here)[:_SHOWN], sorted(here - there)[:_SHOWN])
    _require("content of the packages", order.spec.view.key[:_LETTERS], made.key[:_LETTERS])
    return made


def _require(what: str, expected: object, got: object) -> None:
    if got != expected:
        raise ToolError(f"worker {_address()}: its {what} is not ours: expected {expected}, got {got}", SAME)


def _packages(made: View) -> tuple[str, ...]:
    """The distributions of a view, each with its version."""
    found = made.folder.glob("lib/python*/site-packages/*.dist-info")
    return tuple(sorted(path.name.removesuffix(".dist-info") for path in found))


def _address() -> str:
    from distributed import get_worker

    return str(get_worker().address)


def _is_wanted(worker: Any, key: str) -> bool:
    """Whether the worker goes on, and the scheduler still waits for this task: it forgets those of lost clients too."""
    from distributed.worker import WORKER_ANY_RUNNING

    task = worker.state.tasks.get(key)
    return worker.status in WORKER_ANY_RUNNING and task is not None and task.state in ("executing", "long-running")
