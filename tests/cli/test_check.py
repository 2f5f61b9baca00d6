"""What `paddock check` promises."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from paddock.project import Project, Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

from tests.ci.harnessed import needs_landlock
from tests.ci.repository import Repository, project, repository

ROOT = Path(__file__).parents[2]


def test_findings_are_told_with_place_and_remedy(
    paddock: Callable[..., Any], make_project: Callable[..., Project]
) -> None:
    """Exit code 1, a line that says where and what, a line that says the remedy; for machines a list."""
    project = make_project("shop")
    (project.folder / "notebooks").mkdir()
    (project.folder / "notebooks/a.ipynb").write_text("[]")
    answer = paddock("check", "--static")
    assert answer.code == 1
    assert "projects/shop/notebooks/a.ipynb: NB102" in answer.out
    found = json.loads(paddock("check", "--static", "--json").out)["findings"]
    places = [(finding["code"], finding["place"]) for finding in found]
    # One fault, one finding: nothing else is said of a notebook that cannot be read.
    assert sorted(code for code, place in places if place.endswith("a.ipynb")) == ["NB102", "PF102"]
    assert all(finding["message"] and finding["remedy"] for finding in found)


def test_a_clean_workspace_exits_with_0(paddock: Callable[..., Any], tmp_path: Path) -> None:
    """And says how much was checked; a fresh project has no finding."""
    team = scratch_copy(Workspace(ROOT), tmp_path / "team")
    new_project(team, ANSWERS)
    answer = paddock("check", "--static", "-C", str(team.root))
    assert answer.code == 0, answer.out
    things = int(re.findall(r"looked at (\d+) things; jobs: none; 0 findings", answer.out)[0])
    assert things > 150


def test_jobs_need_git(paddock: Callable[..., Any], make_project: Callable[..., Project]) -> None:
    """Without git nothing says what a job's files are: the message says how to begin, or how to do without."""
    make_project("shop")
    answer = paddock("check")
    assert answer.code == 2
    assert "git knows nothing of it" in answer.err
    assert "paddock check --static" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "nonsense: no such project"),
        (["--shard", "3/2"], "--shard 3/2: expected K/N"),
        (["--shard", "0/2"], "--shard 0/2: expected K/N"),
        (["--base", "nonsense"], "nonsense: no such commit"),
        (["--audit", "2"], "--audit"),
        (["--workers", "0"], "--workers"),
        (["--only", "nothing"], "--only"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    paddock: Callable[..., Any], team: Repository, arguments: list[str], said: str
) -> None:
    """Exit code 2, and what was wrong with which option."""
    answer = paddock("check", "-C", str(team.root), *arguments)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize("limit", ["time_limit = 0", 'memory_limit = "8 GiB"', "environment = 1", "unknown = 1"])
def test_a_wrong_limit_is_the_users_to_mend(paddock: Callable[..., Any], team: Repository, limit: str) -> None:
    """Exit code 2, with file and key."""
    team.commit({"pyproject.toml": f"[tool.paddock.workspace]\n[tool.paddock.checks]\n{limit}\n"})
    answer = paddock("check", "-C", str(team.root), "--all")
    assert answer.code == 2
    assert "[tool.paddock.checks]" in answer.err


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What jobs need of this machine, which is the same for every workspace."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def team(tmp_path: Path, made_once: Path) -> Repository:
    """A workspace under git with one project, whose tests pass."""
    tests = {"tests/test_shop.py": "def test_it() -> None:\n    assert 1 + 1 == 2\n"}
    made = repository(tmp_path / "team", project("shop", **tests))
    (made.root / ".paddock/ci").mkdir(parents=True)
    for name in ("code", "views"):
        (made_once / name).mkdir(exist_ok=True)
        (made.root / ".paddock/ci" / name).symlink_to(made_once / name)
    return made


def _jobs(answer: Any) -> dict[str, str]:
    return {job["kind"]: job["status"] for job in json.loads(answer.out)["jobs"]}


@needs_landlock
def test_tests_run_once_and_again_when_something_changed(paddock: Callable[..., Any], team: Repository) -> None:
    """What passed is taken from the cache until a file of the project changes; a failure says which test."""
    check = ("check", "-C", str(team.root), "--all", "--only", "tests", "--json")
    assert [_jobs(paddock(*check)) for _ in range(2)] == [{"tests": "passed"}, {"tests": "cached"}]
    team.write({"projects/shop/tests/test_shop.py": "def test_it() -> None:\n    assert 1 + 1 == 3\n"})
    answer = paddock(*check)
    assert answer.code == 1
    assert _jobs(answer) == {"tests": "failed"}
    [found] = [found for found in json.loads(answer.out)["findings"] if found["code"] == "PT201"]
    assert found["place"] == "projects/shop/tests/test_shop.py:2"
    assert found["message"] == "test_it: assert (1 + 1) == 3"


@pytest.mark.parametrize(
    "body",
    [
        "import os; os._exit(0)",
        "import sys; sys.exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import pytest; pytest.exit('enough', returncode=0)",
        "import pytest; pytest.skip('not today')",
    ],
)
def test_tests_that_end_early_fail(paddock: Callable[..., Any], team: Repository, body: str) -> None:
    """A test that ends pytest itself never passes, whatever its exit code."""
    team.write({"projects/shop/tests/test_shop.py": f"def test_it() -> None:\n    {body}\n"})
    answer = paddock("check", "shop", "-C", str(team.root), "--only", "tests", "--json")
    assert answer.code == 1
    assert _jobs(answer) == {"tests": "failed"}


READS = [
    'open("../" + "oth" + "er/value.txt").read()',
    'open("/etc/hostname").read()',
    'import subprocess; subprocess.run(["cat", "/etc/hostname"], check=True)',
    "import moto",
    'import os; os.environ["NOT_GRANTED"]',
    'import socket; socket.create_connection(("127.0.0.1", 1))',
    'import pyarrow.parquet as pq; pq.read_table("/etc/hostname")',
]


@needs_landlock
def test_what_is_not_declared_cannot_be_read(
    paddock: Callable[..., Any], team: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests that read an undeclared file, package, variable or network fail, each one."""
    monkeypatch.setenv("NOT_GRANTED", "1")
    tests = "\n\n".join(f"def test_{number}() -> None:\n    {body}\n" for number, body in enumerate(READS))
    team.write(project("other", **{"value.txt": "1\n"}) | {"projects/shop/tests/test_shop.py": tests})
    answer = paddock("check", "shop", "-C", str(team.root), "--only", "tests", "--json")
    said = [found["message"] for found in json.loads(answer.out)["findings"] if found["code"] == "PT201"]
    assert [name.partition(":")[0] for name in said[:5]] == [f"test_{number}" for number in range(5)]
    assert said[5:] == [f"{len(READS) - 5} more tests failed"]


def test_a_job_above_its_limits_is_killed(paddock: Callable[..., Any], team: Repository) -> None:
    """One that takes too long, or too much memory, says so; no process of it is left."""
    hold = (
        "import signal, subprocess\n\n\ndef test_it() -> None:\n"
        "    subprocess.Popen(['sleep', '987'], start_new_session=True)\n"
        "    held = b'x' * 600_000_000\n    signal.pause()\n"
    )
    team.write({"projects/shop/tests/test_shop.py": hold})
    limits = {
        "memory_limit = 0.3\ntime_limit = 60": "of memory, more than its 0.3",
        "time_limit = 2": "took more than its 2 s",
    }
    for limit, said in limits.items():
        team.write({"pyproject.toml": f"[tool.paddock.workspace]\n[tool.paddock.checks]\n{limit}\n"})
        answer = paddock("check", "shop", "-C", str(team.root), "--only", "tests", "--json")
        assert said in answer.out
    assert "sleep 987" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_no_job_outlives_a_killed_check(team: Repository) -> None:
    """Whoever kills `paddock check` itself ends its jobs, too."""
    team.write({"projects/shop/tests/test_shop.py": "import signal\n\n\ndef test_it() -> None:\n    signal.pause()\n"})
    command = [Path(sys.executable).with_name("paddock"), "check", "shop", "--only", "tests"]
    with subprocess.Popen(command, cwd=team.root, stdout=subprocess.DEVNULL) as check:
        job = _wait_for(lambda: next(iter(_below(check.pid, "-m pytest")), None))
        check.kill()
    _wait_for(lambda: not job.is_running() or job.status() == psutil.STATUS_ZOMBIE)


def _below(pid: int, words: str) -> list[psutil.Process]:
    found = psutil.Process(pid).children(recursive=True)
    return [process for process in found if words in " ".join(process.cmdline())]


def _wait_for(condition: Callable[[], Any]) -> Any:
    """Look until the condition holds, for a minute at most."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(psutil.Error):
            if found := condition():
                return found
    raise AssertionError("it did not come")


@needs_landlock
def test_an_audit_that_finds_red_turns_skipping_off(
    paddock: Callable[..., Any], team: Repository, tmp_path: Path
) -> None:
    """A job that passed and now fails on the same inputs: nothing is skipped until a person says so."""
    check = ("check", "-C", str(team.root), "--only", "tests", "--json")
    # Whether a file is there can be asked of any path: what no key knows.
    body = f"    import os\n    assert not os.path.exists({str(tmp_path / 'flag')!r})\n"
    team.commit({"projects/shop/tests/test_shop.py": f"def test_it() -> None:\n{body}"})
    assert _jobs(paddock(*check, "--all")) == {"tests": "passed"}
    assert json.loads(paddock(*check, "--audit", "1").out)["alarm"] == ""
    (tmp_path / "flag").touch()
    assert _jobs(paddock(*check, "--all")) == {"tests": "cached"}
    answer = paddock(*check, "--audit", "0.02")
    assert answer.code == 1
    assert "tests shop: passed before on the same inputs" in json.loads(answer.out)["alarm"]
    assert _jobs(paddock(*check)) == {"tests": "failed"}
    (tmp_path / "flag").unlink()
    assert _jobs(paddock(*check)) == {"tests": "passed"}
    assert _jobs(paddock(*check, "--all", "--trust")) == {"tests": "flaky"}


def test_shards_share_the_jobs(paddock: Callable[..., Any], team: Repository) -> None:
    """Each job is one shard's, by committed durations; what a shard records is for the next commit."""
    tests = {"tests/test_it.py": "def test_it() -> None:\n    assert True\n"}
    team.commit(project("store", **tests) | project("depot", **tests))
    check = ("check", "-C", str(team.root), "--all", "--only", "tests", "--json")
    parts = [{job["project"] for job in json.loads(paddock(*check, "--shard", f"{k}/2").out)["jobs"]} for k in (1, 2)]
    assert parts[0] | parts[1] == {"shop", "store", "depot"}
    assert not parts[0] & parts[1]
    paddock(*check, "--record")
    assert set(json.loads((team.root / ".check-durations.json").read_text())) == {
        "tests shop", "tests store", "tests depot",
    }  # fmt: skip
    assert json.loads(paddock(*check[:3], "--static", "--json").out)["projects"] == {}
