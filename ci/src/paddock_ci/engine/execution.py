"""The execution of one job: its stage, its process within limits, its verdict."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import psutil

from paddock_ci.engine import stage, work
from paddock_ci.engine.harness import Harness
from paddock_ci.engine.job import CODES, Job, Outcome, Status, ended
from paddock_ci.engine.limits import Limits
from paddock_ci.finding import Finding, bug
from paddock_ci.sandbox.process import is_hermetic, start
from paddock_ci.sandbox.view import View

# The same on every machine, so that none of it need be in a key.
_FIXED = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    # A job has one kernel or two; whatever it starts ends with it.
    "PADDOCK_KERNELS": "stock",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONNOUSERSITE": "1",
    "TZ": "UTC",
}
_PERIOD = 0.05  # seconds between two looks at a process, at first; it doubles
_LONGEST_PERIOD = 0.5
_INTERRUPTED = "interrupted"
_SHOWN = 2000  # characters of what a crashed job said


@dataclass(frozen=True)
class Spec:
    """All that the execution of a job takes.

    `given` are the files of other projects' datasets, by dataset; `scratch` is a folder with a short path.
    """

    job: Job
    root: Path
    script: stage.Script
    view: View
    harness: Harness
    limits: Limits
    given: Mapping[str, Path]
    keep: Path


def execute(spec: Spec, is_wanted: Callable[[], bool] = lambda: True) -> Outcome:
    """Do the job on a stage of its own; killed as soon as it is no longer wanted.

    The datasets' files that it makes are moved below `spec.keep`. Raises ToolError where no stage can be made.
    """
    return execute_on(stage.read(spec.root, spec.script), spec, is_wanted)


def execute_on(files: Iterable[stage.File], spec: Spec, is_wanted: Callable[[], bool]) -> Outcome:
    """The same on a stage of these files, whatever holds them."""
    begun = time.monotonic()
    # Short: the sockets of a kernel lie in it, and their paths may not be long.
    with tempfile.TemporaryDirectory(prefix="pd-", ignore_cleanup_errors=True) as scratch:
        place = Path(scratch).resolve()
        stage.write(files, place / work.WORKSPACE)
        (place / work.GIVEN).mkdir()
        for dataset, path in spec.given.items():
            shutil.copyfile(path, place / work.GIVEN / f"{dataset}.parquet")
        with (place / "output.txt").open("wb") as output:
            stopped = _process(spec, place, output, is_wanted)
        outcome = _outcome(spec, place, stopped, time.monotonic() - begun)
        return replace(outcome, is_hermetic=is_hermetic())


def interrupted(job: Job, seconds: float) -> Outcome:
    """The outcome of a job that was no longer wanted after so many seconds."""
    return _without_verdict(job, _INTERRUPTED, "", seconds)


def _process(spec: Spec, place: Path, output: IO[bytes], is_wanted: Callable[[], bool]) -> str:
    """Run the job's program; why it was stopped, or nothing where it ended by itself."""
    command = [str(spec.view.python), "-m", work.__name__, spec.job.kind, spec.job.project]
    environment = {
        **spec.limits.environment,
        **_FIXED,
        "PATH": f"{spec.view.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(spec.harness.folder),
    }
    reads = (*spec.view.reads, spec.harness.folder)
    process = start(command, place, scratch=place, reads=reads, environment=environment, output=output)
    try:
        return _watched(process, spec.limits, is_wanted)
    finally:
        _kill(process)


def _watched(process: subprocess.Popen[bytes], limits: Limits, is_wanted: Callable[[], bool]) -> str:
    until, period = time.monotonic() + limits.seconds, _PERIOD
    while True:
        try:
            process.wait(period)
            return ""
        except subprocess.TimeoutExpired:
            period = min(2 * period, _LONGEST_PERIOD)
        if not is_wanted():
            return _INTERRUPTED
        if time.monotonic() > until:
            return f"took more than its {limits.seconds:g} s"
        if (memory := _memory(process.pid)) > limits.memory:
            return f"took {memory / (1 << 30):.1f} GiB of memory, more than its {limits.memory / (1 << 30):g}"


def _memory(pid: int) -> int:
    """The resident bytes of a process and all below it."""
    total = 0
    for process in _family(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.Error:
        return []


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Leave no process of the job; its children may have left its group."""
    for member in _family(process.pid)[1:]:
        try:
            member.kill()
        except psutil.Error:
            continue
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _outcome(spec: Spec, place: Path, stopped: str, seconds: float) -> Outcome:
    verdict = None if stopped else _verdict(place / work.RESULT)
    if verdict is None:
        said = (place / "output.txt").read_text(encoding="utf-8", errors="replace").strip()[-_SHOWN:]
        return _without_verdict(spec.job, stopped, said.replace(str(place / work.WORKSPACE) + "/", ""), seconds)
    findings = tuple(_local(Finding(**fact), place) for fact in verdict["findings"])
    outputs = {name: spec.keep / f"{name}.parquet" for name in verdict["datasets"]}
    for name, target in outputs.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(place / work.MADE / f"{name}.parquet", target)
    status = Status.FAILED if findings else Status.PASSED
    return Outcome(spec.job, status, findings, seconds, datasets=verdict["datasets"], outputs=outputs)


def _verdict(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _without_verdict(job: Job, stopped: str, said: str, seconds: float) -> Outcome:
    if stopped:
        remedy = "Make it smaller, or raise time_limit or memory_limit in [tool.paddock.checks]."
        return ended(job, Status.FAILED, f"{job}: {stopped}", remedy, seconds)
    message = f"{job} ended without a verdict: {said.splitlines()[-1] if said else 'it said nothing'}"
    return ended(job, Status.CRASHED, message, bug(said, CODES[job.kind][0]), seconds)


def _local(finding: Finding, place: Path) -> Finding:
    """The finding without the path of the stage, which is gone."""
    prefix = f"{place / work.WORKSPACE}/"
    return Finding(finding.code, finding.place, finding.message.replace(prefix, ""), finding.remedy.replace(prefix, ""))
