"""A project with a small pipeline: numbers, two helpers in two modules, one dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from paddock.data.session import Session, active, open_session
from paddock.pipelines import BuildResult, run_pipeline
from paddock.project import Project
from paddock.settings import load_settings

CATALOG = """
[datasets.totals]
description = "Doubled numbers."
key = ["n"]
[datasets.totals.columns.n]
dtype = "int64"
description = "A number."
[datasets.totals.columns.twice]
dtype = "int64"
description = "Its double."
"""
TASKS = """
import luigi
import pandas as pd
from paddock.pipelines import DatasetTask, Task

from shop import plus
from shop.times import double


class Numbers(Task):
    rows = luigi.IntParameter(default=3)

    def run(self):
        self.dump(pd.DataFrame({"n": [plus.one(n) for n in range(self.rows)]}))


class Totals(DatasetTask):
    dataset = "totals"
    rows = luigi.IntParameter(default=3)

    def requires(self):
        return Numbers(rows=self.rows)

    def frame(self):
        frame = self.load()
        return frame.assign(twice=double(frame["n"]))


class Summary(Task):
    extension = ".json"
    rows = luigi.IntParameter(default=3)

    def requires(self):
        return Totals(rows=self.rows)

    def run(self):
        self.dump({"total": int(self.load()["twice"].sum())})


class Pipeline(Task):
    extension = ".txt"
    rows = luigi.IntParameter(default=3)

    def requires(self):
        return Summary(rows=self.rows)

    def run(self):
        self.dump(f"total {self.load()['total']}")
"""
FILES = {
    "src/shop/tasks.py": TASKS,
    "src/shop/plus.py": "def one(n):\n    return n + 1\n\n\ndef unused(n):\n    return n + 2\n",
    "src/shop/times.py": "FACTOR = 2\n\n\ndef double(n):\n    return n * FACTOR\n",
}
Build = Callable[..., BuildResult]


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """The project."""
    return make_project("shop", CATALOG, files=FILES)


@pytest.fixture
def new_session() -> Callable[[Project], Session]:
    """Open a session in the local environment."""
    return lambda project: open_session(project, load_settings(project.workspace), run="test")


@pytest.fixture
def build(new_session: Callable[[Project], Session]) -> Build:
    """Build a project in a session of its own."""

    def run(project: Project, on_event: Any = None, **parameters: str) -> BuildResult:
        with active(new_session(project)) as session:
            return run_pipeline(project, session, parameters, on_event)

    return run


def ran(result: BuildResult) -> set[str]:
    """The names of the tasks that ran."""
    return {task.name for task in result.tasks if task.status == "ran"}
