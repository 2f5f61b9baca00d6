"""What the public test helpers promise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from paddock import testing
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project

from tests.pipelines.conftest import CATALOG, FILES


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project with a pipeline of four tasks."""
    return make_project("shop", CATALOG, files=FILES)


def test_a_given_result_stands_for_its_task(shop: Project, tmp_path: Path) -> None:
    """The task whose result is given does not run, those before it neither, those after it work with what was given."""
    built = testing.build(shop.folder, tmp_path / "scratch", given={"Totals": pd.DataFrame({"n": [7], "twice": [14]})})
    assert built.ran == ("Summary", "Pipeline")
    assert built.read("totals").to_dict("list") == {"n": [7], "twice": [14]}


def test_a_plain_task_can_be_given_too(shop: Project, tmp_path: Path) -> None:
    """A result in a file is given the same way, for the given parameters alone."""
    numbers = {"Numbers": pd.DataFrame({"n": [5, 6]})}
    built = testing.build(shop.folder, tmp_path / "scratch", given=numbers, parameters={"rows": "2"})
    assert built.ran == ("Totals", "Summary", "Pipeline")
    assert built.read("totals")["twice"].tolist() == [10, 12]


def test_nothing_of_the_team_is_touched(shop: Project, tmp_path: Path) -> None:
    """A build in a scratch workspace leaves the team's own without a trace."""
    testing.build(shop.folder, tmp_path / "scratch", given={})
    assert not shop.workspace.state.exists()


def test_datasets_of_other_projects_are_given_by_their_name(
    shop: Project, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    """What a pipeline reads of others is published in the scratch workspace, after its own contract's check."""
    tasks = (
        "from paddock.pipelines import Task\n\n\nclass Pipeline(Task):\n"
        "    extension = '.json'\n    reads = ('shop.totals',)\n\n"
        "    def run(self):\n        self.dump(int(self.read('shop.totals')['twice'].sum()))\n"
    )
    reader = make_project("reader", reads=["shop.totals"], files={"src/reader/tasks.py": tasks})
    rows = pd.DataFrame({"n": [1], "twice": [40]})
    assert testing.build(reader.folder, tmp_path / "a", given={"shop.totals": rows}).ran == ("Pipeline",)
    with pytest.raises(DataError, match="column 'n' is missing"):
        testing.build(reader.folder, tmp_path / "b", given={"shop.totals": rows[["twice"]]})


def test_a_notebook_is_audited_on_what_was_built(make_project: Callable[..., Project], tmp_path: Path) -> None:
    """Its gates see the candidates of the build, under the given parameters, and decide as they would in a run."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        cell | {"id": "a", "source": "least: int = 3", "metadata": {"tags": ["parameters"]}},
        cell
        | {"id": "b", "source": "import paddock\n\npaddock.gate('rows', len(paddock.read('totals')), at_least=least)"},
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    shop = make_project("shop", CATALOG, files=FILES | {"audit.ipynb": notebook}, notebooks=["audit.ipynb"])
    built = testing.build(shop.folder, tmp_path / "scratch", {"Totals": pd.DataFrame({"n": [7, 8], "twice": [14, 16]})})
    audited = built.audit("audit.ipynb")
    assert (audited.status, audited.reason) == ("failed", "gate rows: 2, expected at least 3")
    assert built.audit("audit.ipynb", {"least": 2}).status == "passed"


def test_an_analysis_is_given_datasets_and_has_nothing_to_build(
    shop: Project, make_project: Callable[..., Project], tmp_path: Path
) -> None:
    """What it reads is published for it; the result of a task, which it does not have, is refused."""
    report = make_project("report", reads=["shop.totals"], notebooks=["report.ipynb"], has_pipeline=False)
    rows = pd.DataFrame({"n": [1], "twice": [40]})
    built = testing.build(report.folder, tmp_path / "scratch", given={"shop.totals": rows})
    assert built.ran == ()
    assert built.read("shop.totals")["twice"].tolist() == [40]
    with pytest.raises(ConfigurationError, match="pipeline: is missing, so there are no tasks"):
        testing.build(report.folder, tmp_path / "scratch", given={"Totals": rows})


@pytest.mark.parametrize(
    ("name", "expected"), [("Total", "Did you mean 'Totals'?"), ("shop.nothing", "shop.nothing: no such dataset")]
)
def test_an_unknown_name_is_refused(shop: Project, tmp_path: Path, name: str, expected: str) -> None:
    """A misspelt task or dataset is no silent nothing."""
    with pytest.raises(ConfigurationError) as caught:
        testing.build(shop.folder, tmp_path / "scratch", given={name: pd.DataFrame()})
    assert expected in str(caught.value)


def test_samples_obey_the_contract_and_repeat(shop: Project) -> None:
    """As many rows as asked, the same for the same seed, unique in the key."""
    sample = testing.sample(shop.folder, "totals", rows=50, seed=3)
    assert len(sample) == 50
    assert sample["n"].is_unique
    assert sample.equals(testing.sample(shop.folder, "totals", rows=50, seed=3))
    assert not sample.equals(testing.sample(shop.folder, "totals", rows=50, seed=4))
