"""What publishing promises, on DuckDB and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from paddock.data.databases import open_serving
from paddock.data.databases.serving import Publication, Release
from paddock.data.moves import version_before
from paddock.data.publishing import publish, rollback
from paddock.data.session import Session, open_session
from paddock.errors import ConfigurationError, DataError, ToolError
from paddock.project import Project
from paddock.settings import Settings, load_settings

Select = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(params=["duckdb", "postgresql"])
def served(
    request: pytest.FixtureRequest, shop: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Session, Select]]:
    """A session that serves from each database, and a way to ask that database."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        monkeypatch.setenv("PADDOCK_SERVING_URL", url)
        _select_postgresql(url, "DROP SCHEMA IF EXISTS paddock CASCADE; DROP SCHEMA IF EXISTS shop CASCADE")
        session = open_session(shop, load_settings(shop.workspace), run="run-1")
        yield session, lambda query: _select_postgresql(url, query)
    else:
        session = open_session(shop, load_settings(shop.workspace), run="run-1")
        yield session, lambda query: _select_duckdb(shop, query)


def _select_duckdb(shop: Project, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(shop.workspace.state / "serving.duckdb", read_only=True) as connection:
        return connection.execute(query).fetchall()


def _select_postgresql(url: str, query: str) -> list[tuple[Any, ...]]:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        for statement in query.split(";"):
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def _publish(session: Session, **frames: pd.DataFrame) -> None:
    versions = [session.write(name, frame) for name, frame in frames.items()]
    publish(session.store, session.serving, session.catalogue, versions, "run-1")


def test_nothing_is_published_at_first(served: tuple[Session, Select]) -> None:
    """A database that never heard of Paddock answers that nothing is published."""
    session, _ = served
    assert session.serving.published() == {}
    assert session.serving.publications("shop.items") == ()


def test_pointer_and_serving_table_move_together(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """After a publish the pointer names the version and the serving table holds its rows, nulls included."""
    session, select = served
    _publish(session, items=items)
    assert session.serving.published()["shop.items"].version == 0
    assert select('SELECT item, price, stock FROM "shop"."items" ORDER BY item') == [
        (1, 0.5, 7), (2, 2.0, None), (3, 9.75, 0),
    ]  # fmt: skip
    _publish(session, items=items.head(1))
    assert session.serving.published()["shop.items"].version == 1
    assert select('SELECT count(*) FROM "shop"."items"') == [(1,)]


def test_only_served_datasets_become_tables(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """A dataset whose contract does not serve it has a pointer and no table."""
    session, select = served
    _publish(session, items=items, log=pd.DataFrame({"what": ["opened"]}))
    assert set(session.serving.published()) == {"shop.items", "shop.log"}
    assert select("SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop'") == [("items",)]


def test_every_publication_is_kept(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """The log holds each move of the pointer, oldest first, with its run and time."""
    session, _ = served
    _publish(session, items=items)
    _publish(session, items=items.head(1))
    log = session.serving.publications("shop.items")
    assert [(entry.version, entry.run) for entry in log] == [(0, "run-1"), (1, "run-1")]
    assert log[0].published_at < log[1].published_at
    assert log[0].content_hash == session.store.history("shop.items")[0].content_hash


def test_the_version_before_is_that_of_the_first_time() -> None:
    """Whatever was rolled back since; before a version that is not published stands what is, before the first none."""
    now = datetime.now(UTC)
    log = [Publication("shop.items", number, "", "", "run-1", now) for number in (0, 2, 0, 2, 3)]
    assert [version_before(log, number) for number in (0, 2, 3, 4)] == [None, 0, 2, 3]
    assert version_before([], 0) is None


def test_rolling_back_serves_the_rows_of_before(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """Rollback moves pointer and table to the version before; once more goes further back; then there is none."""
    session, select = served
    for rows in (3, 2, 1):
        _publish(session, items=items.head(rows))
    parts = (session.store, session.serving, session.catalogue, "shop.items")
    assert rollback(*parts).version == 1
    assert select('SELECT count(*) FROM "shop"."items"') == [(2,)]
    assert rollback(*parts).version == 0
    assert select('SELECT count(*) FROM "shop"."items"') == [(3,)]
    with pytest.raises(DataError, match="there is none before it"):
        rollback(*parts)
    assert rollback(*parts, to=2).version == 2
    with pytest.raises(DataError, match="expected a version from 0 to 2, got 9"):
        rollback(*parts, to=9)


def test_a_publish_that_fails_halfway_changes_nothing(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """When the second of two datasets cannot be published, the first is not either."""
    session, select = served
    _publish(session, items=items, log=pd.DataFrame({"what": ["opened"]}))
    first = session.write("items", items.head(1))
    second = session.write("log", pd.DataFrame({"what": ["closed"]}))
    contract = session.catalogue.contract
    broken = replace(second, dataset=None)  # type: ignore[arg-type]
    releases = [
        Release(first, contract("shop.items"), session.store.read("shop.items", 1)),
        Release(broken, contract("shop.log"), None),
    ]
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever breaks inside, the promise is about what stays
        session.serving.publish(releases, "run-2")
    assert {name: found.version for name, found in session.serving.published().items()} == {
        "shop.items": 0, "shop.log": 0,
    }  # fmt: skip
    assert select('SELECT count(*) FROM "shop"."items"') == [(3,)]


def test_a_damaged_version_is_not_published(served: tuple[Session, Select], items: pd.DataFrame) -> None:
    """A candidate that was damaged on the disk stops the publish; what was served stays."""
    session, select = served
    _publish(session, items=items)
    candidate = session.write("items", items.head(1))
    file = session.store.folder("shop.items") / f"{candidate.content_hash}.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DataError, match="is damaged"):
        publish(session.store, session.serving, session.catalogue, [candidate], "run-2")
    assert session.serving.published()["shop.items"].version == 0
    assert select('SELECT count(*) FROM "shop"."items"') == [(3,)]


def test_a_served_table_keeps_its_grants(postgresql: str, shop: Project, items: pd.DataFrame) -> None:
    """On PostgreSQL, publishing anew under the same contract keeps what a service may read, and the key."""
    _select_postgresql(postgresql, "DROP SCHEMA IF EXISTS paddock CASCADE; DROP SCHEMA IF EXISTS shop CASCADE")
    settings = load_settings(shop.workspace).model_copy(update={"serving_url": postgresql})
    session = open_session(shop, settings, run="run-1")
    _publish(session, items=items)
    _select_postgresql(postgresql, 'GRANT SELECT ON "shop"."items" TO PUBLIC')
    _publish(session, items=items.head(2))
    granted = "SELECT grantee FROM information_schema.role_table_grants WHERE table_schema='shop' AND grantee='PUBLIC'"
    assert _select_postgresql(postgresql, granted) == [("PUBLIC",)]
    keys = (
        "SELECT constraint_type FROM information_schema.table_constraints "
        "WHERE table_schema = 'shop' AND constraint_type LIKE 'PRIMARY%'"
    )
    assert _select_postgresql(postgresql, keys) == [("PRIMARY KEY",)]


def test_an_unreachable_postgresql_is_named_without_its_password() -> None:
    """The message says which server failed; the password in the URL is nowhere in it."""
    url = "postgresql://ada:hunter2@127.0.0.1:9/shop"
    serving = open_serving(Settings(data_url="x", serving_url=url))
    with pytest.raises(ToolError) as caught:
        serving.published()
    assert "127.0.0.1:9/shop" in caught.value.message
    assert "hunter2" not in str(caught.value)


def test_an_unknown_database_is_refused() -> None:
    """A scheme that no module knows is an error that names those that are known."""
    with pytest.raises(ConfigurationError, match=r"mysql.*\n.*duckdb, postgresql"):
        open_serving(Settings(data_url="x", serving_url="mysql://host/db"))


def test_a_locked_duckdb_file_names_its_holder(tmp_path: Path) -> None:
    """After the bounded wait the message says which process holds the file."""
    path = tmp_path / "serving.duckdb"
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        serving = open_serving(Settings(data_url="x", serving_url=f"duckdb:///{path}", database_wait=0.2))
        with pytest.raises(ToolError, match=rf"still locked after 0\.2 s: .*{holder.pid}"):
            serving.published()
        holder.communicate("")
