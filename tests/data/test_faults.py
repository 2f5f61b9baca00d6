"""Datasets under faults: killed or refused at any system call, old data is whole and the next write heals."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import duckdb
import pandas as pd
import pytest
from paddock.data.publishing import publish
from paddock.data.session import Session, open_session
from paddock.data.versions import VersionStore
from paddock.project import Project
from paddock.settings import load_settings

# Writes a version of the items and publishes it; an error of ours is told by its kind and its message.
_PUBLISHER = """
import sys
from pathlib import Path
import pandas as pd
from paddock.data.publishing import publish
from paddock.data.session import open_session
from paddock.errors import PaddockError
from paddock.project import find_workspace, load_project
from paddock.settings import load_settings

workspace = find_workspace(Path(sys.argv[1]))
try:
    session = open_session(load_project(workspace, "shop"), load_settings(workspace), run="faulty")
    version = session.write("items", pd.DataFrame({"item": [7, 8], "price": [1.0, 2.0], "stock": [0, 0]}))
    publish(session.store, session.serving, session.catalogue, [version], "faulty")
except PaddockError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""
# Every call by which a write and a publish make something durable or give it its name.
_CALLS = [*(("fsync", n) for n in range(1, 8)), ("rename", 1), ("linkat", 1), *(("pwrite64", n) for n in (1, 3, 5))]
_SLICE = [("fsync", 1), ("fsync", 5), ("linkat", 1), ("pwrite64", 3)]
_FULL = [pytest.param(*case, marks=() if case in _SLICE else pytest.mark.slow) for case in _CALLS]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)


@pytest.fixture
def published(session: Session, items: pd.DataFrame) -> Session:
    """A session with one published version of three items."""
    publish(session.store, session.serving, session.catalogue, [session.write("items", items)], "run-1")
    return session


def _publisher(project: Project, *inject: str) -> subprocess.CompletedProcess[str]:
    traced = ["strace", "-qq", "-f", "-o", "/dev/null", *(part for rule in inject for part in ("-e", f"inject={rule}"))]
    command = [*(traced if inject else []), sys.executable, "-c", _PUBLISHER, str(project.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _served(project: Project) -> list[int]:
    """The served items, after comparing them with the version that the pointer names."""
    session = open_session(project, load_settings(project.workspace))
    number = session.serving.published()["shop.items"].version
    with duckdb.connect(project.workspace.state / "serving.duckdb", read_only=True) as connection:
        rows = connection.execute("SELECT item, price, stock FROM shop.items ORDER BY item").fetchall()
    version = VersionStore(session.store.data_url).read("shop.items", number)
    assert rows == [tuple(row.values()) for row in version.to_pylist()]
    return [row[0] for row in rows]


@pytest.mark.parametrize(("call", "when"), _FULL)
def test_a_killed_publisher_leaves_one_whole_version_served(published: Session, call: str, when: int) -> None:
    """Killed at any of its calls, either the old rows are served or the new ones, whole; the next one heals."""
    project = published.project
    killed = _publisher(project, f"{call}:signal=SIGKILL:when={when}")
    assert killed.returncode == -9
    assert _served(project) in ([1, 2, 3], [7, 8])
    assert _publisher(project).returncode == 0
    assert _served(project) == [7, 8]


@pytest.mark.parametrize(("call", "when"), _FULL)
def test_a_full_disk_is_one_message_and_the_old_rows_stay(published: Session, call: str, when: int) -> None:
    """Refused at any of its calls, the error is ours and names a file; what was served stays served; the next heals."""
    project = published.project
    answer = _publisher(project, f"{call}:error=ENOSPC:when={when}+")
    assert "Traceback" not in answer.stderr
    if answer.returncode:
        assert answer.stderr.startswith("ToolError: ")
        assert str(project.workspace.state) in answer.stderr
        assert _served(project) == [1, 2, 3]
    assert _publisher(project).returncode == 0
    assert _served(project) == [7, 8]
