"""`paddock site` as people and machines call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paddock.project import Workspace

from tests.site import generated

Paddock = Callable[..., Any]


def test_it_says_what_it_built_and_where(paddock: Paddock, workspace: Workspace) -> None:
    """Counts, and the page to open; a record that was changed is told; the exit code stays 0."""
    generated.write_projects(workspace, ["intake"])
    generated.write_runs(workspace, 2, ["intake"])
    answer = paddock("site")
    assert answer.code == 0
    assert "1 projects, 2 runs, 2 datasets" in answer.out
    assert Path(answer.out.splitlines()[-1]).is_file()
    record = workspace.state / "runs" / "intake" / generated.run_name(1, "intake") / "record.json"
    record.write_text(record.read_text() + " ")
    assert "was changed after the run wrote it" in paddock("site").out


def test_machines_are_told_the_same(paddock: Paddock, workspace: Workspace) -> None:
    """One JSON object with the folder, the counts and the faults; a second build keeps what is there."""
    first = json.loads(paddock("site", "--output", "public", "--json").out)
    second = json.loads(paddock("site", "--output", "public", "--json").out)
    assert Path(first["front"]) == workspace.root / "public" / "index.html"
    assert first["faults"] == []
    assert (second["written"], second["kept"]) == (1, first["written"] - 1)


def test_a_folder_of_somebody_else_is_refused(paddock: Paddock, workspace: Workspace) -> None:
    """Wrong usage: exit code 2, and what to do."""
    answer = paddock("site", "--output", str(workspace.root))
    assert answer.code == 2
    assert "which is not of a site" in answer.err
    assert "--output FOLDER" in answer.err


def test_a_score_that_is_not_there_is_told(paddock: Paddock) -> None:
    """The site is built without it."""
    answer = paddock("site", "--score", "missing.json")
    assert answer.code == 0
    assert "missing.json: not an ML Test Score" in answer.out
