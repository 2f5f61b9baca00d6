"""What runs do after a rollback."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest
from paddock.data import publishing
from paddock.data.session import Session, open_session
from paddock.errors import CodeError
from paddock.project import Project
from paddock.runs.record import Record, read_record
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.runs.timeliness import confirmed
from paddock.settings import load_settings

_CATALOG = """
[datasets.orders]
description = "What was ordered."
[datasets.orders.columns.n]
dtype = "int64"
description = "A number."
[datasets.marks]
description = "What was remarked."
[datasets.marks.columns.n]
dtype = "int64"
description = "A number."
"""
_CHANCE = '[datasets.orders.columns.chance]\ndtype = "float64"\ndescription = "How likely it is."\n'
_TASKS = """
import luigi
import pandas as pd
from paddock.pipelines import DatasetTask


class Orders(DatasetTask):
    dataset = "orders"
    orders = luigi.IntParameter(default=3)

    def frame(self):
        return pd.DataFrame({"n": range(self.orders)})


class Pipeline(DatasetTask):
    dataset = "marks"
    orders = luigi.IntParameter(default=3)
    marks = luigi.IntParameter(default=1)

    def requires(self):
        return Orders(orders=self.orders)

    def frame(self):
        return pd.DataFrame({"n": range(self.marks)})
"""


def _notebook(source: str) -> str:
    cell = {"cell_type": "code", "id": "gate", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project that publishes orders and marks."""
    source = 'import paddock\n\npaddock.gate("rows", len(paddock.read("orders")), at_least=2)'
    files = {"src/shop/tasks.py": _TASKS, "validation.ipynb": _notebook(source)}
    return make_project("shop", _CATALOG, files=files, notebooks=["validation.ipynb"])


def _request(orders: int, marks: int, force: bool = False) -> Request:
    return Request(parameters={"orders": str(orders), "marks": str(marks)}, force=force)


def _session(project: Project) -> Session:
    return open_session(project, load_settings(project.workspace))


def _publish(project: Project, **frames: pd.DataFrame) -> None:
    session = _session(project)
    versions = [session.write(name, frame) for name, frame in frames.items()]
    publishing.publish(session.store, session.serving, session.catalogue, versions, "run-0")


def _rollback(project: Project, name: str, is_forced: bool = False) -> None:
    session = _session(project)
    publishing.rollback(session.store, session.serving, session.catalogue, f"shop.{name}", is_forced=is_forced)


def _served(project: Project) -> dict[str, int]:
    return {name: one.version for name, one in _session(project).serving.published().items()}


def _kept(record: Record) -> dict[str, bool]:
    return {fact.name: fact.kept_back for fact in record.datasets if fact.role == "written"}


def test_a_change_elsewhere_brings_nothing_back(shop: Project) -> None:
    """What was rolled back stays, and the record says so, until its own content changes or a run is forced."""
    _publish(shop, orders=pd.DataFrame({"n": range(3)}), marks=pd.DataFrame({"n": range(1)}))
    run(shop, _request(4, 1))
    _rollback(shop, "orders")
    record = run(shop, _request(4, 2))
    assert record.status == "published"
    assert "shop.orders stays at version 0: the content of version 1 was rolled back on " in record.reason
    assert "--force" in record.reason
    assert _kept(record) == {"shop.marks": False, "shop.orders": True}
    assert _served(shop) == {"shop.marks": 1, "shop.orders": 0}
    assert run(shop, _request(4, 2)).status == "unchanged"

    # With all of it kept back, nothing is published; that is what the schedule asked for.
    _rollback(shop, "marks")
    (shop.folder / "README.md").write_text("Something changed.")
    before = confirmed(shop)
    record = run(shop, _request(4, 2))
    assert record.status == "audited"
    assert record.reason.startswith("every gate held; nothing is published; shop.orders stays at version 0")
    assert _served(shop) == {"shop.marks": 0, "shop.orders": 0}
    assert confirmed(shop) != before

    assert run(shop, _request(4, 2, force=True)).reason == "every gate held"
    assert _served(shop) == {"shop.marks": 1, "shop.orders": 1}


def test_a_missing_column_is_told_where_a_reader_fails(shop: Project, make_project: Callable[..., Project]) -> None:
    """A `KeyError` in a notebook, or in a task, names the version that lacks what the contract promises now."""
    _publish(shop, orders=pd.DataFrame({"n": range(3)}))
    shop.catalog.write_text(_CATALOG.replace("[datasets.marks]", _CHANCE + "[datasets.marks]"))
    _publish(shop, orders=pd.DataFrame({"n": range(3), "chance": 0.5}))
    _rollback(shop, "orders", is_forced=True)
    source = 'import paddock\n\npaddock.gate("sum", paddock.read("shop.orders")["chance"].sum(), above=0)'
    files = {"a.ipynb": _notebook(source)}
    reader = make_project("reader", reads=["shop.orders"], files=files, notebooks=["a.ipynb"], has_pipeline=False)
    record = run(reader, Request())
    assert record.status == "failed"
    assert "shop.orders version 0, which was read, has no column chance" in record.reason

    task = """
from paddock.pipelines import DatasetTask


class Pipeline(DatasetTask):
    dataset = "plan"
    reads = ("shop.orders",)

    def frame(self):
        return self.read("shop.orders")[["chance"]]
"""
    catalog = '[datasets.plan]\ndescription = "Plans."\n' + _CHANCE.replace("orders", "plan")
    files = {"src/planner/tasks.py": task, "a.ipynb": _notebook("1")}
    planner = make_project("planner", catalog, reads=["shop.orders"], files=files, notebooks=["a.ipynb"])
    with pytest.raises(CodeError, match=r"shop\.orders version 0, which was read, has no column chance"):
        run(planner, Request())
    assert "has no column chance" in read_record(planner, "latest").reason
