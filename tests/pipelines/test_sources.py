"""What a pipeline promises about what it reads from outside the catalogue."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project

from tests.pipelines.conftest import Build, ran

CATALOG = """
[sources.intake]
description = "What the clinic sends."
path = "data/intake.csv"
columns = { n = "int64" }
[sources.orders]
description = "What was ordered."
query = "SELECT n FROM orders"
url = "duckdb://data/w.duckdb"
"""
TASKS = """
from paddock.pipelines import Task


class Intake(Task):
    extension = ".json"
    sources = ("intake",)

    def run(self):
        self.dump(int(self.source("intake")["n"].sum()))


class Orders(Task):
    extension = ".json"
    sources = ("orders",)

    def run(self):
        self.dump(self.source("orders", as_="arrow").num_rows)


class Pipeline(Task):
    extension = ".json"

    def requires(self):
        return {"intake": Intake(), "orders": Orders()}

    def run(self):
        self.dump(self.load())
"""


def _order(project: Project, values: str) -> None:
    with duckdb.connect(project.folder / "data/w.duckdb") as connection:
        connection.execute(f"CREATE OR REPLACE TABLE orders AS SELECT * FROM (VALUES {values}) t(n)")


@pytest.fixture
def clinic(make_project: Callable[..., Project]) -> Project:
    """A project with a file and a query, each read by a task of its own."""
    files = {"src/clinic/tasks.py": TASKS, "data/intake.csv": "n\n1\n2\n"}
    project = make_project("clinic", CATALOG, files=files)
    _order(project, "(1), (2), (3)")
    return project


def test_nothing_runs_while_the_sources_are_the_same(clinic: Project, build: Build) -> None:
    """A later time of writing and another order of a query's rows are no change."""
    assert ran(build(clinic)) == {"Intake", "Orders", "Pipeline"}
    os.utime(clinic.folder / "data/intake.csv")
    _order(clinic, "(3), (1), (2)")
    assert ran(build(clinic)) == set()


def test_a_changed_file_reruns_exactly_what_depends_on_it(clinic: Project, build: Build) -> None:
    """Also when its time and size stay; taken back, the old results are found again."""
    build(clinic)
    path = clinic.folder / "data/intake.csv"
    before = path.stat()
    path.write_text("n\n1\n7\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ran(build(clinic)) == {"Intake", "Pipeline"}
    path.write_text("n\n1\n2\n")
    assert ran(build(clinic)) == set()


def test_a_changed_answer_reruns_exactly_what_depends_on_it(clinic: Project, build: Build) -> None:
    """A query's identity is its rows."""
    build(clinic)
    _order(clinic, "(1), (2), (4)")
    assert ran(build(clinic)) == {"Orders", "Pipeline"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('n = "int64"', 'n = "int32"', {"Intake", "Pipeline"}),
        ("SELECT n FROM", "SELECT n, n AS m FROM", {"Orders", "Pipeline"}),
        ("What the clinic sends.", "What it sends.", set()),
    ],
)
def test_a_changed_declaration_reruns_what_reads_by_it(
    clinic: Project, build: Build, old: str, new: str, expected: set[str]
) -> None:
    """Dtypes and queries count; words do not."""
    build(clinic)
    text = clinic.catalog.read_text()
    clinic.catalog.write_text(text.replace(old, new))
    assert ran(build(clinic)) == expected


def test_an_undeclared_source_names_the_line_to_add(clinic: Project, build: Build) -> None:
    """A task reads only what it declares, since only that is part of its identity."""
    tasks = clinic.folder / "src/clinic/tasks.py"
    tasks.write_text(TASKS.replace('    sources = ("intake",)\n', ""))
    with pytest.raises(ConfigurationError, match="task Intake reads intake, which it does not declare") as caught:
        build(clinic)
    assert 'sources = ("intake",)' in caught.value.remedy


@pytest.mark.parametrize(
    ("break_it", "error", "said"),
    [
        (lambda path: path.unlink(), DataError, "the file is missing"),
        (lambda path: path.write_text("n\n1\nx\n"), DataError, "task Intake: .*intake.csv:3: column 'n'"),
        (lambda path: path.write_text("n\n1"), DataError, "the last line has no end"),
    ],
)
def test_a_bad_source_stops_the_build(
    clinic: Project, build: Build, break_it: Callable[..., Any], error: type[Exception], said: str
) -> None:
    """File, line and remedy reach the caller; no result is made of half a file."""
    break_it(clinic.folder / "data/intake.csv")
    with pytest.raises(error, match=said):
        build(clinic)
    assert not (clinic.tasks_folder / "Intake").exists()
