"""An analysis reports on its own source, and on any dataset of the catalogue."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from paddock import testing
from paddock.project import Workspace, load_project
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.scaffold.new import new_project
from paddock_ci.demo import scratch_copy

from tests.templates.verdict import call

ROOT = Path(__file__).parents[2]
REPORT = "notebooks/report.ipynb"
ANSWERS = {
    "project_name": "Aa",
    "owner": 'O\'Brien "Ada" \\ 😀',
    "dataset": "none",
    "description": 'Says "why" \\ each week.',
}
OTHERS = {
    "readings": "n = { dtype = 'int64', nullable = true, description = 'n' }\n"
    "x = { dtype = 'float32', nullable = true, description = 'x' }\n",
    "notes": "a = { dtype = 'string', nullable = true, description = 'a' }\n"
    "b = { dtype = 'bool', description = 'b' }\nc = { dtype = 'timestamp', description = 'c' }\n",
    "persons": "age = { dtype = 'int64', personal = true, description = 'age' }\n"
    "name = { dtype = 'string', personal = true, description = 'name' }\n",
}


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with an analysis of each variant, and a project whose datasets are of odd kinds."""
    workspace = scratch_copy(Workspace(ROOT), tmp_path_factory.mktemp("baked") / "workspace")
    odd = workspace.root / "projects/odd"
    (odd / "src/odd").mkdir(parents=True)
    (odd / "pyproject.toml").write_text(
        '[project]\nname = "odd"\n[tool.paddock]\nowner = "Ada"\npackage = "odd"\npipeline = "odd.tasks:Pipeline"\n'
    )
    tables = (f"[datasets.{name}]\ndescription = 'D.'\n[datasets.{name}.columns]\n{c}" for name, c in OTHERS.items())
    (odd / "catalog.toml").write_text("\n".join(tables))
    new_project(workspace, ANSWERS, "analysis")
    for name in OTHERS:
        new_project(workspace, ANSWERS | {"project_name": name.title(), "dataset": f"odd.{name}"}, "analysis")
    return workspace


def test_it_reports_and_then_has_nothing_to_do(baked: Workspace) -> None:
    """The first run passes every gate, with figures; the second finds nothing new; a stricter bound fails."""
    folder = baked.root / "projects/aa"
    record = json.loads(call(folder, "paddock", "run", "aa", "--json").stdout)
    assert (record["status"], len(record["notebooks"][0]["gates"])) == ("audited", 8)
    page = Path(record["report"]).read_text(encoding="utf-8")
    assert page.count('<img src="data:image/png;base64,') == 2
    assert ANSWERS["owner"].replace('"', "&#34;").replace("'", "&#39;") in page
    assert json.loads(call(folder, "paddock", "run", "aa", "--json").stdout)["status"] == "unchanged"
    assert run(load_project(baked, "aa"), Request(parameters={"most_gaps": "-1"})).status == "failed"


def _audited(baked: Workspace, scratch: Path, name: str, *versions: pd.DataFrame) -> tuple[dict[str, bool], str]:
    """The gates of the report on the last of `versions`, and the notebook as it was executed."""
    project = baked.root / "projects" / name
    built = [testing.build(project, scratch, given={f"odd.{name}": rows}) for rows in versions][-1]
    audited = built.audit(REPORT)
    gates = {gate.name: gate.held for gate in audited.gates}
    assert audited.status == ("passed" if all(gates.values()) else "failed"), audited.reason
    executed = (built.session.project.runs_folder / "test" / REPORT).read_text(encoding="utf-8")
    assert '"output_type": "error"' not in executed, audited.reason
    return gates, executed


def test_numbers_that_go_missing_and_move_are_noticed(baked: Workspace, tmp_path: Path) -> None:
    """A column that lost all values, and one that moved, infinite values too: gates fail, and nothing breaks."""
    before = pd.DataFrame({"n": pd.array(range(200), dtype="Int64"), "x": [float(x) for x in range(200)]})
    after = before.assign(n=pd.array([None] * 200, dtype="Int64"), x=before["x"] + 1000)
    after.loc[0, "x"] = float("inf")
    gates, executed = _audited(baked, tmp_path, "readings", before, after)
    assert gates == {"rows": True, "largest missing share": False, "share of rows lost": True, "largest drift": False}
    assert executed.count('"kind": "figure"') == 1


def test_a_dataset_without_numbers_is_reported_on(baked: Workspace, tmp_path: Path) -> None:
    """Texts, booleans and moments, in a single row, against a version of two."""
    rows = pd.DataFrame({"a": ["x", None], "b": [True, False], "c": pd.to_datetime(["2026-01-01"] * 2, utc=True)})
    gates, executed = _audited(baked, tmp_path, "notes", rows, rows.head(1))
    assert gates == {"rows": True, "largest missing share": True, "share of rows lost": True, "largest drift": True}
    assert '"image/png"' not in executed


def test_personal_values_never_appear(baked: Workspace, tmp_path: Path) -> None:
    """All columns are personal, and there is one row: counts and drift are told, but no value and no figure."""
    people = pd.DataFrame({"age": [98765], "name": ["Lovelace"]})
    gates, executed = _audited(baked, tmp_path, "persons", people)
    assert all(gates.values())
    both = pd.DataFrame({"age": [98765, 87654], "name": ["Lovelace", "Babbage"]})
    gates, again = _audited(baked, tmp_path, "persons", both)
    assert set(gates) == {"rows", "largest missing share", "share of rows lost", "largest drift"}
    for text in ("98765", "87654", "Lovelace", "Babbage", '"image/png"'):
        assert text not in executed + again


def test_it_mentions_no_project_that_it_does_not_read(baked: Workspace) -> None:
    """An example with a real name would let every change of that project select this one."""
    files = [path for path in (baked.root / "projects/aa").rglob("*") if path.is_file()]
    defaults = [
        json.loads((ROOT / f"templates/{name}/cookiecutter.json").read_text()) for name in ("pipeline", "analysis")
    ]
    names = {found["project_name"].lower() for found in defaults}
    assert names == {"triage", "weekly report"}
    assert [path for path in files for name in names if name.encode() in path.read_bytes().lower()] == []
