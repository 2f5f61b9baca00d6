"""A project of notebooks alone: an analysis, whose runs audit and report and have nothing to publish."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.errors import DataError
from paddock.project import Project
from paddock.runs import report, timeliness
from paddock.runs.record import last_good, read_record
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.settings import load_settings

pytestmark = pytest.mark.usefixtures("shared_kernels")

_SHOP = """
[datasets.orders]
description = "Orders."

[datasets.orders.columns]
n = { dtype = "int64", description = "A number." }
"""
_REPORT = """
[sources.rates]
description = "Rates."
path = "rates.csv"
columns = { rate = "float64" }
"""
_READ = """
import paddock
from paddock.data.session import current

paddock.enter_project()
total = paddock.read("shop.orders")["n"].sum() * current().source("rates")["rate"].sum()
paddock.gate("total", total, at_least=least)
"""


def _notebook(*sources: str) -> str:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {} if number else {"tags": ["parameters"]},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for number, source in enumerate(["least: float = 1", *sources])
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project whose orders are published, as if it had run."""
    shop = make_project("shop", _SHOP)
    _sell(shop, 1, 2)
    return shop


@pytest.fixture
def analysis(make_project: Callable[..., Project], shop: Project) -> Project:
    """An analysis of the shop's orders and of a source."""
    files = {"report.ipynb": _notebook(_READ), "rates.csv": "rate\n2.0\n"}
    return make_project("report", _REPORT, ["shop.orders"], files, ["report.ipynb"], has_pipeline=False)


def _sell(shop: Project, *numbers: int) -> None:
    session = open_session(shop, load_settings(shop.workspace), run="by hand")
    version = session.write("orders", pd.DataFrame({"n": numbers}))
    publish(session.store, session.serving, session.catalogue, [version], "by hand")


def _least(value: float) -> Request:
    return Request(parameters={"least": str(value)})


def test_an_analysis_that_passes_is_done(analysis: Project, shop: Project) -> None:
    """No task, nothing published: it is audited, on recorded versions and sources, and its schedule is met."""
    record = run(analysis, Request())
    assert (record.status, record.tasks, set(record.phases)) == ("audited", (), {"build", "audit", "report"})
    assert "nothing is published" in record.reason
    assert [(gate.name, gate.value) for gate in record.gates] == [("total", 6.0)]
    assert [(fact.name, fact.role, fact.version) for fact in record.datasets] == [("shop.orders", "read", 0)]
    assert [fact.name for fact in record.sources] == ["rates"]
    assert set(open_session(shop, load_settings(shop.workspace)).serving.published()) == {"shop.orders"}
    assert last_good(analysis) == read_record(analysis, record.run)
    success = timeliness.last_success(analysis)
    assert success is not None
    assert datetime.now(UTC) - success < timedelta(minutes=5)


def test_it_runs_again_only_when_something_is_new(analysis: Project, shop: Project) -> None:
    """Another published version, another source, another notebook, another parameter; else nothing, and in time."""
    first = run(analysis, Request())
    before = timeliness.last_success(analysis)
    again = run(analysis, Request())
    assert (again.status, again.run) == ("unchanged", first.run)
    after = timeliness.last_success(analysis)
    assert before is not None
    assert after is not None
    assert after > before

    _sell(shop, 1, 2, 3)
    assert run(analysis, Request()).gates[0].value == 12
    (analysis.folder / "rates.csv").write_text("rate\n3.0\n")
    assert run(analysis, Request()).gates[0].value == 18
    (analysis.folder / "report.ipynb").write_text(_notebook(_READ.replace('"total", total', '"half", total / 2')))
    assert run(analysis, Request()).gates[0].value == 9
    assert run(analysis, _least(2)).status == "audited"
    assert run(analysis, _least(2)).status == "unchanged"


def test_rows_that_come_back_are_another_version(analysis: Project, shop: Project) -> None:
    """Published, replaced and published again between two runs, the same rows have another history to report."""
    run(analysis, Request())
    _sell(shop, 7)
    _sell(shop, 1, 2)
    record = run(analysis, Request())
    assert (record.status, record.datasets[0].version) == ("audited", 2)


def test_a_failing_gate_leaves_the_last_good_report(analysis: Project) -> None:
    """The run failed and says why; the good one stays the last success, whole, and the next run tries again."""
    good = run(analysis, Request())
    success = timeliness.last_success(analysis)
    failed = run(analysis, _least(100))
    assert failed.status == "failed"
    assert "gate total: 6, expected at least 100" in failed.reason
    assert last_good(analysis) == read_record(analysis, good.run)
    assert report.is_complete(analysis, good.run)
    assert timeliness.last_success(analysis) == success
    assert run(analysis, _least(100)).status == "failed"


def test_until_stops_where_it_is_told(analysis: Project) -> None:
    """A build is nothing and no success; an audit is all that there is to do, so the next run finds it done."""
    built = run(analysis, Request(until="build"))
    assert (built.status, built.notebooks, built.tasks) == ("built", (), ())
    assert last_good(analysis) is None
    audited = run(analysis, Request(until="audit"))
    assert (audited.status, run(analysis, Request()).status) == ("audited", "unchanged")


def test_a_source_is_audited_as_it_is_recorded(analysis: Project) -> None:
    """A file that changes between the start of a run and its reading in a notebook fails the run."""
    change = "from pathlib import Path\n\nPath('rates.csv').write_text('rate\\n9.0\\n')"
    (analysis.folder / "report.ipynb").write_text(_notebook(change, _READ))
    record = run(analysis, Request())
    assert record.status == "failed"
    assert "report.rates: it changed while the run was going on" in record.reason


def test_a_stale_dataset_is_refused(analysis: Project, shop: Project) -> None:
    """What the contract calls too old is not reported on as if it were new."""
    catalog = shop.catalog.read_text()
    shop.catalog.write_text(catalog.replace("[datasets.orders]\n", "[datasets.orders]\nmax_age_days = 1e-9\n"))
    with pytest.raises(DataError, match=r"shop\.orders: is stale"):
        run(analysis, Request())
    assert read_record(analysis, "latest").status == "failed"


def test_an_image_of_an_analysis_needs_no_pipelines(analysis: Project) -> None:
    """It runs where gokart, luigi and scikit-learn are not installed, and says that nothing was to publish."""
    hidden = "import sys; sys.modules.update(dict.fromkeys(['gokart', 'luigi', 'sklearn', 'hypothesis']))"
    command = [sys.executable, "-c", f"{hidden}; from paddock.cli.main import main; main()"]
    arguments = ["-C", str(analysis.workspace.root)]
    answer = subprocess.run(
        [*command, "run", "report", *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    assert "audited: every gate held; the project writes no dataset, so nothing is published" in answer.stdout
    assert "serves" not in answer.stdout
    failed = [*command, "run", "report", "-p", "least=100", *arguments]
    assert subprocess.run(failed, capture_output=True, check=False, timeout=60).returncode == 1


def test_a_source_that_is_not_as_declared_is_told_before_any_notebook(analysis: Project) -> None:
    """Once, with the remedy apart from the message; nothing was executed, and the record says why."""
    (analysis.folder / "rates.csv").write_text("rate\nabc\n")
    with pytest.raises(DataError, match=r"rates\.csv:2: column 'rate': expected float64, got 'abc'") as caught:
        run(analysis, Request())
    assert caught.value.remedy.startswith("Mend the value")
    record = read_record(analysis, "latest")
    assert (record.status, record.notebooks, record.reason) == ("failed", (), caught.value.message)
    (analysis.folder / "rates.csv").write_text("rate\n2.0\n")
    assert run(analysis, Request()).status == "audited"


def test_an_unchanged_run_stands_for_the_good_one(analysis: Project) -> None:
    """After a run that failed, one that finds nothing new is the newest word: `latest` is the good run again."""
    good = run(analysis, Request())
    failed = run(analysis, _least(100))
    assert failed.asked == "trial"
    assert read_record(analysis, "latest") == read_record(analysis, failed.run)
    assert run(analysis, Request()).status == "unchanged"
    assert read_record(analysis, "latest") == read_record(analysis, good.run)
