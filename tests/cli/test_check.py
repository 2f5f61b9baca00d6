"""What `paddock check` promises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paddock.project import Project, Workspace
from paddock.scaffold.new import new_project
from paddock_ci.demo import ANSWERS, scratch_copy

ROOT = Path(__file__).parents[2]


def test_findings_are_told_with_place_and_remedy(
    paddock: Callable[..., Any], make_project: Callable[..., Project]
) -> None:
    """Exit code 1, a line that says where and what, a line that says the remedy; for machines a list."""
    project = make_project("shop")
    (project.folder / "notebooks").mkdir()
    (project.folder / "notebooks/a.ipynb").write_text("[]")
    answer = paddock("check")
    assert answer.code == 1
    assert "projects/shop/notebooks/a.ipynb: NB101 is not a readable notebook" in answer.out
    found = json.loads(paddock("check", "--json").out)
    places = [(finding["code"], finding["place"]) for finding in found]
    # The first is of the workspace, the second of the project: it holds more than notebooks.
    assert ("NB101", "projects/shop/notebooks/a.ipynb") in places
    assert ("PF101", "projects/shop/notebooks/a.ipynb") in places
    assert all(finding["message"] and finding["remedy"] for finding in found)


def test_a_clean_workspace_exits_with_0(paddock: Callable[..., Any], tmp_path: Path) -> None:
    """And says how much was checked; a fresh project has no finding."""
    team = scratch_copy(Workspace(ROOT), tmp_path / "team")
    new_project(team, ANSWERS)
    answer = paddock("check", "-C", str(team.root))
    assert answer.code == 0, answer.out
    checks, things = map(int, re.findall(r"(\d+) checks looked at (\d+) things, 0 findings", answer.out)[0])
    assert checks > 20
    assert things > 150
