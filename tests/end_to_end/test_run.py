"""What a run promises, on the demo's project: 569 real cases, rule against ML."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from paddock.runs.record import Record, ended_runs, last_good

from tests.end_to_end.place import Place

pytestmark = pytest.mark.usefixtures("shared_kernels")

WORSE = ("-p", "regularisation=1e-6")


def _run(place: Place, *arguments: str, code: int = 0) -> dict[str, Any]:
    answer = place.paddock("run", "triage", "--json", *arguments)
    assert answer.returncode == code, answer.stdout + answer.stderr
    return dict(json.loads(answer.stdout))


def _ran(record: dict[str, Any]) -> set[str]:
    return {task["name"] for task in record["tasks"] if task["status"] == "ran"}


def test_the_first_run_publishes_what_a_service_reads(place: Place) -> None:
    """Predictions for every case are served, exactly the published version, and every gate held."""
    record = last_good(place.project)
    assert record is not None
    assert record.status == "published"
    assert len(record.gates) >= 4
    assert all(gate.held for gate in record.gates)
    place.assert_served_is_one_version()
    assert len(place.served()[1]) == 569


def test_the_record_says_what_is_needed_to_do_it_again(place: Place) -> None:
    """Commit, packages, parameters, tasks with identities, datasets with hashes: a record is complete."""
    record = last_good(place.project)
    assert record is not None
    written = {fact.name: fact for fact in record.datasets if fact.role == "written"}
    assert set(written) == {"triage.cases", "triage.predictions"}
    assert all(len(fact.content_hash) == 64 for fact in written.values())
    assert all(task.identity for task in record.tasks)
    assert set(record.phases) == {"build", "audit", "publish", "report"}
    assert Record.model_validate_json(record.model_dump_json()) == record


def test_an_untouched_second_run_does_nothing(place: Place) -> None:
    """No task runs, no notebook runs, nothing is published: the last run still stands."""
    before = place.served(), ended_runs(place.project)
    record = _run(place)
    assert record["status"] == "unchanged"
    assert _ran(record) == set()
    assert (place.served(), ended_runs(place.project)) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("src/triage/model.py", "max_iter=1000", "max_iter=1001", {"FitModel", "Predictions", "Pipeline"}),
        ("src/triage/model.py", '"""', '"""Edited: ', set()),
    ],
)
def test_an_edit_reruns_exactly_what_depends_on_it(
    place: Place, file: str, old: str, new: str, expected: set[str]
) -> None:
    """One line of a helper module: its task and what is downstream run again; a docstring: nothing does."""
    path = place.project.folder / file
    path.write_text(path.read_text().replace(old, new, 1))
    assert _ran(_run(place)) == expected


def test_a_worse_model_is_not_published(place: Place) -> None:
    """The gate fails, exit code 1; what was served stays served; record and report say why."""
    before = place.served()
    record = _run(place, *WORSE, code=1)
    assert record["status"] == "failed"
    failing = [gate["name"] for notebook in record["notebooks"] for gate in notebook["gates"] if not gate["held"]]
    assert failing
    assert failing[0] in record["reason"]
    assert place.served() == before
    report = place.paddock("report", "triage")
    page = Path(report.stdout.strip()).read_text(encoding="utf-8")
    assert failing[0] in page
    assert "failed" in page.lower()


def test_a_good_run_after_a_bad_one_publishes_again(place: Place) -> None:
    """A failed run leaves nothing that hinders the next."""
    _run(place, *WORSE, code=1)
    number = place.assert_served_is_one_version()
    assert _run(place)["status"] in ("published", "unchanged")
    assert place.assert_served_is_one_version() == number


def test_what_was_rolled_back_stays_so_until_something_changes(place: Place) -> None:
    """A run in which nothing is new does not undo a rollback; a forced one, and one with an edit, publish again."""
    first = place.assert_served_is_one_version()
    _run(place, "-p", "regularisation=0.5")
    assert place.assert_served_is_one_version() == first + 1
    assert place.paddock("data", "rollback", "triage.predictions").returncode == 0
    record = _run(place, "-p", "regularisation=0.5")
    assert record["status"] == "unchanged"
    assert "rolled back" in record["reason"]
    assert place.assert_served_is_one_version() == first
    assert _run(place, "-p", "regularisation=0.5", "--force")["status"] == "published"
    assert place.assert_served_is_one_version() == first + 1


def test_a_confirmed_run_counts_as_success(place: Place) -> None:
    """A run that found nothing to do is what the schedule asked for: the project is not late."""
    before = json.loads(place.paddock("runs", "--json").stdout)[0]
    assert before["project"] == "triage"
    assert not before["late"]
    _run(place)
    after = json.loads(place.paddock("runs", "--json").stdout)[0]
    assert after["success"] > before["success"]
    assert place.paddock("runs", "--late").returncode == 0


def test_until_stops_where_it_is_told(place: Place) -> None:
    """`--until build` audits nothing, `--until audit` publishes nothing."""
    before = place.served()
    built = _run(place, "--until", "build")
    assert (built["status"], built["notebooks"]) == ("built", [])
    audited = _run(place, "--until", "audit")
    assert audited["status"] == "audited"
    assert audited["notebooks"][0]["status"] == "passed"
    assert place.served() == before


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("regularization=1", "Did you mean 'regularisation'?"),
        ("regularisation=much", "expected float, got 'much'"),
        ("minimum_auc=high", "expected float, got 'high'"),
    ],
)
def test_a_wrong_parameter_stops_before_anything_runs(place: Place, parameter: str, expected: str) -> None:
    """Unknown names and wrong types exit with 2, name what was expected, and leave no run behind."""
    runs = ended_runs(place.project)
    answer = place.paddock("run", "triage", "-p", parameter)
    assert answer.returncode == 2
    assert expected in answer.stderr
    assert "Traceback" not in answer.stderr
    assert ended_runs(place.project) == runs


def test_a_parameter_of_the_notebook_reaches_it(place: Place) -> None:
    """A stricter bound given on the command line decides: the gate fails against it."""
    record = _run(place, "-p", "minimum_auc=0.9999", code=1)
    assert record["notebooks"][0]["parameters"]["minimum_auc"] == "0.9999"
    assert "0.9999" in record["reason"]


def test_an_error_in_the_projects_code_names_its_line(place: Place) -> None:
    """A task that raises exits with 1 and names file, line and exception; what was served stays."""
    before = place.served()
    path = place.project.folder / "src/triage/model.py"
    path.write_text(path.read_text() + "\n\nbroken = 1 / 0\n")
    answer = place.paddock("run", "triage")
    assert answer.returncode == 1
    assert "src/triage/model.py:" in answer.stderr
    assert "ZeroDivisionError" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert place.served() == before


def test_a_notebook_that_validates_nothing_publishes_nothing(place: Place) -> None:
    """Without a gate the audit fails with that reason."""
    path = place.project.folder / "notebooks/validation.ipynb"
    notebook = json.loads(path.read_text())
    first = next(cell for cell in notebook["cells"] if "import paddock\n" in cell["source"])
    first["source"].append("\npaddock.gate = lambda *arguments, **bounds: True\n")
    path.write_text(json.dumps(notebook))
    record = _run(place, code=1)
    assert "no gate" in record["reason"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_interrupted_run_says_so_and_keeps_what_there_is(
    place: Place, number: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the audit: one line, no traceback, a report marked failed of what there was; the next run heals."""
    # Its kernel has to be its child, by which it is seen to be in a notebook.
    monkeypatch.setenv("PADDOCK_KERNELS", "stock")
    before = place.served()
    place.edit("notebooks/validation.ipynb", "import matplotlib", "import time; time.sleep(600)\\nimport matplotlib")
    command = [*place.command("run", "triage", "-p", "regularisation=0.8")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while not (line := process.stdout.readline()).startswith("build    Pipeline  ran"):
        assert line, process.communicate()
    # In the notebook, and not before: its kernel runs then.
    while not _has_child(process.pid):
        assert process.poll() is None
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert said == "interrupted; what was published and reported stays as it was\n"
    assert place.served() == before
    record = json.loads(place.paddock("runs", "triage", "latest", "--json").stdout)
    assert (record["status"], record["reason"]) == ("failed", "interrupted")
    report = place.paddock("report", "triage", record["run"]).stdout.strip()
    assert "Failed" in Path(report).read_text(encoding="utf-8").title()
    place.edit("notebooks/validation.ipynb", "import time; time.sleep(600)\\n", "")
    assert _run(place)["status"] == "unchanged"


def _has_child(process: int) -> bool:
    """Whether the process started a kernel."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    with contextlib.suppress(FileNotFoundError):
        return any("ipykernel" in Path(f"/proc/{child}/cmdline").read_text() for child in children)
    return False


def test_the_same_run_serves_from_postgresql(place: Place, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another URL in the environment, pointer and serving table are PostgreSQL's; nothing else changes."""
    from adbc_driver_postgresql import dbapi

    monkeypatch.setenv("PADDOCK_SERVING_URL", postgresql)
    assert _run(place)["status"] == "published"
    assert _run(place)["status"] == "unchanged"
    with dbapi.connect(postgresql) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(probability) >= 0 FROM triage.predictions")
        assert cursor.fetchall() == [(569, True)]
        cursor.execute("SELECT version FROM paddock.published WHERE dataset = 'triage.predictions'")
        assert cursor.fetchone() == (0,)


def test_two_runs_of_one_project_wait_for_each_other(place: Place) -> None:
    """The second waits for a bounded time, then exits with 1 and says who holds the project."""
    hold = (
        "import sys; from pathlib import Path; from paddock.storage import lock\n"
        "with lock.held(Path(sys.argv[1]), 'run of triage', 1): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(place.project.runs_folder / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = subprocess.run(
            place.command("run", "triage"),
            env={"PADDOCK_LOCK_WAIT": "0.3", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        holder.communicate("")
    assert answer.returncode == 1
    assert f"held by process {holder.pid}" in answer.stderr


def test_a_scaffolded_projects_report_replays_identical(place: Place) -> None:
    """Each output of its notebook is the same, its datasets are rebuilt to the same bytes, and nothing is published."""
    before = place.served(), ended_runs(place.project)
    answer = place.paddock("replay", "latest", "--json")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = json.loads(answer.stdout)
    assert found["verdict"] == "identical"
    assert {one["dataset"] for one in found["datasets"]} == {"triage.cases", "triage.predictions"}
    assert all(one["recorded_hash"] == one["rebuilt_hash"] for one in found["datasets"])
    assert (place.served(), ended_runs(place.project)) == before
