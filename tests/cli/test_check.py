"""What `paddock check` promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from paddock.project import Project


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
    assert [(finding["code"], finding["place"]) for finding in found] == [("NB101", "projects/shop/notebooks/a.ipynb")]


def test_a_clean_workspace_exits_with_0(paddock: Callable[..., Any], make_project: Callable[..., Project]) -> None:
    """And says how much was checked."""
    make_project("shop")
    answer = paddock("check")
    assert answer.code == 0
    assert "0 findings" in answer.out
