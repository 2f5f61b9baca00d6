"""What the engine's own work costs: scheduling, the store, and that jobs can use only their inputs."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock_ci.cache.store import Store, open_store
from paddock_ci.demo import ANSWERS, scratch_copy
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.execution import Spec, execute
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import Kind, Outcome, Status
from paddock_ci.engine.plan import plan
from paddock_ci.engine.runner import Options, run
from paddock_ci.sandbox import landlock
from paddock_ci.sandbox.process import is_hermetic

from tests.benchmarks.monorepo import write_workspace
from tests.benchmarks.templates import line
from tests.ci.repository import Repository

_PAIRS = 7


def figures(workspace: Workspace, scratch: Path, projects: int = 500) -> Iterator[str]:
    """A line for each figure, with its bound."""
    yield from _scheduling(scratch / "scheduling", projects)
    yield _confinement(workspace, scratch / "demo")


def _confinement(workspace: Workspace, folder: Path) -> str:
    """The CPU seconds of the run of a real project that can use only its inputs, to those of one that can use all."""
    if not is_hermetic():
        return "a hermetic run: not measured: this kernel has no Landlock"
    copy = scratch_copy(workspace, folder)
    name = new_project(copy, ANSWERS).name
    made = Repository(copy.root)
    made.git("init", "-q", "-b", "main")
    made.commit()
    inputs = Inputs(copy.root, repo_of(copy.root))

    def seconds() -> float:
        def remembered(spec: Spec, is_wanted: Callable[[], bool]) -> Outcome:
            begun = _spent()
            outcome = execute(spec, is_wanted)
            times.append(_spent() - begun)
            return outcome

        times: list[float] = []
        outcomes = run(plan(inputs.repo, [name], [Kind.RUN]), inputs, Options(1, execute=remembered), lambda told: None)
        if bad := [outcome for outcome in outcomes.values() if outcome.status is not Status.PASSED]:
            raise RuntimeError(f"{bad[0]}")
        return times[0]

    confined, open_ = [], []
    seconds()
    for _ in range(_PAIRS):
        confined.append(seconds())
        with mock.patch.object(landlock, "abi", return_value=0):
            open_.append(seconds())
    # The least of each: whatever else the machine does only adds to it.
    ratio = min(confined) / min(open_)
    missed = "" if ratio <= 1.03 else ", MISSED"
    return (
        f"{'the run of a real project, hermetic : with no bounds':<62} {ratio:7.3f} x  "
        f"({min(confined):.2f} : {min(open_):.2f} s CPU; bound 1.03 x{missed})"
    )


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in used)


def _scheduling(root: Path, projects: int) -> Iterator[str]:
    """What a run of jobs that do nothing takes: two jobs for each project."""
    write_workspace(root, projects)
    repo = repo_of(root)
    planned = plan(repo, sorted(repo.facts))
    made = root.with_name("made.parquet")
    made.write_bytes(b"rows")
    jobs, of = len(planned.requires), f"{len(planned.requires):,} jobs"

    def seconds(inputs: Inputs, store: Store | None, status: Status) -> float:
        begun = time.perf_counter()
        outcomes = run(planned, inputs, Options(2, store=store, execute=_at_once(made)), lambda progress: None)
        spent = time.perf_counter() - begun
        others = [str(outcome.job) for outcome in outcomes.values() if outcome.status is not status]
        if others or len(outcomes) != jobs:
            raise RuntimeError(f"{len(others)} of {jobs} jobs are not {status}, such as {others[:1]}")
        return spent

    inputs = Inputs(root, repo)
    seconds(inputs, None, Status.PASSED)
    pure = min(seconds(inputs, None, Status.PASSED) for _ in range(3))
    yield line(f"{of} that do nothing, scheduled without a store", pure, jobs * 1e-4)
    yield line(f"{of} that do nothing, kept in a store", seconds(inputs, _store(root), Status.PASSED), 5)
    cached = min(seconds(Inputs(root, repo), _store(root), Status.CACHED) for _ in range(3))
    yield line(f"{of}, all cached", cached, jobs * 1e-3)


def _store(root: Path) -> Store:
    return open_store(root.with_name("store"), url="", secret=b"", may_write=False)


def _at_once(made: Path) -> Callable[[Spec, Callable[[], bool]], Outcome]:
    """An execution that passes at once, with the file `made` as the dataset of each run."""

    def execute(spec: Spec, is_wanted: Callable[[], bool]) -> Outcome:
        if spec.job.kind is not Kind.RUN:
            return Outcome(spec.job, Status.PASSED)
        dataset = f"{spec.job.project}.scores"
        return Outcome(spec.job, Status.PASSED, datasets={dataset: "0" * 64}, outputs={dataset: made})

    return execute
