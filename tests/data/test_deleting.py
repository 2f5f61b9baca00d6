"""What the deletion of a version promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paddock.data import deleting, deletion
from paddock.data.publishing import publish, rollback
from paddock.data.session import Session, open_session
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project
from paddock.settings import load_settings


def _file(session: Session, number: int) -> Path:
    known = session.store.history("shop.items")
    return session.store.folder("shop.items") / f"{known[number].content_hash}.parquet"


def _delete(session: Session, number: int) -> list[int]:
    places = deleting.servings(session.project.workspace, "local")
    return [one.number for one in deleting.delete(session.store, places, "shop.items", number)]


@pytest.fixture
def three(session: Session, items: pd.DataFrame) -> Session:
    """A session in which versions 0, 1 and 2 were published."""
    for rows in (3, 2, 1):
        version = session.write("items", items.head(rows))
        publish(session.store, session.serving, session.catalogue, [version], "run-1")
    return session


def test_a_deleted_version_leaves_its_line_and_no_rows(three: Session, shop: Project) -> None:
    """Its file is gone, its history is not; reading it and rolling back to it say so, for others at once."""
    other = open_session(shop, load_settings(shop.workspace))
    assert len(other.read("items", version=1)) == 2
    file = _file(three, 1)
    assert _delete(three, 1) == [1]
    assert not file.exists()
    assert [one.deleted_at is not None for one in three.store.history("shop.items")] == [False, True, False]
    assert other.store.find("shop.items", 1) is None
    logged = other.store.logged("shop.items", 1)
    assert logged is not None
    assert logged.deleted_at is not None
    with pytest.raises(DataError, match="version 1 was deleted on"):
        other.read("items", version=1)
    with pytest.raises(DataError, match="version 1 was deleted on"):
        rollback(three.store, three.serving, three.catalogue, "shop.items", to=1)
    with pytest.raises(DataError, match="version 1 was deleted on"):
        rollback(three.store, three.serving, three.catalogue, "shop.items")
    assert rollback(three.store, three.serving, three.catalogue, "shop.items", to=0).version == 0


def test_what_is_served_is_not_deleted(three: Session) -> None:
    """The pointer's version stays, with its bytes; one that is unknown is told."""
    with pytest.raises(DataError, match="version 2 is served in the environment 'local'"):
        _delete(three, 2)
    assert len(three.read("items")) == 1
    with pytest.raises(DataError, match="expected a version from 0 to 2, got 3"):
        _delete(three, 3)


def test_versions_of_the_same_content_go_together(three: Session, items: pd.DataFrame) -> None:
    """They are one file: all of them go, or, where one is served, none."""
    again = three.write("items", items.head(3))
    assert _delete(three, 0) == [0, 3]
    assert not _file(three, 0).exists()
    served = three.write("items", items.head(2))
    publish(three.store, three.serving, three.catalogue, [served], "run-2")
    with pytest.raises(DataError, match=r"version 4 is served .*, which is the same content as version 1"):
        _delete(three, 1)
    assert again.number == 3


def test_what_another_environment_serves_is_not_deleted(three: Session) -> None:
    """Environments that keep their versions in the same folder are asked, too; one that cannot be asked stops it."""
    manifest = three.project.workspace.root / "pyproject.toml"
    manifest.write_text(
        manifest.read_text() + '[tool.paddock.environments.other]\nserving_url = "duckdb:///.paddock/other.duckdb"\n'
    )
    other = open_session(three.project, load_settings(three.project.workspace, "other"))
    publish(other.store, other.serving, other.catalogue, [other.store.expect("shop.items", 0)], "run-9")
    with pytest.raises(DataError, match="version 0 is served in the environment 'other'"):
        _delete(three, 0)
    manifest.write_text(manifest.read_text().replace('"duckdb:///.paddock/other.duckdb"', '{ secret = "NOWHERE" }'))
    with pytest.raises(ConfigurationError, match=r"what the environment 'other' serves .* NOWHERE is not set"):
        _delete(three, 0)


def test_a_deletion_that_died_is_finished(three: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the note is there nobody reads the rows; the next deletion or write of the dataset removes them."""

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    for number in (0, 1):
        with monkeypatch.context() as patch:
            patch.setattr(deletion, "remove", die)
            with pytest.raises(KeyboardInterrupt):
                _delete(three, number)
        assert _file(three, number).exists()
        with pytest.raises(DataError, match="was deleted on"):
            three.read("items", version=number)
        if number == 0:
            assert _delete(three, 0) == [0]
        else:
            three.write("items", pd.DataFrame({"item": [9], "price": [1.0], "stock": [1]}))
        assert not _file(three, number).exists()


def test_rows_that_are_written_again_are_a_version_of_their_own(three: Session, items: pd.DataFrame) -> None:
    """The deleted one stays deleted, also where it was the newest."""
    candidate = three.write("items", items.tail(1))
    assert _delete(three, candidate.number) == [3]
    again = three.write("items", items.tail(1))
    assert again.number == 4
    assert len(three.store.read("shop.items", 4)) == 1
    with pytest.raises(DataError, match="version 3 was deleted on"):
        three.store.read("shop.items", 3)


def test_a_deleted_version_is_not_published(three: Session, items: pd.DataFrame) -> None:
    """Neither where its rows would become a table, nor where only the pointer would move."""
    log = three.write("log", pd.DataFrame({"what": ["opened"]}))
    with three.store.locked("shop.log", "deleting"):
        three.store.delete("shop.log", log.number)
    with pytest.raises(DataError, match="version 0 was deleted on"):
        publish(three.store, three.serving, three.catalogue, [log], "run-2")


def test_a_torn_note_is_an_error_that_names_it(three: Session) -> None:
    """Whether a version was deleted is never guessed."""
    _delete(three, 1)
    (note,) = (three.store.folder("shop.items") / "_deleted").iterdir()
    note.write_text("{")
    with pytest.raises(DataError, match=note.name):
        three.store.read("shop.items", 1)
