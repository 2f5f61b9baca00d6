"""An analysis that reads a published dataset and a source, as files; kernels from a server that ends with the tests."""

from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.project import Project
from paddock.settings import load_settings

_SHOP = """
[datasets.orders]
description = "Orders."

[datasets.orders.columns]
n = { dtype = "int64", description = "A number." }
"""
_RATES = """
[sources.rates]
description = "Rates."
path = "rates.csv"
columns = { rate = "float64" }
"""
_READ = """
import paddock
from paddock.data.session import current

orders = paddock.read("shop.orders")
total = orders["n"].sum() * current().source("rates")["rate"].sum()
paddock.gate("total", total, at_least=least)
"""
MakeAnalysis = Callable[..., Project]


def notebook(*sources: str) -> str:
    """A notebook with a cell of parameters and these cells, whose ids are `cell-1` and so on."""
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {} if number else {"tags": ["parameters"]},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for number, source in enumerate(["least: float = 1\nseed: int = 7", *sources])
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def sell(shop: Project, *numbers: int) -> None:
    """Publish orders."""
    session = open_session(shop, load_settings(shop.workspace), run="by hand")
    version = session.write("orders", pd.DataFrame({"n": numbers}))
    publish(session.store, session.serving, session.catalogue, [version], "by hand")


@pytest.fixture(autouse=True)
def _forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PADDOCK_KERNELS", "own")


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A project whose orders are published, as if it had run."""
    shop = make_project("shop", _SHOP)
    sell(shop, 1, 2)
    return shop


@pytest.fixture
def make_analysis(make_project: Callable[..., Project], shop: Project) -> MakeAnalysis:
    """Make an analysis of the shop's orders, with further cells."""

    def make(*sources: str) -> Project:
        files = {"report.ipynb": notebook(_READ, *sources), "rates.csv": "rate\n2.0\n"}
        return make_project("report", _RATES, ["shop.orders"], files, ["report.ipynb"], has_pipeline=False)

    return make
