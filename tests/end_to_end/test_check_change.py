"""A change of one project, checked for real: its run, its readers' runs, their tests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.ci.harnessed import needs_landlock
from tests.ci.repository import Repository, notebook, repository
from tests.end_to_end.place import PADDOCK

pytestmark = needs_landlock
_COLUMN = '[datasets.{name}.columns.n]\ndtype = "int64"\ndescription = "A number."\n'
_CATALOG = '[datasets.{name}]\ndescription = "Numbers."\n' + _COLUMN
_SHOP = """
import pandas as pd
from paddock.pipelines import DatasetTask


class Pipeline(DatasetTask):
    dataset = "orders"

    def frame(self):
        return pd.DataFrame({"n": range(3)})
"""
_PLANNER = """
from paddock.pipelines import DatasetTask


class Pipeline(DatasetTask):
    dataset = "plan"
    reads = ("shop.orders",)

    def frame(self):
        return self.read("shop.orders").assign(n=lambda orders: orders["n"] * 10)
"""


def _project(name: str, dataset: str, tasks: str, reads: str = "") -> dict[str, str | bytes]:
    manifest = (
        f'[project]\nname = "{name}"\ndependencies = ["pandas", "paddock[notebooks,pipelines]"]\n\n[tool.paddock]\n'
        f'owner = "Ada"\npackage = "{name}"\npipeline = "{name}.tasks:Pipeline"\nnotebooks = ["validation.ipynb"]\n'
        f"reads = [{reads}]\n"
    )
    cell = f'import paddock\n\npaddock.gate("rows", len(paddock.read("{dataset}")), at_least=2)'
    files = {
        "pyproject.toml": manifest,
        "catalog.toml": _CATALOG.format(name=dataset),
        f"src/{name}/__init__.py": "",
        f"src/{name}/tasks.py": tasks,
        "validation.ipynb": notebook(cell),
    }
    return {f"projects/{name}/{path}": text for path, text in files.items()}


@pytest.fixture
def team(tmp_path: Path) -> Repository:
    """A shop, and a planner that reads its orders."""
    return repository(
        tmp_path / "team", _project("shop", "orders", _SHOP) | _project("planner", "plan", _PLANNER, '"shop.orders"')
    )


def _check(team: Repository) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    command = [PADDOCK, "check", "--all", "--only", "run", "--json"]
    answer = subprocess.run(command, cwd=team.root, capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    told = json.loads(answer.stdout)
    found = [(f["code"], f["place"], f["message"]) for f in told["findings"] if f["code"] in ("PL101", "NB301")]
    return {job["project"]: job["status"] for job in told["jobs"]}, found


def test_a_change_runs_what_it_can_break_and_nothing_else(team: Repository) -> None:
    """Both run, then neither; an edit that leaves the data as they were runs one; one that does not runs both."""
    assert _check(team) == ({"shop": "passed", "planner": "passed"}, [])
    assert _check(team) == ({"shop": "cached", "planner": "cached"}, [])
    team.write({"projects/shop/src/shop/tasks.py": f"{_SHOP}\n# the same, said otherwise\n"})
    assert _check(team) == ({"shop": "passed", "planner": "cached"}, [])
    team.write({"projects/shop/src/shop/tasks.py": _SHOP.replace("range(3)", "range(1)")})
    statuses, found = _check(team)
    assert statuses == {"shop": "failed", "planner": "failed"}
    assert {(code, place) for code, place, _ in found} == {
        ("NB301", "projects/shop/validation.ipynb"),
        ("NB301", "projects/planner/validation.ipynb"),
    }
    assert all("rows" in message for *_, message in found)
    team.write({"projects/shop/src/shop/tasks.py": _SHOP.replace('"n": range(3)', '"m": range(3)')})
    statuses, found = _check(team)
    assert statuses == {"shop": "failed", "planner": "blocked"}
    assert "shop.orders" in " ".join(message for _, place, message in found if place == "projects/shop"), found
    assert "column" in " ".join(message for _, place, message in found if place == "projects/shop"), found
