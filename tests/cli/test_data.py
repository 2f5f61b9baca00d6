"""What `paddock data` shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.project import Project
from paddock.settings import load_settings

CATALOG = """
[datasets.items]
description = "What a shop sells."
key = ["item"]
serve = true
[datasets.items.columns.item]
dtype = "int64"
description = "The item's number."
[datasets.items.columns.price]
dtype = "float64"
unit = "EUR"
description = "The price."
[datasets.items.columns.buyer]
dtype = "string"
nullable = true
personal = true
description = "Who bought it last."
"""


@pytest.fixture
def shop(make_project: Callable[..., Project]) -> Project:
    """A shop with two published versions of its items."""
    project = make_project("shop", catalog=CATALOG)
    session = open_session(project, load_settings(project.workspace), run="run-1")
    for price in (1.0, 2.5):
        frame = pd.DataFrame({"item": [1, 2], "price": [price, 3.0], "buyer": ["Ada", None]})
        version = session.write("items", frame)
        publish(session.store, session.serving, session.catalogue, [version], "run-1")
    return project


def test_an_empty_catalogue_says_the_next_step(paddock: Callable[..., Any]) -> None:
    """With no project there is nothing to list, and the next command is said."""
    assert "paddock new" in paddock("data", "list").out
    assert json.loads(paddock("data", "list", "--json").out) == []


def test_list_names_every_dataset_with_its_published_version(paddock: Callable[..., Any], shop: Project) -> None:
    """A line a dataset; the same for machines."""
    line = paddock("data", "list").out.splitlines()[1]
    assert line.split()[:3] == ["shop.items", "1", "3"]
    assert json.loads(paddock("data", "list", "--json").out) == [
        {"dataset": "shop.items", "published": 1, "columns": 3, "description": "What a shop sells."}
    ]


def test_show_gives_rows_of_a_version(paddock: Callable[..., Any], shop: Project) -> None:
    """By default the published version, else the one asked for."""
    assert json.loads(paddock("data", "show", "shop.items", "--json").out)[0]["price"] == 2.5
    assert json.loads(paddock("data", "show", "shop.items", "--version", "0", "--json").out)[0]["price"] == 1.0
    assert len(paddock("data", "show", "shop.items", "--rows", "1").out.splitlines()) == 2


def test_personal_values_are_not_shown_on_a_terminal(paddock: Callable[..., Any], shop: Project) -> None:
    """Columns marked personal are masked when people look."""
    assert "Ada" not in paddock("data", "show", "shop.items").out
    assert "Ada" not in paddock("data", "show", "shop.items", "--json").out


def test_describe_tells_the_contract(paddock: Callable[..., Any], shop: Project) -> None:
    """Columns with dtype, unit and the mark of personal data."""
    out = paddock("data", "describe", "shop.items").out
    assert "What a shop sells." in out
    assert "EUR" in out
    assert "personal" in out
    assert json.loads(paddock("data", "describe", "shop.items", "--json").out)["key"] == ["item"]


def test_history_marks_the_published_version(paddock: Callable[..., Any], shop: Project) -> None:
    """Every version with its rows, and which one is published."""
    found = json.loads(paddock("data", "history", "shop.items", "--json").out)
    assert [(version["number"], version["rows"], version["published"]) for version in found] == [
        (0, 2, False),
        (1, 2, True),
    ]
    assert paddock("data", "history", "shop.items").out.splitlines()[2].endswith("published")


def test_diff_says_what_changed(paddock: Callable[..., Any], shop: Project) -> None:
    """Rows are compared by the contract's key: one row changed, in its price."""
    found = json.loads(paddock("data", "diff", "shop.items", "0", "1", "--json").out)
    assert (found["added"], found["removed"], found["changed"]) == (0, 0, 1)
    assert found["changed_by_column"] == {"price": 1}
    assert "price changed in 1 rows" in paddock("data", "diff", "shop.items", "0", "1").out


def test_rollback_publishes_the_version_before(paddock: Callable[..., Any], shop: Project) -> None:
    """After a rollback the earlier version is served; a further one has nowhere to go and exits with 1."""
    assert "version 0 is published" in paddock("data", "rollback", "shop.items").out
    assert json.loads(paddock("data", "list", "--json").out)[0]["published"] == 0
    answer = paddock("data", "rollback", "shop.items")
    assert answer.code == 1
    assert "none before it" in answer.err


@pytest.mark.parametrize(
    "command",
    [["show"], ["describe"], ["history"], ["rollback"], ["diff", "0", "1"]],
    ids=lambda command: str(command[0]),
)
def test_an_unknown_dataset_suggests_the_nearest(
    paddock: Callable[..., Any], shop: Project, command: list[str]
) -> None:
    """Every command exits with 2 and names the dataset that was probably meant."""
    answer = paddock("data", command[0], "shop.item", *command[1:])
    assert answer.code == 2
    assert "Did you mean 'shop.items'?" in answer.err


def test_an_unknown_version_is_an_error(paddock: Callable[..., Any], shop: Project) -> None:
    """A version that was never written exits with 1 and says which there are."""
    answer = paddock("data", "show", "shop.items", "--version", "7")
    assert answer.code == 1
    assert "expected a version from 0 to 1, got 7" in answer.err


def test_an_unknown_environment_is_refused(paddock: Callable[..., Any], shop: Project) -> None:
    """`--env` names a table of the workspace's file; an unknown one exits with 2."""
    answer = paddock("data", "list", "--env", "prod")
    assert answer.code == 2
    assert "no environment 'prod'" in answer.err
