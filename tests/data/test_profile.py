"""What the profile of a dataset says, and what it never says."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pandas as pd
from paddock.data.catalogue import load_catalogue
from paddock.data.contract import Contract
from paddock.data.profile import profile
from paddock.project import Project

CATALOG = """
[datasets.people]
description = "People."

[datasets.people.columns]
name = { dtype = "string", personal = true, description = "…" }
age = { dtype = "int64", nullable = true, personal = true, description = "…" }
born = { dtype = "date", description = "…" }
size = { dtype = "float64", nullable = true, description = "…" }
visits = { dtype = "int64", nullable = true, description = "…" }
"""


def _contract(make_project: Callable[..., Project]) -> Contract:
    return load_catalogue(make_project("clinic", CATALOG).workspace).contract("clinic.people")


def test_a_line_a_column_without_personal_values(make_project: Callable[..., Project]) -> None:
    """Missing values and different ones are counted in all columns; single values are told of harmless ones only."""
    rows = pd.DataFrame(
        {
            "name": ["Ada", "Bob"],
            "age": pd.array([36, None], dtype="Int64"),
            "born": [date(1815, 12, 10), date(1990, 1, 1)],
            "size": [1.5, 2.5],
            "visits": pd.array([None, None], dtype="Int64"),
        }
    )
    found = profile(_contract(make_project), rows).set_index("column")
    assert found["dtype"].tolist() == ["string", "int64", "date", "float64", "int64"]
    assert found["missing"].tolist() == [0, 0.5, 0, 0, 1]
    assert found["distinct"].tolist() == [2, 1, 2, 2, 0]
    values = found[["minimum", "median", "maximum"]]
    assert values.loc[["name", "age", "visits"]].isna().all(axis=None)
    assert values.loc["size"].tolist() == [1.5, 2.0, 2.5]
    assert values.loc["born"].tolist()[::2] == [date(1815, 12, 10), date(1990, 1, 1)]
    assert pd.isna(values.loc["born", "median"])


def test_what_the_contract_does_not_know_is_not_shown(make_project: Callable[..., Project]) -> None:
    """A column of an older version could be personal for all that anybody says now; no rows are no fault."""
    rows = pd.DataFrame({"size": [1.0], "secret": ["x"]})
    contract = _contract(make_project)
    assert profile(contract, rows)["column"].tolist() == ["size"]
    assert math.isnan(profile(contract, rows.iloc[:0])["missing"][0])
