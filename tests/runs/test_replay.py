"""What a replay promises: the same outputs are called identical, any other is named with its cell."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from paddock.data.session import open_session
from paddock.errors import DataError, PaddockError
from paddock.project import Project
from paddock.runs.determinism import Cause, examine
from paddock.runs.lookup import find_run
from paddock.runs.record import Record, read_record, record_path, write_record
from paddock.runs.replay import Replay, replay
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.settings import load_settings

from tests.runs.conftest import MakeAnalysis, notebook, sell

_HONEST = """
import datetime, os, sys, tempfile, time
import matplotlib.pyplot as plt
import pandas as pd

print(f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S} started", object(), tempfile.mkdtemp(), time.time())
display(pd.DataFrame({"a": [0.1 + 0.2, 1 / 3]}), pd.DataFrame({"a": [1]}).style)
figure, axes = plt.subplots()
axes.plot([1, 2])
paddock.figure(figure, "A line")
print("to stderr", file=sys.stderr)
"""


_READ_OLD = """
import paddock

paddock.gate("total", paddock.read("shop.orders", version=VERSION)["n"].sum(), at_least=least)
"""


def _replayed(project: Project, tolerance: float = 1e-9) -> Replay:
    return replay(project, read_record(project, "latest"), tolerance)


def _cells(replayed: Replay) -> list[tuple[int, str]]:
    return [(one.cell, one.what) for notebook in replayed.notebooks for one in notebook.differences]


def test_an_honest_report_is_identical_after_its_data_moved_on(make_analysis: MakeAnalysis, shop: Project) -> None:
    """Addresses, times, folders of scratch and drawn names are no differences; the recorded version is read."""
    analysis = make_analysis(_HONEST)
    record = run(analysis, Request(parameters={"least": "3"}))
    assert record.status == "audited"
    sell(shop, 1, 2, 3)
    before = sorted(analysis.runs_folder.rglob("*"))
    replayed = replay(analysis, record, 1e-9)
    assert (replayed.is_identical, _cells(replayed), replayed.departures) == (True, [], ())
    assert (replayed.notebooks[0].cells, replayed.notebooks[0].outputs) == (3, 6)
    assert sorted(analysis.runs_folder.rglob("*")) == before


def test_versions_that_code_asks_for_are_recorded_and_replayed(make_analysis: MakeAnalysis, shop: Project) -> None:
    """The record names each version that was read; where a dataset was read by version alone, no other."""
    sell(shop, 1, 2, 3)
    sell(shop, 5)
    analysis = make_analysis("paddock.read('shop.orders', version=0)['n'].tolist()")
    record = run(analysis, Request())
    assert [(fact.version, fact.asked) for fact in record.datasets] == [(2, False), (0, True)]
    sell(shop, 7)
    assert replay(analysis, record, 1e-9).is_identical
    only = _READ_OLD.replace("VERSION", "1")
    (analysis.folder / "report.ipynb").write_text(notebook(only))
    record = run(analysis, Request())
    assert [(fact.name, fact.version, fact.asked) for fact in record.datasets] == [("shop.orders", 1, True)]
    assert replay(analysis, record, 1e-9).is_identical
    shutil.rmtree(open_session(shop, load_settings(shop.workspace)).store.folder("shop.orders"))
    with pytest.raises(DataError, match=r"shop\.orders: version 1, which run .* read, is gone"):
        replay(analysis, record, 1e-9)


def test_each_difference_names_its_cell(make_analysis: MakeAnalysis, tmp_path: Path) -> None:
    """A number, a table's cell, a picture's pixels, an exception and a verdict; all that is the same is not told."""
    state = tmp_path / "state"
    state.write_text("1")
    analysis = make_analysis(
        f"x = int(open({str(state)!r}).read())\nprint('same')",
        "import pandas as pd\npd.DataFrame({'mean': [0.5, 0.25 + x]})",
        "import numpy as np\nfrom PIL import Image\nImage.fromarray(np.full((10, 10), x * 10, dtype='uint8'))",
        "print('about', 1 + x * 1e-12)",
        "paddock.gate('small', x, at_most=1)",
    )
    run(analysis, Request())
    assert _replayed(analysis).is_identical
    state.write_text("2")
    found = _replayed(analysis)
    assert not found.is_identical
    assert _cells(found)[:3] == [
        (0, "passed became failed: gate small: 2, expected at most 1"),
        (4, "table 1, row 3, column 'mean': '1.25' became '2.25'"),
        (5, "100 of 100 pixels differ, by at most 10 of 255"),
    ]
    assert [cell for cell, _ in _cells(found)] == [0, 4, 5, 7]
    assert not [one for one in _replayed(analysis, tolerance=1).notebooks[0].differences if one.cell == 4]


def test_what_departs_is_named_with_the_command_that_mends_it(make_analysis: MakeAnalysis) -> None:
    """Another commit, a changed notebook and a changed source are told, and the replay goes on."""
    analysis = make_analysis("print('one')")
    root = analysis.workspace.root
    (root / ".gitignore").write_text(".paddock/\n")
    _git(root, "init", "-q")
    commit = _commit(root)
    run(analysis, Request())
    (analysis.folder / "report.ipynb").write_text(notebook("print('two')"))
    (analysis.folder / "rates.csv").write_text("rate\n9.0\n")
    _commit(root)
    found = _replayed(analysis)
    told = {one.what: one.command for one in found.departures}
    assert told["commit"] == f"git checkout {commit}"
    assert told["file projects/report/report.ipynb"] == f"git checkout {commit} -- projects/report/report.ipynb"
    assert told["file projects/report/rates.csv"] == f"git checkout {commit} -- projects/report/rates.csv"
    assert told["source rates"] == ""
    assert not found.is_identical
    _git(root, "checkout", "-q", commit)
    assert _replayed(analysis).is_identical


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def _commit(folder: Path) -> str:
    _git(folder, "add", ".")
    _git(folder, "commit", "-qm", "a change")
    return _git(folder, "rev-parse", "HEAD")


@pytest.fixture
def ran(make_analysis: MakeAnalysis) -> tuple[Project, Record]:
    """An analysis and the record of its run."""
    analysis = make_analysis()
    return analysis, run(analysis, Request())


def _lose_notebook(project: Project, record: Record) -> None:
    (project.folder / "report.ipynb").unlink()


def _lose_version(project: Project, record: Record) -> None:
    shutil.rmtree(project.workspace.state / "data/shop/orders")


def _remake_version(project: Project, record: Record) -> None:
    _change(project, record, datasets=(record.datasets[0].model_copy(update={"content_hash": "0" * 64}),))


def _edit_by_hand(project: Project, record: Record) -> None:
    path = record_path(project, record.run)
    path.write_text(path.read_text().replace('"held": true', '"held": false'))


def _lose_record(project: Project, record: Record) -> None:
    path = record_path(project, record.run)
    path.with_name("record.json.manifest.json").unlink()


def _lose_output(project: Project, record: Record) -> None:
    (project.runs_folder / record.run / "report.ipynb").unlink()


def _fail_early(project: Project, record: Record) -> None:
    _change(project, record, notebooks=(), datasets=(), status="failed", reason="task Fit failed: it is broken")


def _hide_parameter(project: Project, record: Record) -> None:
    _change(project, record, parameters={"least": "[hidden: API_TOKEN]"})


def _change(project: Project, record: Record, **values: Any) -> None:
    write_record(project, record.model_copy(update=values))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_lose_notebook, "projects/report/report.ipynb: the notebook of run {run} is gone"),
        (_lose_version, "shop.orders: version 0, which run {run} read, is gone"),
        (_remake_version, "shop.orders: version 0 is not the one of run {run}: expected 000000000000…"),
        (_edit_by_hand, "record.json: the file is damaged: expected SHA-256"),
        (_lose_record, "report: run '{run}' has no record: it is going on, or was killed"),
        (_lose_output, "report.ipynb: cannot be read"),
        (_fail_early, "report: run {run} failed before anything was built or executed: task Fit failed"),
        (_hide_parameter, "run {run}: the parameter 'least' was a secret, which is not stored"),
    ],
)
def test_what_cannot_be_replayed_is_one_message(ran: tuple[Project, Record], spoil: Any, message: str) -> None:
    """It says what is gone or not to be trusted, and what to do."""
    project, record = ran
    spoil(project, record)
    with pytest.raises(DataError) as told:
        replay(*find_run(project.workspace, record.run), 1e-9)
    assert message.format(run=record.run) in told.value.message
    assert told.value.remedy


def test_a_run_is_found_by_its_name_alone(ran: tuple[Project, Record]) -> None:
    """Also as the latest of all; another name is told with the nearest."""
    project, record = ran
    assert find_run(project.workspace, record.run) == find_run(project.workspace, "latest") == (project, record)
    with pytest.raises(PaddockError, match=f"no run '{record.run[:-1]}'") as told:
        find_run(project.workspace, record.run[:-1])
    assert record.run in told.value.remedy


def test_a_record_of_schema_1_still_loads_and_replays(ran: tuple[Project, Record]) -> None:
    """What it does not know is not compared."""
    project, record = ran
    old = json.loads(record.model_dump_json(exclude_defaults=True)) | {"schema_version": 1}
    new = ("dirty_hash", "lock_hash", "interpreter", "image", "host", "seeds", "files", "files_fault")
    _ = [old.pop(name, None) for name in new]
    _ = [fact.pop("source_hash", None) for fact in old["notebooks"]]
    loaded = Record.model_validate(old)
    assert (loaded.schema_version, loaded.files, loaded.host) == (1, (), None)
    write_record(project, loaded)
    assert _replayed(project).is_identical


_CELLS = {
    "print({'alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'})": Cause.HASHES,
    "import datetime\nprint(datetime.datetime.now(datetime.UTC).date())": Cause.CLOCK,
    "import pandas as pd\nprint(pd.Timestamp.now().year)": Cause.CLOCK,
    "import numpy as np\nprint(np.random.default_rng().integers(10**9))": Cause.CHANCE,
    "import random\nprint(random.random())": Cause.CHANCE,
    "import random\nprint(random.Random().random())": Cause.CHANCE,
    "import os\nprint(os.environ['OMP_NUM_THREADS'])": Cause.THREADS,
    "import os\nprint(os.environ.get('TMPDIR', '').count('elsewhere'))": Cause.PLACE,
    "print(random.Random(0).random(), np.random.default_rng(seed).integers(9), sorted({'b', 'a'}))": None,
}


def test_twice_says_why_a_cell_differs(make_analysis: MakeAnalysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each circumstance is told from the others; cells that are as they should be are not named."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    analysis = make_analysis(*_CELLS)
    record = run(analysis, Request())
    found = examine(analysis, record, 1e-9)
    expected = {number: cause for number, cause in enumerate(_CELLS.values(), 3) if cause}
    assert {one.cell: one.cause for one in found.unstable} == expected
    assert all(one.remedy for one in found.unstable)


def test_twice_is_two_executions_of_what_is_determined(ran: tuple[Project, Record]) -> None:
    """Only cells that differ cost more."""
    found = examine(*ran, 1e-9)
    assert (found.unstable, found.executions) == ((), 2)


def test_nothing_is_published_by_a_replay(ran: tuple[Project, Record], shop: Project) -> None:
    """The pointers stay, and no version is added."""
    session = open_session(shop, load_settings(shop.workspace))
    before = session.serving.log(), session.store.history("shop.orders")
    replay(*ran, 1e-9)
    assert (session.serving.log(), session.store.history("shop.orders")) == before
