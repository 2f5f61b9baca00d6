"""What can be served again, and what a rollback holds back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from paddock.data.databases.serving import Publication, Release
from paddock.data.moves import ROLLBACK, taken_back
from paddock.data.publishing import kept_back, publish, rollback
from paddock.data.session import Session, open_session
from paddock.errors import DataError
from paddock.project import Project
from paddock.settings import load_settings

_COLUMN = '\n[datasets.items.columns.chance]\ndtype = "float64"\ndescription = "How likely it is sold."\n'


def _parts(session: Session) -> tuple[Any, ...]:
    return session.store, session.serving, session.catalogue, "shop.items"


def _publish(session: Session, frame: pd.DataFrame) -> None:
    publish(session.store, session.serving, session.catalogue, [session.write("items", frame)], "run-1")


@pytest.fixture
def refused(session: Session, items: pd.DataFrame) -> Session:
    """A session in which version 0 and 2 were published, and 1 is a candidate that its run refused."""
    _publish(session, items)
    session.write("items", items.head(2))
    _publish(session, items.head(1))
    return session


def test_a_candidate_is_never_served(refused: Session) -> None:
    """Naming it is refused with what became of it and what can be served; going back passes over it."""
    with pytest.raises(DataError) as caught:
        rollback(*_parts(refused), to=1, fate=lambda version: f"run {version.run} refused it")
    assert "version 1 is a candidate: run run-1 refused it" in caught.value.message
    assert caught.value.message.endswith("can be served: 0, 2")
    with pytest.raises(DataError, match="is a candidate"):
        rollback(*_parts(refused), to=1, is_forced=True)
    assert refused.serving.published()["shop.items"].version == 2
    assert rollback(*_parts(refused)).version == 0


def test_a_rollback_makes_no_candidate_servable(refused: Session) -> None:
    """What only a rollback ever published, as older logs may say, stays a candidate."""
    version, contract = refused.store.expect("shop.items", 1), refused.catalogue.contract("shop.items")
    refused.serving.publish([Release(version, contract, refused.store.read("shop.items", 1))], ROLLBACK)
    assert rollback(*_parts(refused)).version == 2
    with pytest.raises(DataError, match="is a candidate"):
        rollback(*_parts(refused), to=1)


def test_a_number_that_means_another_content_by_now_is_not_served(
    refused: Session, items: pd.DataFrame, shop: Project
) -> None:
    """Where the folder of versions was made anew, the log of the old one vouches for nothing."""
    folder = refused.store.folder("shop.items")
    folder.rename(folder.with_name("old"))
    anew = open_session(shop, load_settings(shop.workspace), run="run-2")
    anew.write("items", items.tail(1))
    with pytest.raises(DataError, match=r"version 0 was published with the content .* can be served: none"):
        rollback(*_parts(anew), to=0)


def test_other_projects_read_no_candidate(refused: Session, make_project: Callable[..., Project]) -> None:
    """By number, too, they get only what was published; its own project may look at what was refused."""
    reader = make_project("reader", reads=["shop.items"], has_pipeline=False, notebooks=["a.ipynb"])
    session = open_session(reader, load_settings(reader.workspace))
    with pytest.raises(DataError, match=r"version 1 is a candidate of its project: .* which is 0, 2"):
        session.read("shop.items", version=1)
    assert len(session.read("shop.items", version=0)) == 3
    assert len(refused.read("items", version=1)) == 2


def test_a_version_without_a_column_of_now_is_served_only_by_force(
    session: Session, items: pd.DataFrame, shop: Project
) -> None:
    """The message names the column and who reads the dataset."""
    _publish(session, items)
    shop.catalog.write_text(shop.catalog.read_text() + _COLUMN)
    now = open_session(shop, load_settings(shop.workspace), run="run-2")
    _publish(now, items.assign(chance=0.5))
    with pytest.raises(DataError) as caught:
        rollback(*_parts(now), read_by="read by review")
    assert caught.value.message == (
        "shop.items: version 0 lacks the column chance; the contract as it stands now promises it, "
        "and it is read by review"
    )
    assert "--force" in caught.value.remedy
    assert now.serving.published()["shop.items"].version == 1
    assert rollback(*_parts(now), is_forced=True).version == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("minimum = 0", "minimum = 1", "breaks it: column 'price', row 0"),
        ("nullable = true", "nullable = false", "breaks it: column 'stock', row 1"),
        ('dtype = "float64"\nunit = "EUR"', 'dtype = "float32"\nunit = "EUR"', "has 'price' as double, not float32"),
        ('description = "The price."', 'description = "The net price."', ""),
    ],
)
def test_an_older_contract_is_compared_with_the_one_of_now(
    session: Session, items: pd.DataFrame, shop: Project, old: str, new: str, expected: str
) -> None:
    """Stricter bounds, nulls and dtypes are told; another text harms nobody."""
    _publish(session, items)
    _publish(session, items.tail(1).assign(price=2.0))
    shop.catalog.write_text(shop.catalog.read_text().replace(old, new, 1))
    now = open_session(shop, load_settings(shop.workspace))
    if expected:
        with pytest.raises(DataError, match=expected):
            rollback(*_parts(now))
    else:
        assert rollback(*_parts(now)).version == 0


def _log(*moves: tuple[int, str]) -> list[Publication]:
    now = datetime.now(UTC)
    return [Publication("shop.items", version, str(version), "", run, now) for version, run in moves]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([(0, "a"), (1, "b")], set()),
        ([(0, "a"), (1, "b"), (0, ROLLBACK)], {"1"}),
        ([(0, "a"), (1, "b"), (2, "c"), (1, ROLLBACK), (0, ROLLBACK)], {"1", "2"}),
        ([(0, "a"), (1, "b"), (0, ROLLBACK), (1, ROLLBACK)], set()),
        ([(0, "a"), (1, "b"), (2, "c"), (0, ROLLBACK), (1, ROLLBACK)], {"2"}),
        ([(0, "a"), (1, "b"), (0, ROLLBACK), (2, "c")], set()),
        ([], set()),
    ],
)
def test_what_was_taken_back_came_after_what_is_served(moves: list[tuple[int, str]], expected: set[str]) -> None:
    """Only since the last run that published, and never what a rollback went forward to."""
    assert set(taken_back(_log(*moves))) == expected


def test_content_that_was_rolled_back_is_kept_back(session: Session, items: pd.DataFrame) -> None:
    """The same rows again are, under whatever number; other rows are not."""
    _publish(session, items)
    _publish(session, items.head(2))
    rollback(*_parts(session))
    session.write("items", items.tail(2))
    again = session.write("items", items.head(2))
    assert again.number == 3
    assert set(kept_back(session.serving, {"shop.items": again})) == {"shop.items"}
    other = session.write("items", items.head(1))
    assert kept_back(session.serving, {"shop.items": other}) == {}
