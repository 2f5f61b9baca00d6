"""What the checks of tasks and of what a project reads find, and what they let pass."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from paddock.project import Project
from paddock_ci.checks import reads, tasks
from paddock_ci.files import ProjectFiles

MakeProject = Callable[..., Project]

CATALOGUE = """\
[datasets.items]
description = "Items."

[datasets.items.columns]
n = { dtype = "int64", description = "A number." }
"""
TASKS = """\
class Items(DatasetTask):
    dataset = "items"


class Fit(Task):
    strength: float = luigi.FloatParameter(default=1.0)

    def requires(self):
        return Items()

    def run(self):
        self.dump(self.strength)


class Pipeline(Task):
    strength: float = luigi.FloatParameter(default=1.0)

    def requires(self):
        return Fit(strength=self.strength)
"""


def _files(make_project: MakeProject, code: str = TASKS, cell: str = "", has_pipeline: bool = True) -> ProjectFiles:
    """A project with these tasks, and with this code in its audited notebook."""
    source = {"cell_type": "code", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
    texts = {"src/shop/tasks.py": code, "notebooks/a.ipynb": json.dumps({"cells": [source]})}
    made = make_project("shop", CATALOGUE, (), texts, ["notebooks/a.ipynb"], has_pipeline)
    return ProjectFiles(made.workspace.root, made.folder)


def _faults(files: ProjectFiles) -> list[str]:
    checks = (tasks.writes_its_datasets, tasks.uses_every_task, tasks.passes_parameters_on)
    return [look.fault for check in checks for look in check(files) if look.fault]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ('dataset = "items"', 'dataset: str = "items"'),
        ("class Items(DatasetTask)", "class Items(pipelines.DatasetTask)"),
        ("class Items(DatasetTask)", "class Source(DatasetTask):\n    pass\n\n\nclass Items(Source)"),
        ("class Fit(Task)", "class Learn(Task):\n    pass\n\n\nclass Fit(Learn)"),
        ("Fit(strength=self.strength)", "self.clone(Fit)"),
        ("return Fit(strength=self.strength)", "value = self.strength\n        return Fit(strength=value)"),
        ("Fit(strength=self.strength)", "Fit(**self.param_kwargs)"),
    ],
)
def test_tasks_that_hang_together_are_let_pass(make_project: MakeProject, old: str, new: str) -> None:
    """Annotated datasets, bases by a dotted name and common bases are read as Python reads them."""
    files = _files(make_project, TASKS.replace(old, new, 1))
    assert _faults(files) == []
    assert len(list(tasks.writes_its_datasets(files))) >= 2


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ('dataset = "items"', 'dataset: str = "item"', ["dataset 'items' is written by 0", "writes 'item', which"]),
        ("return Items()", "return None", ["task Items is required by no other"]),
        ("Fit(strength=self.strength)", "Fit()", ["task Pipeline never uses", "requires Fit without 'strength'"]),
        ("Fit(strength=self.strength)", "Fit(strength=2.0)", ["task Pipeline never", "requires Fit with strength=2.0"]),
        ("self.dump(self.strength)", "self.dump(1.0)", ["task Fit never uses its parameter 'strength'"]),
        ("default=1.0", "default=9.0", ["has 'strength' with the default 1.0, Fit with 9.0"]),
    ],
)  # fmt: skip
def test_tasks_that_fall_apart_are_found(make_project: MakeProject, old: str, new: str, faults: list[str]) -> None:
    """A dataset without a task, a task that nothing needs, and a parameter that never arrives."""
    found = _faults(_files(make_project, TASKS.replace(old, new, 1)))
    assert [said.startswith(fault) for said, fault in zip(found, faults, strict=True)] == [True] * len(faults)


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('paddock.read("item")', "reads 'item', which is neither the project's own nor in `reads`"),
        ('from paddock import read\nread("item")', "reads 'item', which is neither the project's own nor in `reads`"),
        ('for name in ("items", "item"):\n    paddock.read(name)', "reads 'item', which is neither"),
        ('name = "shop.items"\npaddock.read(name)', "reads a dataset by 'name', so that nothing tells which"),
        ('import pandas as pd\npd.read_csv("a.csv")', "reads 'a.csv' beside the declared datasets"),
        ('from pandas import read_sql\nread_sql("x", url)', "reads 'x' beside the declared datasets"),
    ],
)
def test_a_notebook_that_reads_something_else_is_found(make_project: MakeProject, cell: str, fault: str) -> None:
    """What an audit rests on is a declared dataset, whose name stands in the notebook."""
    (found,) = [look.fault for look in reads.reads_what_it_may(_files(make_project, cell=cell)) if look.fault]
    assert found.startswith(fault)


def test_all_that_is_read_and_not_declared_is_told_at_once(make_project: MakeProject) -> None:
    """Each at its place, and the remedy is the whole line to write."""
    cell = 'paddock.read("clinic.cases")\npaddock.read("ward.beds")\npaddock.read("items")'
    found = [look for look in reads.reads_what_it_may(_files(make_project, cell=cell)) if look.fault]
    assert [look.fault.split(",")[0] for look in found] == ["reads 'clinic.cases'", "reads 'ward.beds'"]
    assert {look.remedy for look in found} == {
        'Mend the name, or declare all that it reads in pyproject.toml: reads = ["clinic.cases", "ward.beds"]'
    }


@pytest.mark.parametrize(
    ("cell", "has_pipeline"),
    [
        ('import paddock as p\np.read("items")', True),
        ('for name in ("items", "shop.items"):\n    paddock.read(name)', True),
        ('tables = {name: paddock.read(name) for name in ["items"]}', True),
        ("paddock.read(dataset)", False),
    ],
)
def test_a_notebook_that_names_what_it_reads_is_let_pass(
    make_project: MakeProject, cell: str, has_pipeline: bool
) -> None:
    """Names may stand in a loop; a report without a pipeline may take its dataset as a parameter."""
    looks = list(reads.reads_what_it_may(_files(make_project, cell=cell, has_pipeline=has_pipeline)))
    assert [look.fault for look in looks if look.fault] == []
    assert bool(looks) == has_pipeline
