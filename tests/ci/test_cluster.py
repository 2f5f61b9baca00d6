"""A Dask cluster does jobs as they would be done here."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from paddock.errors import ConfigurationError, ToolError
from paddock_ci.cache.store import open_store
from paddock_ci.engine import cluster, stage, worker
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.cluster import executing
from paddock_ci.engine.execution import Spec, execute
from paddock_ci.engine.harness import Harness
from paddock_ci.engine.inputs import Inputs
from paddock_ci.engine.job import Job, Kind, Outcome, Status
from paddock_ci.engine.plan import plan
from paddock_ci.engine.runner import Execute, Options, run
from paddock_ci.sandbox.grants import platform_facts
from paddock_ci.sandbox.view import View

from tests.ci.repository import Repository, notebook, project, repository

distributed = pytest.importorskip("distributed")

GOOD = """\
import os
from pathlib import Path

HERE = Path(__file__).parent

def test_files():
    assert os.readlink(HERE / "link") == "../value.txt"
    assert os.access(HERE / "program", os.X_OK) and not os.access(HERE / "link", os.X_OK)
"""
HELD = """\
import time
from pathlib import Path

def test_waits():
    while not Path({flag!r}).exists():
        time.sleep(0.02)
"""
CATALOG = """\
[datasets.rows]
description = "Numbers."
key = ["n"]
[datasets.rows.columns.n]
dtype = "int64"
description = "A number."
"""
TASKS = """\
import pandas as pd
from paddock.pipelines import DatasetTask, Task

class Rows(DatasetTask):
    dataset = "rows"
    reads = {reads}

    def frame(self):
        return pd.DataFrame({{"n": {numbers}}})

class Pipeline(Task):
    extension = ".txt"

    def requires(self):
        return Rows()

    def run(self):
        self.dump("done")
"""
NUMBERS = {"first": "[1, 2]", "second": 'self.read("first.rows")["n"] * 2'}


def pipeline(name: str, *reads: str) -> dict[str, str | bytes]:
    """A project that makes the dataset `rows` of `NUMBERS`."""
    manifest = (
        f'[project]\nname = "{name}"\n\n[tool.paddock]\nowner = "us"\npackage = "{name}"\n'
        f'pipeline = "{name}.tasks:Pipeline"\nreads = {list(reads)!r}\n'
        'notebooks = ["notebooks/validation.ipynb"]\n'
    )
    gate = notebook('import paddock\npaddock.gate("rows", len(paddock.read("rows")), at_least=2)')
    files = {
        f"src/{name}/tasks.py": TASKS.format(numbers=NUMBERS[name], reads=reads),
        "notebooks/validation.ipynb": gate,
    }
    return project(name, **{"pyproject.toml": manifest, "catalog.toml": CATALOG, **files})


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two worker processes."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
        local_directory=str(tmp_path_factory.mktemp("workers")),
    ) as made:
        yield made


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A project whose tests pass, one whose tests fail, and `second`, which reads what `first` makes."""
    tests = {"tests/test_good.py": GOOD, "tests/program": "", "value.txt": "1"}
    made = repository(
        tmp_path_factory.mktemp("team"),
        {
            **project("good", **tests),
            **project("bad", **{"tests/test_bad.py": "def test_bad():\n    assert 1 == 2\n"}),
            **pipeline("first"),
            **pipeline("second", "first.rows"),
        },
    )
    folder = made.root / "projects/good/tests"
    (folder / "link").symlink_to("../value.txt")
    (folder / "program").chmod(0o755)
    made.commit()
    return made


@pytest.fixture
def remotely(workers: Any) -> Iterator[Execute]:
    """What does a job on the cluster."""
    with executing(workers.scheduler_address, 1) as (found, _):
        yield found


def spec_of(team: Repository, name: str, keep: Path) -> Spec:
    """The tests of a project, as the runner would have them done."""
    repo = repo_of(team.root)
    inputs, job = Inputs(team.root, repo), Job(name, Kind.TESTS)
    script = stage.script(repo, job)
    return Spec(job, team.root, script, inputs.view(name), inputs.harness, inputs.limits, {}, keep)


def held(team: Repository, tmp_path: Path) -> tuple[Spec, Path]:
    """Tests that go on until there is a file; where that is."""
    flag = tmp_path / "flag"
    team.write(project("held", **{"tests/test_held.py": HELD.format(flag=str(flag))}))
    return spec_of(team, "held", tmp_path), flag


def at_work(workers: Any) -> tuple[psutil.Process, psutil.Process] | None:
    """A worker, and the process in which it does the tests of `held`; nothing before it does."""
    for nanny in workers.workers.values():
        # A worker that has just died, or a job, is there when it is listed and gone when it is asked.
        with suppress(psutil.Error):
            worker = psutil.Process(nanny.pid)
            for child in worker.children():
                if child.cmdline()[-2:] == ["tests", "held"]:
                    return worker, child
    return None


def performed(team: Repository, execute: Execute, projects: list[str], kind: Kind, **options: Any) -> list[Outcome]:
    """How the runner ends the jobs of these projects."""
    repo = repo_of(team.root)
    made = plan(repo, projects, (kind,))
    outcomes = run(made, Inputs(team.root, repo), Options(execute=execute, **options), lambda progress: None)
    return [outcomes[job] for job in sorted(outcomes)]


def test_without_a_url_jobs_are_done_here() -> None:
    """Nothing is sent anywhere that was not asked for."""
    with executing("", 3) as found:
        assert found == (execute, 3)


def test_there_is_a_place_for_each_thread_of_the_cluster(workers: Any) -> None:
    """So many jobs are sent at the same time."""
    with executing(workers.scheduler_address, 7) as (_, places):
        assert places == 2


def test_a_cluster_that_has_no_workers_yet_has_one_place() -> None:
    """It may start them when there is work."""
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        executing(empty.scheduler_address, 7) as (_, places),
    ):
        assert places == 1


@pytest.mark.parametrize(("name", "status"), [("good", Status.PASSED), ("bad", Status.FAILED)])
def test_verdicts_are_those_of_this_machine(
    team: Repository, remotely: Execute, tmp_path: Path, name: str, status: Status
) -> None:
    """A job finds the same files, with links and modes, and says the same of them."""
    spec = spec_of(team, name, tmp_path)
    here, there = execute(spec), remotely(spec, lambda: True)
    assert there.status is status, there
    assert replace(there, seconds=0) == replace(here, seconds=0)


def test_datasets_come_back_and_feed_their_readers(team: Repository, remotely: Execute) -> None:
    """What one worker made is given to the job that reads it, wherever that is done."""
    outcomes = performed(team, remotely, ["second"], Kind.RUN, workers=2)
    assert [(outcome.job.project, outcome.status, outcome.findings) for outcome in outcomes] == [
        ("first", Status.PASSED, ()),
        ("second", Status.PASSED, ()),
    ]
    assert [list(outcome.datasets) for outcome in outcomes] == [["first.rows"], ["second.rows"]]


def test_the_job_of_a_killed_worker_is_done_by_another(
    team: Repository, workers: Any, remotely: Execute, tmp_path: Path
) -> None:
    """A machine that dies loses no result."""
    spec, flag = held(team, tmp_path)
    killed = []

    def is_wanted() -> bool:
        if not killed and (found := at_work(workers)):
            found[0].kill()
            killed.append(found[0].pid)
            flag.touch()
        return True

    assert remotely(spec, is_wanted).status is Status.PASSED
    assert killed


def test_a_job_that_its_workers_die_of_is_given_up(
    team: Repository, workers: Any, remotely: Execute, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What kills one worker after another says so, and where to look."""
    monkeypatch.setattr(workers.scheduler, "allowed_failures", 0)
    spec, flag = held(team, tmp_path)

    def is_wanted() -> bool:
        if not flag.exists() and (found := at_work(workers)):
            found[0].kill()
            flag.touch()
        return True

    with pytest.raises(ToolError, match="tests held could not be done: its worker died, 1 times in a row, last tcp://"):
        remotely(spec, is_wanted)


def test_an_interrupt_ends_the_process_of_the_job(
    team: Repository, workers: Any, remotely: Execute, tmp_path: Path
) -> None:
    """What is no longer wanted here does not go on there."""
    spec, _ = held(team, tmp_path)
    seen: list[psutil.Process] = []

    def is_wanted() -> bool:
        seen.extend((at_work(workers) or ())[1:])
        return not seen

    assert "interrupted" in remotely(spec, is_wanted).findings[0].message
    assert psutil.wait_procs(seen, timeout=60) == (seen, [])


def test_the_process_of_a_lost_client_ends(team: Repository, workers: Any, tmp_path: Path) -> None:
    """A check that was killed, and so could cancel nothing, leaves no process on the workers."""
    spec, _ = held(team, tmp_path)
    seen: list[psutil.Process] = []
    with executing(workers.scheduler_address, 1) as (remotely, _):
        client = remotely.args[0]  # type: ignore[attr-defined]

        def is_wanted() -> bool:
            if found := at_work(workers):
                seen.append(found[1])
                client.close()
            return True

        with pytest.raises(ToolError, match="the cluster was lost while it did tests held"):
            remotely(spec, is_wanted)
    assert psutil.wait_procs(seen, timeout=60) == (seen, [])


def test_a_lost_scheduler_is_told(team: Repository, tmp_path: Path) -> None:
    """A job that waits for a cluster which is gone does not wait for ever."""
    spec = spec_of(team, "good", tmp_path)
    gone = distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL)
    with executing(gone.scheduler_address, 1) as (remotely, _):

        def is_wanted() -> bool:
            gone.close()
            return True

        with pytest.raises(ToolError, match="the cluster was lost while it did tests good"):
            remotely(spec, is_wanted)


def test_a_cluster_without_workers_is_given_up(
    team: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none comes for minutes, none will."""
    monkeypatch.setattr(cluster, "_GROWTH", 0)
    monkeypatch.setattr(cluster, "_LOOKS", 0)
    spec = spec_of(team, "good", tmp_path)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        executing(empty.scheduler_address, 1) as (remotely, _),
        pytest.raises(ToolError, match="tests good could not be done: the cluster had no worker for 0 s"),
    ):
        remotely(spec, lambda: True)


@pytest.mark.parametrize("what", ["code of Paddock", "content of the packages", "packages", "libc"])
def test_a_worker_that_is_not_like_us_refuses(
    team: Repository, remotely: Execute, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No verdict comes from other code, other packages or another platform; the message says what differs and where."""
    spec = spec_of(team, "good", tmp_path)
    match what:
        case "code of Paddock":
            spec = replace(spec, harness=Harness(spec.harness.folder, "0" * 64))
        case "content of the packages":
            spec = replace(spec, view=replace(spec.view, key="0" * 64))
        case "packages":
            # As if another version of pytest were installed here.
            (tmp_path / "lib/python3/site-packages/pytest-1.0.dist-info").mkdir(parents=True)
            spec = replace(spec, view=View(tmp_path, spec.view.key, ()))
        case "libc":
            monkeypatch.setattr(worker, "platform_facts", lambda: {**platform_facts(), "libc": "glibc-1.0"})
    with pytest.raises(ToolError, match=rf"worker tcp://\S+: its {what} is not ours: expected \S+, got \S+") as error:
        remotely(spec, lambda: True)
    assert "restart them" in error.value.remedy


def test_a_worker_without_our_code_says_so(team: Repository, workers: Any, remotely: Execute, tmp_path: Path) -> None:
    """Where Paddock is not installed, the job fails with a remedy, and the worker goes on."""
    hidden = "sys.modules['paddock_ci.engine.worker']"
    with distributed.Client(workers.scheduler_address, set_as_default=False) as client:
        client.run(exec, f"import sys, paddock_ci.engine.worker\nsys.kept, {hidden} = {hidden}, None")
        try:
            with pytest.raises(ToolError, match="tests good could not be loaded: ModuleNotFoundError"):
                remotely(spec_of(team, "good", tmp_path), lambda: True)
        finally:
            client.run(exec, f"import sys\n{hidden} = sys.kept")


def test_a_verdict_from_outside_a_sandbox_is_never_kept(team: Repository, workers: Any, remotely: Execute) -> None:
    """A worker whose kernel restricts nothing is believed only now."""
    with distributed.Client(workers.scheduler_address, set_as_default=False) as client:
        client.run(exec, "from paddock_ci.engine import execution as e\ne.is_hermetic, e.kept = bool, e.is_hermetic")
        try:
            for _ in range(2):
                [outcome] = performed(team, remotely, ["good"], Kind.TESTS, store=open_store(team.root))
                assert (outcome.status, outcome.is_hermetic) == (Status.PASSED, False)
        finally:
            client.run(exec, "from paddock_ci.engine import execution as e\ne.is_hermetic = e.kept")


@pytest.mark.parametrize(
    "url", ["nonsense", "host:8786", "http://host:80", "tcp://host", "tcp://host:many", "tcp://[::"]
)
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """What cannot be a scheduler's address is a mistake of the command, told before anything is tried."""
    with (
        pytest.raises(ConfigurationError, match=r"--on .*: expected tcp, tls, ws, wss with a host and a port"),
        executing(url, 1),
    ):
        pass


@pytest.mark.parametrize("answers", [False, True])
def test_a_cluster_that_cannot_be_reached_is_told_in_time(
    answers: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody listens, or someone who is no scheduler: both end with what to do, and Dask itself says nothing."""
    monkeypatch.setattr("paddock.cluster.PATIENCE", 0.3)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if answers:
            listening.listen()
        url = f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        with (
            pytest.raises(ToolError, match=f"{url}: expected the scheduler of a Dask cluster to answer") as error,
            executing(url, 1),
        ):
            pass
    assert "leave out --on" in error.value.remedy
    assert capfd.readouterr() == ("", "")


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install it is told how."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigurationError) as error, executing("tcp://host:8786", 1):
        pass
    assert "pip install 'paddock-ci[cluster]'" in error.value.remedy
