"""Projects are one product: what one publishes, another reads."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from paddock.data import publishing
from paddock.data.session import open_session
from paddock.errors import DataError
from paddock.project import Project
from paddock.runs.record import Record, read_record
from paddock.runs.request import Request
from paddock.runs.run import run
from paddock.settings import load_settings

pytestmark = pytest.mark.usefixtures("shared_kernels")

_COLUMN = '[datasets.{name}.columns.n]\ndtype = "int64"\ndescription = "A number."\n'
_CATALOG = '[datasets.{name}]\ndescription = "Numbers."\nserve = true\n' + _COLUMN
_SHOP = """
import luigi
import pandas as pd
from paddock.pipelines import DatasetTask


class Pipeline(DatasetTask):
    dataset = "orders"
    rows = luigi.IntParameter(default=3)

    def frame(self):
        return pd.DataFrame({"n": range(self.rows)})
"""
_PLANNER = """
from paddock.pipelines import DatasetTask


class Pipeline(DatasetTask):
    dataset = "plan"
    reads = ("shop.orders",)

    def frame(self):
        return self.read("shop.orders").assign(n=lambda orders: orders["n"] * 10)
"""


def _notebook(dataset: str) -> str:
    source = f'import paddock\n\npaddock.gate("rows", len(paddock.read("{dataset}")), at_least=2)'
    cell = {"cell_type": "code", "id": "gate", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project that publishes orders."""
    files = {"src/shop/tasks.py": _SHOP, "validation.ipynb": _notebook("orders")}
    return make_project("shop", _CATALOG.format(name="orders"), files=files, notebooks=["validation.ipynb"])


@pytest.fixture
def planner(make_project: Callable[..., Project]) -> Project:
    """A project that reads the shop's orders, in its pipeline and in its audit."""
    files = {"src/planner/tasks.py": _PLANNER, "validation.ipynb": _notebook("shop.orders")}
    catalog = _CATALOG.format(name="plan")
    return make_project("planner", catalog, reads=["shop.orders"], files=files, notebooks=["validation.ipynb"])


def _orders(rows: int) -> Request:
    return Request(parameters={"rows": str(rows)})


def _versions(record: Record, role: str) -> dict[str, int]:
    return {fact.name: fact.version for fact in record.datasets if fact.role == role}


def test_a_reader_follows_what_is_published(shop: Project, planner: Project) -> None:
    """Before anything is published the reader fails and says whom to run; then it runs only when that moves."""
    with pytest.raises(DataError, match=r"shop\.orders: nothing is published yet") as caught:
        run(planner, Request())
    assert "paddock run shop" in caught.value.remedy
    assert read_record(planner, "latest").status == "failed"

    run(shop, _orders(3))
    first = run(planner, Request())
    assert (first.status, _versions(first, "read")) == ("published", {"shop.orders": 0})
    assert run(planner, Request()).status == "unchanged"

    run(shop, _orders(4))
    second = run(planner, Request())
    assert (second.status, _versions(second, "read")) == ("published", {"shop.orders": 1})
    session = open_session(planner, load_settings(planner.workspace))
    assert session.read("plan")["n"].tolist() == [0, 10, 20, 30]


def test_what_failed_its_audit_is_never_read_by_others(shop: Project, planner: Project) -> None:
    """A candidate that its gates refused stays unseen: the reader goes on with what was published before."""
    run(shop, _orders(3))
    run(planner, Request())
    refused = run(shop, _orders(1))
    assert refused.status == "failed"
    assert "gate rows: 1, expected at least 2" in refused.reason
    assert run(planner, Request()).status == "unchanged"


def test_a_rollback_is_a_change_for_readers(shop: Project, planner: Project) -> None:
    """When the shop goes back, the reader's next run follows, computing nothing that it had computed before."""
    run(shop, _orders(3))
    run(planner, Request())
    run(shop, _orders(4))
    run(planner, Request())
    session = open_session(shop, load_settings(shop.workspace))
    publishing.rollback(session.store, session.serving, session.catalogue, "shop.orders")
    record = run(planner, Request())
    assert _versions(record, "read") == {"shop.orders": 0}
    assert open_session(planner, load_settings(planner.workspace)).read("plan")["n"].tolist() == [0, 10, 20]
