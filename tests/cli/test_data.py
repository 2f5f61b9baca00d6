"""What `paddock data` shows."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.project import Project
from paddock.runs.record import write_record
from paddock.settings import load_settings

from tests.site import generated

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
        {
            "dataset": "shop.items",
            "published": 1,
            "columns": 3,
            "description": "What a shop sells.",
            "state": "published",
        }
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


def test_history_tells_the_state_of_each_version(paddock: Callable[..., Any], shop: Project) -> None:
    """Every version with its rows, and whether it is, was or never was published."""
    session = open_session(shop, load_settings(shop.workspace), run="run-2")
    session.write("items", pd.DataFrame({"item": [1], "price": [9.0], "buyer": ["Ada"]}))
    found = json.loads(paddock("data", "history", "shop.items", "--json").out)
    assert [(one["number"], one["rows"], one["published"], one["state"]) for one in found] == [
        (0, 2, False, "published before"),
        (1, 2, True, "published"),
        (2, 1, False, "candidate"),
    ]
    lines = paddock("data", "history", "shop.items").out.splitlines()[1:]
    assert [line.split("run-")[1][1:].strip() for line in lines] == ["published before", "published", "candidate"]


def test_what_is_not_simply_published_is_told(
    paddock: Callable[..., Any], shop: Project, make_project: Callable[..., Project]
) -> None:
    """A dataset that no run has published, and one whose published version is too old."""
    shop.catalog.write_text(CATALOG.replace("serve = true", "serve = true\nmax_age_days = 0.000000001", 1))
    make_project("other", catalog=CATALOG)
    rows = json.loads(paddock("data", "list", "--json").out)
    assert [(row["dataset"], row["published"], row["state"]) for row in rows] == [
        ("other.items", None, "never published"),
        ("shop.items", 1, "stale"),
    ]
    told = paddock("data", "list").out
    assert "other.items  never published  3" in told
    assert "shop.items   1, stale         3" in told
    assert json.loads(paddock("data", "history", "shop.items", "--json").out)[1]["state"] == "stale"


def test_what_was_refused_is_told_and_not_served(paddock: Callable[..., Any], shop: Project) -> None:
    """A line below the history names the run and its gates; a rollback to it says so, and what can be served."""
    record = generated.record_of("triage", 9).model_copy(update={"project": "shop", "run": "run-2"})
    assert record.status == "failed"
    write_record(shop, record)
    session = open_session(shop, load_settings(shop.workspace), run="run-2")
    session.write("items", pd.DataFrame({"item": [1], "price": [9.0], "buyer": ["Ada"]}))
    history = paddock("data", "history", "shop.items")
    assert history.out.splitlines()[-1] == "version 2: run run-2 refused it (gate auc)"
    found = json.loads(paddock("data", "history", "shop.items", "--json").out)
    assert [one["fate"] and one["fate"]["gates"] for one in found] == [None, None, ["auc"]]
    answer = paddock("data", "rollback", "shop.items", "--to", "2")
    assert answer.code == 1
    assert "version 2 is a candidate: run run-2 refused it (gate auc)" in answer.err.replace("\n", " ")
    assert "can be served: 0, 1" in answer.err.replace("\n", " ")
    assert json.loads(paddock("data", "list", "--json").out)[0]["published"] == 1


def test_a_past_run_does_not_claim_the_present(paddock: Callable[..., Any], shop: Project) -> None:
    """What a run published is told as past where another version is served now."""
    record = generated.record_of("intake", 1)
    fact = record.datasets[0].model_copy(update={"name": "shop.items", "role": "written", "version": 1})
    write_record(shop, record.model_copy(update={"project": "shop", "run": "run-1", "datasets": (fact,)}))
    assert "  serves shop.items version 1\n" in paddock("runs", "shop", "latest").out
    paddock("data", "rollback", "shop.items")
    told = paddock("runs", "shop", "latest").out
    assert "  published shop.items version 1 (version 0 is served now)\n" in told
    assert "serves" not in told


def test_describe_says_who_owns_and_who_reads(
    paddock: Callable[..., Any], shop: Project, make_project: Callable[..., Project]
) -> None:
    """The owner's team, its project, and the projects that declare the read."""
    assert "owner Ada, project shop; read by no other project" in paddock("data", "describe", "shop.items").out
    make_project("review", reads=["shop.items"], has_pipeline=False, notebooks=["a.ipynb"])
    assert "owner Ada, project shop; read by review" in paddock("data", "describe", "shop.items").out
    found = json.loads(paddock("data", "describe", "shop.items", "--json").out)
    assert (found["owner"], found["readers"]) == ("Ada", ["review"])


def test_a_version_is_deleted_only_on_purpose(
    paddock: Callable[..., Any], shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody to ask, or a no, deletes nothing; then its line says when, and what showed its rows says so."""
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("n\n"))
        patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        assert paddock("data", "delete", "shop.items", "--version", "0").code != 0
    answer = paddock("data", "delete", "shop.items", "--version", "0")
    assert answer.code == 2
    assert "Add --yes." in answer.err
    assert paddock("data", "show", "shop.items", "--version", "0").code == 0
    assert "version 0 is deleted" in paddock("data", "delete", "shop.items", "--version", "0", "--yes").out
    lines = paddock("data", "history", "shop.items").out.splitlines()
    assert lines[1].split()[-1] == "deleted"
    assert lines[3].startswith("version 0: deleted on ")
    for command in (["show", "shop.items", "--version", "0"], ["diff", "shop.items", "0", "1"]):
        answer = paddock("data", *command)
        assert answer.code == 1
        assert "version 0 was deleted on" in answer.err
    answer = paddock("data", "delete", "shop.items", "--version", "1", "--yes")
    assert answer.code == 1
    assert "version 1 is served" in answer.err


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
    [["show"], ["describe"], ["history"], ["rollback"], ["diff", "0", "1"], ["delete", "--version", "0"]],
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
