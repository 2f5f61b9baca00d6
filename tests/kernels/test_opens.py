"""What a kernel opens is seen, whoever opens it and however the kernel was started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.kernels.conftest import Outputs

CELL = """\
import os, subprocess
import pyarrow.csv
os.chdir("sub")
open("relative.txt").close()
os.close(os.open("dirfd.txt", os.O_RDONLY, dir_fd=os.open(".", os.O_RDONLY)))
pyarrow.csv.read_csv("arrow.csv")
subprocess.run(["cat", "shown.txt"], check=True)
open("made.txt", "w").close()
open("late.txt", "w").close(); os.rename("late.txt", "renamed.txt")
os.path.exists("nothing.txt")
os.listdir("listed")
"""


@pytest.fixture(params=["own", "stock"])
def opened(request: pytest.FixtureRequest, outputs: Outputs, tmp_path: Path) -> dict[str, Any]:
    """What was opened below a folder, by the path in it."""
    folder = tmp_path / "work"
    (folder / "sub/listed").mkdir(parents=True)
    for name in ("relative.txt", "dirfd.txt", "arrow.csv", "shown.txt", "listed/one"):
        (folder / "sub" / name).write_text("a\n1\n")
    follow = tmp_path / "follow"
    follow.mkdir()
    (follow / "ignored").write_text("/proc/\n/usr/lib/")
    outputs(request.param, CELL, environment={"PADDOCK_FOLLOW": str(follow)}, folder=folder)
    found = json.loads((follow / "opened.json").read_text())
    if found["fault"] and "does not tell" in found["fault"]:
        pytest.skip(found["fault"])
    assert found["fault"] == ""
    assert found["runs"] > 0
    start = f"{folder}/sub/"
    return {path.removeprefix(start): facts for path, facts in found["files"].items() if path.startswith(start)}


def test_every_way_to_open_is_seen(opened: dict[str, Any]) -> None:
    """By a relative path, below an open folder, by compiled code, by another program, and by a name only asked for."""
    told = {name: facts["intent"] for name, facts in opened.items()}
    assert told == {
        "relative.txt": "read", "dirfd.txt": "read", "arrow.csv": "read", "shown.txt": "read", "made.txt": "made",
        "late.txt": "made", "renamed.txt": "made", "nothing.txt": "asked", "listed": "read",
    }  # fmt: skip
    assert opened["listed"]["names"] == ["one"]
    assert opened["nothing.txt"]["before"] is None


def test_how_a_file_stood_is_told(opened: dict[str, Any], tmp_path: Path) -> None:
    """So that a later change can be told from what the notebook saw."""
    facts = (tmp_path / "work/sub/relative.txt").stat()
    assert opened["relative.txt"]["before"] == [
        "file", facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino, facts.st_dev
    ]  # fmt: skip
