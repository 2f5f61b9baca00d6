"""What a session promises."""

from __future__ import annotations

import contextvars
import importlib
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import Session, active, current, enter_project, open_session
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project
from paddock.settings import load_settings


def _publish(session: Session, frame: pd.DataFrame) -> None:
    version = session.write("items", frame)
    publish(session.store, session.serving, session.catalogue, [version], "run-1")


def _fresh(session: Session, **changes: Any) -> Session:
    return open_session(session.project, load_settings(session.project.workspace), **changes)


def test_a_read_gives_what_is_published(session: Session, items: pd.DataFrame) -> None:
    """A version that was only written is not seen; the published one is."""
    _publish(session, items)
    session.write("items", items.head(1))
    assert len(_fresh(session).read("items")) == 3


def test_nothing_published_is_an_error_with_the_remedy(session: Session) -> None:
    """Reading too early says which project to run."""
    with pytest.raises(DataError) as caught:
        session.read("items")
    assert "nothing is published yet" in caught.value.message
    assert "paddock run shop" in caught.value.remedy


def test_a_candidate_is_seen_instead_of_the_published(session: Session, items: pd.DataFrame) -> None:
    """Inside a run, the candidate version is what reads give."""
    _publish(session, items)
    candidate = session.write("items", items.head(1))
    assert len(_fresh(session, candidates={"shop.items": candidate.number}).read("items")) == 1


def test_one_session_sees_one_version(session: Session, items: pd.DataFrame) -> None:
    """What another process publishes meanwhile is not seen by a session that has read before."""
    _publish(session, items)
    reader = _fresh(session)
    assert len(reader.read("items")) == 3
    _publish(session, items.head(2))
    assert len(reader.read("items")) == 3
    assert reader.reads == {"shop.items": 0}
    assert len(_fresh(session).read("items")) == 2


def test_any_version_by_number_or_moment(session: Session, items: pd.DataFrame) -> None:
    """A number is a version; a moment is what was published then; a date means its end."""
    _publish(session, items)
    between = session.serving.publications("shop.items")[-1].published_at + timedelta(microseconds=1)
    _publish(session, items.head(2))
    reader = _fresh(session)
    assert len(reader.read("items", version=0)) == 3
    assert len(reader.read("items", version=between)) == 3
    assert len(reader.read("items", version=datetime.now(UTC).date() + timedelta(days=1))) == 2
    with pytest.raises(DataError, match="nothing was published by 2001-01-01"):
        reader.read("items", version=date(2001, 1, 1))


@pytest.mark.parametrize("version", ["yesterday", 1.5, True, datetime(2026, 1, 1)])
def test_a_version_of_the_wrong_kind_is_refused(session: Session, items: pd.DataFrame, version: Any) -> None:
    """Texts, fractions, booleans and moments without a time zone are no versions."""
    _publish(session, items)
    with pytest.raises(ConfigurationError, match="version: expected"):
        session.read("items", version=version)


def test_the_four_forms_hold_the_same_rows(session: Session, items: pd.DataFrame) -> None:
    """pandas, Polars, Arrow and Ibis give the same rows; an unknown form is refused."""
    _publish(session, items)
    expected = session.read("items", as_="arrow").to_pylist()
    assert session.read("items", as_="polars").to_dicts() == expected
    assert session.read("items", as_="ibis").order_by("item").to_pyarrow().to_pylist() == expected
    assert session.read("items").to_dict("records")[0] == expected[0]
    with pytest.raises(ConfigurationError, match="as_: expected one of"):
        session.read("items", as_="spark")  # type: ignore[arg-type]


def test_integers_with_nulls_stay_integers(session: Session) -> None:
    """A nullable integer beyond 2^53 comes back from pandas exactly."""
    big = 2**53 + 1
    frame = pd.DataFrame({"item": [1, 2], "price": 1.0, "stock": pd.array([big, None], dtype="Int64")})
    _publish(session, frame)
    back = session.read("items")["stock"]
    assert back[0] == big
    assert back.isna().tolist() == [False, True]


def test_undeclared_reads_are_refused(
    session: Session, items: pd.DataFrame, make_project: Callable[..., Project]
) -> None:
    """Another project's dataset needs a declaration, and the message holds the line to add."""
    _publish(session, items)
    settings = load_settings(session.project.workspace)
    stranger = make_project("stranger")
    with pytest.raises(ConfigurationError, match="does not declare") as caught:
        open_session(stranger, settings).read("shop.items")
    assert 'reads = ["shop.items"]' in caught.value.remedy
    neighbour = make_project("neighbour", reads=["shop.items"])
    assert len(open_session(neighbour, settings).read("shop.items")) == 3


def test_only_own_datasets_are_written(session: Session, make_project: Callable[..., Project]) -> None:
    """A declared read is no permission to write."""
    neighbour = make_project("neighbour", reads=["shop.items"])
    with pytest.raises(ConfigurationError, match=r"may not write shop.items"):
        open_session(neighbour, load_settings(session.project.workspace)).write("shop.items", pd.DataFrame())


def test_unknown_datasets_are_refused_with_the_nearest_name(session: Session) -> None:
    """A misspelt name is an error that suggests the right one."""
    with pytest.raises(ConfigurationError, match=r"Did you mean 'shop.items'"):
        session.read("item")


def test_a_violation_leaves_no_version(session: Session, items: pd.DataFrame) -> None:
    """A row that breaks the contract is named, and nothing is written."""
    with pytest.raises(DataError, match=r"shop\.items.*price.*-1"):
        session.write("items", items.assign(price=[1.0, -1.0, 2.0]))
    assert session.store.history("shop.items") == ()


def test_the_kernel_of_a_run_finds_its_session(
    session: Session, items: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment that a run gives its kernels leads to the project, the run and the candidates."""
    version = session.write("items", items)
    project = session.project
    monkeypatch.setenv("PADDOCK_WORKSPACE", str(project.workspace.root))
    monkeypatch.setenv("PADDOCK_PROJECT", project.name)
    monkeypatch.setenv("PADDOCK_RUN", "run-9")
    monkeypatch.setenv("PADDOCK_CANDIDATES", json.dumps({"shop.items": version.number}))
    found = contextvars.copy_context().run(current)
    assert (found.project.name, found.run, len(found.read("items"))) == ("shop", "run-9", 3)


def test_a_notebook_finds_the_project_around_it(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by hand in a project's folder, code belongs to that project; elsewhere it is told what to do."""
    notebooks = session.project.folder / "notebooks"
    notebooks.mkdir()
    monkeypatch.chdir(notebooks)
    assert contextvars.copy_context().run(current).project.name == "shop"
    monkeypatch.chdir(session.project.workspace.root)
    with pytest.raises(ConfigurationError, match="lies in no project"):
        contextvars.copy_context().run(current)


def test_entering_a_project_makes_its_package_importable(
    make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once is enough, and twice does no harm."""
    project = make_project("depot", files={"src/depot/there.py": "HERE = 1\n"})
    monkeypatch.setattr("sys.path", list(sys.path))
    with active(open_session(project, load_settings(project.workspace))):
        assert enter_project() == enter_project() == project
    assert importlib.import_module("depot.there").HERE == 1
    assert sys.path.count(str(project.source)) == 1


def test_an_active_session_is_the_current_one(session: Session) -> None:
    """Inside `active`, `current` is that session, and afterwards no more."""
    with active(session):
        assert current() is session
