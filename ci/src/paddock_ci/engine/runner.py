"""The runner: does the jobs of a plan, several at once, and each only where its inputs are new."""

from __future__ import annotations

import contextlib
import heapq
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from pathlib import Path

from paddock.errors import ToolError

from paddock_ci.cache.entry import Entry
from paddock_ci.cache.key import key_of
from paddock_ci.cache.store import Found, Store
from paddock_ci.engine import stage
from paddock_ci.engine.execution import Spec, execute
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import Job, Kind, Outcome, Status, ended
from paddock_ci.engine.plan import Plan
from paddock_ci.finding import bug
from paddock_ci.sandbox.process import is_hermetic

# Does a job; asks from time to time whether it is still wanted.
Execute = Callable[[Spec, Callable[[], bool]], Outcome]
_PATIENCE = 0.5  # seconds between two looks at whether we were interrupted


@dataclass(frozen=True)
class Progress:
    """How far a run of jobs is; `outcome` is the one that has just come."""

    outcome: Outcome
    done: int
    total: int
    running: tuple[Job, ...]


Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Options:
    """How jobs are run: at how many places at once, how often again when they fail, by whom.

    `store` keeps what passed; without one, nothing is taken from before. `again` are jobs that run although they are
    kept.
    """

    workers: int = 2
    retries: int = 0
    store: Store | None = None
    execute: Execute = execute
    again: frozenset[Job] = frozenset()


def run(plan: Plan, inputs: Inputs, options: Options, listener: Listener) -> dict[Job, Outcome]:
    """Do every job of `plan` and tell `listener` of each; what passed before is taken from the store.

    Raises KeyboardInterrupt when interrupted: what was done until then is kept.
    """
    with tempfile.TemporaryDirectory(prefix="paddock-check-") as scratch:
        runner = _Runner(plan, inputs, options, listener, Path(scratch))
        try:
            runner.loop()
        finally:
            runner.stopped.set()
            runner.pool.shutdown(wait=True)
        return runner.outcomes


@dataclass
class _Prepared:
    """A job with its inputs, what it is made of, the content hashes of what it reads, and why it has to run."""

    job: Job
    script: stage.Script
    datasets: Mapping[str, str]
    inputs: Mapping[str, str]
    key: str
    reason: str = ""


@dataclass
class _Runner:
    plan: Plan
    inputs: Inputs
    options: Options
    listener: Listener
    scratch: Path
    outcomes: dict[Job, Outcome] = field(default_factory=dict)
    found: dict[Job, Found] = field(default_factory=dict)
    prepared: dict[Job, _Prepared] = field(default_factory=dict)
    running: dict[Future[Outcome], Job] = field(default_factory=dict)
    passed_before: set[Job] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)
    fetching: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.options.workers, thread_name_prefix="job")
        # Without Landlock a job may have read what no key knows of, so its verdict holds only now.
        self.store = self.options.store if is_hermetic() else None

    def loop(self) -> None:
        """Begin what is ready, the longest first; end what has ended; until nothing is left."""
        sorter = TopologicalSorter(self.plan.requires)
        sorter.prepare()
        ahead: list[tuple[float, Job]] = []
        while sorter.is_active():
            for job in sorter.get_ready():
                if outcome := self._without_running(job):
                    self._end(sorter, outcome)
                else:
                    heapq.heappush(ahead, (-self._expected(job), job))
            while ahead and len(self.running) < self.options.workers:
                _, job = heapq.heappop(ahead)
                self.running[self.pool.submit(self._work, self.prepared[job])] = job
            for future in self._ended():
                del self.running[future]
                self._end(sorter, future.result())

    def _ended(self) -> list[Future[Outcome]]:
        return list(wait(self.running, timeout=_PATIENCE, return_when=FIRST_COMPLETED).done) if self.running else []

    def _end(self, sorter: TopologicalSorter[Job], outcome: Outcome) -> None:
        self.outcomes[outcome.job] = outcome
        sorter.done(outcome.job)
        running = tuple(self.running.values())
        self.listener(Progress(outcome, len(self.outcomes), len(self.plan.requires), running))

    def _without_running(self, job: Job) -> Outcome | None:
        """The outcome of a job that need not run or cannot; else it is prepared."""
        for needed in self.plan.requires[job]:
            if not (self.outcomes[needed].status.is_good or self.outcomes[needed].datasets):
                return _blocked(job, needed)
        try:
            prepared = self._prepare(job)
        except ToolError as error:
            return ended(job, Status.FAILED, error.message, error.remedy)
        self.prepared[job] = prepared
        found = self.store.find(prepared.key) if self.store else None
        if job in self.options.again:
            self.passed_before |= {job} if found else set()
            found = None
        if found is None:
            prepared.reason = self._reason(job, prepared.inputs)
            return None
        self.found[job] = found
        return Outcome(job, Status.CACHED, seconds=found.entry.seconds, datasets=found.entry.facts["datasets"])

    def _prepare(self, job: Job) -> _Prepared:
        script = stage.script(self.inputs.repo, job)
        datasets = self._datasets(job)
        given = self.inputs.of(job, script, datasets)
        return _Prepared(job, script, datasets, given, key_of(given))

    def _reason(self, job: Job, given: Mapping[str, str]) -> str:
        """Why the job is not taken from the store."""
        if self.store is None:
            return "nothing is taken from before"
        if job in self.options.again:
            return "audited: run again although it passed before"
        difference = self.store.explain(str(job), given)
        return "never ran here" if difference is None else str(difference)

    def _datasets(self, job: Job) -> dict[str, str]:
        """The content hash of each dataset that the job reads."""
        known = {
            name: value for needed in self.plan.requires[job] for name, value in self.outcomes[needed].datasets.items()
        }
        reads = self.inputs.repo.facts[job.project].declared.reads if job.kind is Kind.RUN else ()
        return {name: known[name] for name in reads if name in known}

    def _expected(self, job: Job) -> float:
        """The seconds that the job took last time; what never ran goes first, since it may be long."""
        last = self.store.folder.last_of(str(job)) if self.store else None
        return last.seconds if last else float("inf")

    # What follows runs in the pool's threads.

    def _work(self, prepared: _Prepared) -> Outcome:
        """Do the job; whatever goes wrong is its outcome, and the others go on."""
        job = prepared.job
        try:
            return self._done(prepared)
        except ToolError as error:
            return ended(job, Status.FAILED, error.message, error.remedy)
        except Exception:
            said = traceback.format_exc()
            return ended(job, Status.CRASHED, f"{job} could not be done: {said.splitlines()[-1]}", bug(said))

    def _done(self, prepared: _Prepared) -> Outcome:
        outcome = self._attempt(prepared)
        for _ in range(self.options.retries):
            if outcome.status is not Status.FAILED or self.stopped.is_set():
                break
            self._note_failure(prepared, outcome)
            outcome = self._attempt(prepared)
            if outcome.status is Status.PASSED:
                return replace(outcome, status=Status.FLAKY, reason="failed, then passed on the same inputs")
        if self.stopped.is_set():
            return outcome
        return self._kept(prepared, outcome)

    def _attempt(self, prepared: _Prepared) -> Outcome:
        job = prepared.job
        spec = Spec(
            job=job,
            root=self.inputs.root,
            script=prepared.script,
            view=self.inputs.view(job.project),
            harness=self.inputs.harness,
            limits=self.inputs.limits,
            given=dict(self._given(prepared)),
            keep=self.scratch / job.project,
        )
        outcome = self.options.execute(spec, lambda: not self.stopped.is_set())
        return replace(outcome, reason=prepared.reason, passed_before=job in self.passed_before)

    def _given(self, prepared: _Prepared) -> Iterator[tuple[str, Path]]:
        """The file of each dataset that the job reads: the very one that its key tells of."""
        for name, content_hash in prepared.datasets.items():
            producer = Job(name.partition(".")[0], Kind.RUN)
            # One thread at a time: two readers of one dataset may begin at once.
            with self.fetching:
                outcome = self.outcomes[producer]
                if name not in outcome.outputs:
                    outcome = self._fetched(producer)
            if outcome.datasets.get(name) != content_hash:
                said = "made other data" if name in outcome.outputs else "failed"
                raise ToolError(
                    f"the cache lost the file of {name}, and the run that makes it again {said}",
                    f"Look at it: paddock check {producer.project} --no-cache",
                )
            yield name, outcome.outputs[name]

    def _fetched(self, job: Job) -> Outcome:
        """The outcome of a job from the store with its files; what is damaged there is made again."""
        found, folder = self.found[job], self.scratch / job.project
        folder.mkdir(parents=True, exist_ok=True)
        outputs = {name: folder / f"{name}.parquet" for name in found.entry.outputs}
        if self.store and all(self.store.fetch(found, name, target) for name, target in outputs.items()):
            outcome = replace(self.outcomes[job], outputs=outputs)
        else:
            outcome = self._attempt(self.prepared[job])
        self.outcomes[job] = outcome
        return outcome

    def _kept(self, prepared: _Prepared, outcome: Outcome) -> Outcome:
        """Remember what passed, and that what failed did."""
        if self.store is None or not outcome.is_hermetic:
            return outcome
        if outcome.status is not Status.PASSED:
            self._note_failure(prepared, outcome)
            return outcome
        if self.store.failed_before(prepared.key):
            return replace(outcome, status=Status.FLAKY, reason="failed before on the same inputs")
        facts = {"datasets": dict(outcome.datasets)}
        entry = Entry(str(prepared.job), prepared.inputs, seconds=round(outcome.seconds, 3), facts=facts)
        self.store.keep(entry, outcome.outputs)
        return outcome

    def _note_failure(self, prepared: _Prepared, outcome: Outcome) -> None:
        if self.store and outcome.is_hermetic:
            with contextlib.suppress(ToolError):
                self.store.note_failure(prepared.key)


def _blocked(job: Job, needed: Job) -> Outcome:
    message = f"could not be checked: the {needed.kind} of {needed.project}, whose datasets it reads, failed"
    outcome = ended(job, Status.BLOCKED, message, f"Mend {needed.project} first.")
    return replace(outcome, reason=f"{needed} failed")
