"""Which run stands: an unchanged run counts as what it says, and a trial is told from what is published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from paddock.project import Workspace, load_project
from paddock.runs import confirmation
from paddock.runs.lookup import find_run
from paddock.runs.record import Record, ended_runs, last_good, latest_run, read_record, standing
from paddock.runs.timeliness import confirm
from paddock.runs.why import why

from tests.site import generated

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def hospital(workspace: Workspace) -> Workspace:
    """Triage with four runs, whose last three failed, and intake with four good ones."""
    generated.write_projects(workspace, ["intake", "triage"])
    generated.write_runs(workspace, 4, ["intake", "triage"])
    return workspace


def test_an_unchanged_run_speaks_for_the_run_that_stands(hospital: Workspace) -> None:
    """`latest` is the failed run until a run finds that the good one stands, and again once another run ends."""
    triage = load_project(hospital, "triage")
    good, newest = generated.run_name(0, "triage"), generated.run_name(3, "triage")
    assert latest_run(triage) == newest
    confirm(triage, NOW, good)
    assert latest_run(triage) == good
    assert read_record(triage, "latest").run == good
    found = standing(triage)
    assert found is not None
    assert (found.run, found.after) == (good, newest)
    generated.write_run(hospital, generated.record_of("triage", 4))
    assert latest_run(triage) == ended_runs(triage)[-1] != good
    assert standing(triage) is None


def test_an_unchanged_run_is_the_newest_of_all_projects(hospital: Workspace) -> None:
    """Also where another project's run ended later than the one that stands."""
    intake, triage = (load_project(hospital, name) for name in ("intake", "triage"))
    before, _ = find_run(hospital, "latest")
    confirm(
        intake if before == triage else triage, NOW, generated.run_name(0, "intake" if before == triage else "triage")
    )
    after, _ = find_run(hospital, "latest")
    assert {before.name, after.name} == {"intake", "triage"}


@pytest.mark.parametrize("torn", ["", "[]", '{"confirmed": 1}', "{"])
def test_a_torn_confirmation_leaves_the_word_to_the_records(hospital: Workspace, torn: str) -> None:
    """The newest run speaks for the project."""
    triage = load_project(hospital, "triage")
    confirm(triage, NOW, generated.run_name(0, "triage"))
    (triage.runs_folder / "confirmed.json").write_text(torn)
    assert confirmation.read(triage) is None
    assert latest_run(triage) == generated.run_name(3, "triage")


def test_a_confirmation_of_before_names_no_run(hospital: Workspace) -> None:
    """It was written without one: it counts for the schedule alone."""
    triage = load_project(hospital, "triage")
    (triage.runs_folder / "confirmed.json").write_text(f'{{"confirmed": "{NOW.isoformat()}"}}')
    assert standing(triage) is None
    found = confirmation.read(triage)
    assert found is not None
    assert found.moment == NOW


def _of(number: int, **facts: object) -> Record:
    return generated.record_of("triage", number, 4).model_copy(update=facts)


def test_a_run_with_parameters_is_a_trial_unless_it_stands() -> None:
    """What published, or passed the whole audit of an analysis, is more than a trial."""
    given = {"minimum": "1"}
    assert _of(3, parameters={}).asked == ""
    assert _of(3, parameters=given).asked == "trial"
    assert _of(0, parameters=given, status="audited", until="audit").asked == "trial"
    assert _of(0, parameters=given, status="audited").asked == "with -p"
    assert _of(0, parameters=given).asked == "with -p"


def test_why_is_the_first_gate_that_failed_else_the_reason() -> None:
    """In a line; what held has none, and what was stopped early says so."""
    assert why(_of(0)) == ""
    gate = _of(3).gates[0]
    assert why(_of(3)) == f"auc {gate.value:.4g}, not at least 0.97"
    assert why(_of(3, notebooks=(), reason="orders.csv:3: expected int64, got 'x'\nmore")) == (
        "orders.csv:3: expected int64, got 'x'"
    )
    broken = _of(3).notebooks[0].model_copy(update={"cause": "failed-cell"})
    assert why(_of(3, notebooks=(broken,), reason="cell 3 raised")) == "cell 3 raised"
    assert why(_of(0, status="audited", until="audit", reason="stopped after audit, as asked")).startswith("stopped")


def test_the_last_good_record_is_not_the_failed_one(hospital: Workspace) -> None:
    """Whatever came after it."""
    found = last_good(load_project(hospital, "triage"))
    assert found is not None
    assert found.run == generated.run_name(0, "triage")
