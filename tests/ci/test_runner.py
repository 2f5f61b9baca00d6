"""The runner: what is new runs, in order; what is not does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from paddock_ci.engine.check import repo_of
from paddock_ci.engine.job import Job, Kind, Outcome, Status
from paddock_ci.engine.plan import plan

from tests.ci.harnessed import Played, needs_landlock, perform
from tests.ci.repository import Repository, project, repository

pytestmark = needs_landlock
RUN = (Kind.RUN,)


@pytest.fixture
def team(tmp_path: Path) -> Repository:
    """A chain: `last` reads what `middle` writes, which reads what `first` writes; `alone` reads nothing."""
    files = {
        **project("first", datasets=["rows"], **{"value.txt": "1"}),
        **project("middle", reads=["first.rows"], datasets=["rows"], **{"value.txt": "2"}),
        **project("last", reads=["middle.rows"], **{"value.txt": "3"}),
        **project("alone", **{"value.txt": "4"}),
    }
    return repository(tmp_path / "team", files)


def rounded(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
    """A run whose dataset is the whole part of its number, after those of what it reads; a run of `bad` fails."""
    value = (place / f"projects/{job.project}/value.txt").read_text()
    if value == "crash":
        raise RuntimeError("a fault of the harness")
    before = [path.read_text() for _, path in sorted(given.items())]
    if value.startswith("bad"):
        return "its value is bad", {f"{job.project}.rows": "0"} if value == "bad, but built" else {}
    return "", {f"{job.project}.rows": "-".join([*before, value.split(".")[0]])} if job.kind is Kind.RUN else {}


def _ran(team: Repository, projects: list[str] | None = None, **options: object) -> tuple[list[str], dict[str, Status]]:
    played = Played(rounded)
    outcomes = perform(team.root, played, projects, RUN, **options)
    return [job.project for job in played.done], {job.project: found.status for job, found in outcomes.items()}


def test_producers_run_before_their_readers(team: Repository) -> None:
    """A run starts when the runs of what it reads have ended, and is given their datasets."""
    done, statuses = _ran(team)
    assert done.index("first") < done.index("middle") < done.index("last")
    assert set(statuses.values()) == {Status.PASSED}


def test_what_passed_does_not_run_again(team: Repository) -> None:
    """Nothing changed: every job is taken from the cache."""
    _ran(team)
    assert _ran(team) == ([], dict.fromkeys(["first", "middle", "last", "alone"], Status.CACHED))


def test_readers_stay_cached_when_the_data_stay_the_same(team: Repository) -> None:
    """A producer whose code changed runs; where its data are the same to the byte, its readers do not."""
    _ran(team)
    team.write({"projects/first/value.txt": "1.5"})
    done, statuses = _ran(team)
    assert done == ["first"]
    assert statuses["middle"] == statuses["last"] == Status.CACHED


def test_readers_run_when_the_data_change(team: Repository) -> None:
    """New data reach every reader, however far down."""
    _ran(team)
    team.write({"projects/first/value.txt": "9"})
    assert _ran(team)[0] == ["first", "middle", "last"]


def test_readers_run_when_a_contract_changes(team: Repository) -> None:
    """A contract that others read is an input of theirs, though the data stay the same."""
    _ran(team)
    team.write({"projects/first/catalog.toml": "[datasets.rows]\n# a new promise\n"})
    assert _ran(team)[0] == ["first", "middle"]


def test_an_unselected_producer_is_run_where_its_data_are_not_known(team: Repository) -> None:
    """One project is enough to ask for: what it reads is made, or taken from the cache."""
    assert _ran(team, ["last"])[0] == ["first", "middle", "last"]
    team.write({"projects/last/value.txt": "5"})
    assert _ran(team, ["last"])[0] == ["last"]


def test_a_failure_is_never_kept(team: Repository) -> None:
    """What failed runs each time, and its readers wait."""
    team.write({"projects/first/value.txt": "bad"})
    for _ in range(2):
        done, statuses = _ran(team)
        assert sorted(done) == ["alone", "first"] if "alone" in done else done == ["first"]
        assert statuses["first"] == Status.FAILED
        assert statuses["middle"] == statuses["last"] == Status.BLOCKED


def test_readers_of_a_failed_audit_still_run(team: Repository) -> None:
    """A run that fails after its data were made does not keep its readers waiting."""
    team.write({"projects/first/value.txt": "bad, but built"})
    assert _ran(team)[1] == {
        "first": Status.FAILED, "middle": Status.PASSED, "last": Status.PASSED, "alone": Status.PASSED,
    }  # fmt: skip


def test_what_passes_after_a_failure_on_the_same_inputs_is_flaky(team: Repository) -> None:
    """Luck is told as such, and never kept."""
    verdicts = iter(["fails", "", ""])

    def lucky(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
        return next(verdicts), {}

    statuses = [perform(team.root, Played(lucky), ["alone"], RUN)[Job("alone", Kind.RUN)].status for _ in range(3)]
    assert statuses == [Status.FAILED, Status.FLAKY, Status.FLAKY]


def test_a_retry_that_passes_is_flaky(team: Repository) -> None:
    """With retries, a failed job runs again at once; passing then is luck too."""
    verdicts = iter(["fails", "fails", ""])

    def lucky(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
        return next(verdicts), {}

    assert perform(team.root, Played(lucky), ["alone"], RUN, retries=2)[Job("alone", Kind.RUN)].status == Status.FLAKY


def test_a_crash_is_our_bug_and_the_others_go_on(team: Repository) -> None:
    """A job that the harness itself fails to do says so with its code; no other job suffers."""
    team.write({"projects/alone/value.txt": "crash"})
    outcomes = perform(team.root, Played(rounded), None, RUN)
    crashed = outcomes[Job("alone", Kind.RUN)]
    assert crashed.status == Status.CRASHED
    assert crashed.findings[0].code == "PL101"
    assert "a fault of the harness" in crashed.findings[0].message
    assert "bug of Paddock's" in crashed.findings[0].remedy
    assert outcomes[Job("last", Kind.RUN)].status == Status.PASSED


def test_an_interrupt_keeps_what_is_done(team: Repository) -> None:
    """After Ctrl-C the jobs that had passed are taken from the cache."""

    def interrupted(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
        if job.project == "last":
            raise KeyboardInterrupt
        return rounded(job, place, given)

    with pytest.raises(KeyboardInterrupt):
        perform(team.root, Played(interrupted), ["last"], RUN, workers=1)
    assert _ran(team, ["last"])[0] == ["last"]


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("is_cached", [True, False])
def test_workers_and_cache_do_not_change_verdicts(team: Repository, workers: int, is_cached: bool) -> None:
    """One worker or many, with a cache or without: the verdicts are the same."""
    team.write({"projects/middle/value.txt": "bad"})
    for _ in range(2):
        statuses = _ran(team, workers=workers, is_cached=is_cached)[1]
        assert sorted(name for name, status in statuses.items() if status.is_good) == ["alone", "first"]


def test_another_checkout_has_the_same_keys(team: Repository, tmp_path: Path) -> None:
    """A clone elsewhere takes everything from the cache of this one."""
    _ran(team)
    team.git("clone", "-q", str(team.root), str(tmp_path / "elsewhere"))
    (team.root / ".paddock/ci/cache").rename(_made(tmp_path / "elsewhere/.paddock/ci") / "cache")
    assert _ran(Repository(tmp_path / "elsewhere"))[0] == []


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("damage", ["truncated", "of another job"])
def test_a_damaged_entry_is_a_miss(team: Repository, damage: str) -> None:
    """What the cache holds is only taken whole and under its own key."""
    _ran(team)
    entries = [path for path in (team.root / ".paddock/ci/cache").rglob("*") if path.is_file()]
    contents = [path.read_bytes() for path in entries]
    for path, other in zip(entries, [*contents[1:], contents[0]], strict=True):
        path.chmod(0o644)
        path.write_bytes(other[: len(other) // 2] if damage == "truncated" else other)
    assert sorted(_ran(team)[0]) == ["alone", "first", "last", "middle"]


@pytest.mark.parametrize(
    ("first", "said"), [("1", ""), ("bad", "makes it again failed"), ("8", "makes it again made other data")]
)
def test_a_lost_file_is_made_again(team: Repository, first: str, said: str) -> None:
    """Where the file of a dataset is damaged, its run makes it again; a reader never gets another than its key says."""
    readers = {name: project(name, reads=["first.rows"], **{"value.txt": name}) for name in ("one", "two")}
    team.write({path: content for files in readers.values() for path, content in files.items()})
    _ran(team, ["first"])
    for path in (team.root / ".paddock/ci/cache/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_text("damaged")

    def luckless(job: Job, place: Path, given: Mapping[str, Path]) -> tuple[str, Mapping[str, str]]:
        if job.project == "first":
            return {"bad": ("is bad", {})}.get(first, ("", {"first.rows": first}))
        assert [path.read_text() for path in given.values()] == ["1"]
        return "", {}

    played = Played(luckless)
    outcomes = perform(team.root, played, ["one", "two"], RUN)
    assert Job("first", Kind.RUN) in played.done
    for name in ("one", "two"):
        outcome = outcomes[Job(name, Kind.RUN)]
        assert outcome.status is (Status.FAILED if said else Status.PASSED)
        assert said in "".join(finding.message for finding in outcome.findings)


def test_cycles_of_datasets_are_named_and_the_others_run(team: Repository) -> None:
    """Two projects that read each other's data cannot be run; all others can."""
    team.write(project("left", reads=["right.rows"], datasets=["rows"], **{"value.txt": "1"}))
    team.write(project("right", reads=["left.rows"], datasets=["rows"], **{"value.txt": "1"}))
    found = plan(repo_of(team.root), ["left", "right", "alone"], RUN)
    assert [job.project for job in sorted(found.wanted)] == ["alone"]
    assert "left" in found.findings[0].message
    assert "right" in found.findings[0].message


def test_outcomes_name_why_a_job_ran(team: Repository) -> None:
    """Each job that ran says which of its inputs changed."""
    first: Outcome = perform(team.root, Played(rounded), ["alone"], RUN)[Job("alone", Kind.RUN)]
    assert first.reason == "never ran here"
    team.write({"projects/alone/value.txt": "7"})
    assert perform(team.root, Played(rounded), ["alone"], RUN)[Job("alone", Kind.RUN)].reason == "files changed"
