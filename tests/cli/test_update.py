"""What `paddock update` promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace

from tests.scaffold.enduring import TEXT, Team, contents, team_at


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one small template and two projects, one of which edited a file."""
    team = team_at(tmp_path / "team")
    team.new("Shop")
    team.edit(team.new("Ward"), {"src/model.py": TEXT.replace("line 3\n", "ours\n")})
    return team


@pytest.fixture
def workspace(small: Team) -> Workspace:
    """The workspace of that team."""
    return Workspace(small.root)


Call = Callable[..., Any]
THEIRS = TEXT.replace("line 3\n", "theirs\n")


def test_all_projects_follow_with_a_line_each(paddock: Call, small: Team) -> None:
    """What is done is counted; what to do next is said; the second time there is nothing to do."""
    small.release({"src/model.py": TEXT.replace("line 20\n", "theirs\n"), "src/new.py": "new\n"})
    answer = paddock("update", "--all")
    assert answer.code == 0
    assert answer.out.splitlines() == [
        "shop: updated: 1 added, 1 updated",
        "ward: updated: 1 added, 1 merged",
        "2 projects: 2 updated",
        "next: git diff, paddock check, git commit",
    ]
    answer = paddock("update", "--all")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "shop: follows its template already")


def test_a_conflict_exits_with_1_and_names_file_and_lines(paddock: Call, small: Team) -> None:
    """The others are updated all the same."""
    small.release({"src/model.py": THEIRS})
    before = contents(small.root / "projects/ward")
    answer = paddock("update", "--all")
    assert answer.code == 1
    assert "ward: 1 conflict; nothing is written, and the record is as it was" in answer.out
    assert "  src/model.py (line 3): is changed here and otherwise by the template" in answer.out
    assert "--conflicts" in answer.out
    assert contents(small.root / "projects/ward") == before
    assert (small.root / "projects/shop/src/model.py").read_text() == THEIRS


def test_conflicts_on_request_exit_with_1_too(paddock: Call, small: Team) -> None:
    """There is something left to do, and it is said that the record moved."""
    small.release({"src/model.py": THEIRS})
    answer = paddock("update", "ward", "--conflicts")
    assert answer.code == 1
    assert "ward: conflicts are written, and the record moved on: 1 marked" in answer.out
    assert "  src/model.py: holds conflicts now; resolve them" in answer.out
    assert "<<<<<<< the project" in (small.root / "projects/ward/src/model.py").read_text()


def test_what_would_be_done_is_said_file_by_file(paddock: Call, small: Team) -> None:
    """Nothing is written."""
    small.release({"src/model.py": TEXT + "theirs\n"})
    before = contents(small.root / "projects")
    answer = paddock("update", "--all", "--dry-run")
    assert answer.code == 0
    assert "shop: would be updated: 1 updated\n  src/model.py: updated\n" in answer.out
    assert "next:" not in answer.out
    assert contents(small.root / "projects") == before


def test_machines_get_all_of_it(paddock: Call, small: Team) -> None:
    """Files, conflicts with lines, trees, errors with their remedies."""
    tree = small.release({"src/model.py": THEIRS})
    (small.root / "projects/shop/mine.md").write_text("mine\n")
    answer = paddock("update", "--all", "--json")
    assert answer.code == 1
    found = json.loads(answer.out)
    shop, ward = found["projects"]
    assert (found["dry_run"], shop["status"], ward["status"]) == (False, "refused", "conflicts")
    assert "has uncommitted work" in shop["error"]
    assert "Commit it" in shop["remedy"]
    assert ward["after"] == tree
    assert ward["conflicts"] == [
        {
            "path": "src/model.py",
            "lines": ["line 3"],
            "reason": "is changed here and otherwise by the template",
            "remedy": ward["conflicts"][0]["remedy"],
        }
    ]


def test_a_single_project_that_is_refused_exits_as_its_reason_says(paddock: Call, small: Team) -> None:
    """A mistake of the user is 2."""
    small.release({"src/model.py": THEIRS})
    small.edit(small.root / "projects/shop", {"template.toml": "tree =\n"})
    answer = paddock("update", "shop")
    assert answer.code == 2
    assert "shop: refused\n  projects/shop/template.toml: is not valid TOML" in answer.out
    assert "git checkout HEAD -- projects/shop/template.toml" in answer.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "expected names of projects, or --all\nKnown: shop, ward."),
        (["shop", "--all"], "expected names of projects, or --all"),
        (["shp"], "projects/shp: no such project\nDid you mean 'shop'?"),
    ],
)
def test_wrong_names_exit_with_2(paddock: Call, small: Team, arguments: list[str], expected: str) -> None:
    """Before anything is written."""
    small.release({"src/model.py": THEIRS})
    before = contents(small.root / "projects")
    answer = paddock("update", *arguments)
    assert answer.code == 2
    assert expected in answer.err
    assert contents(small.root / "projects") == before


def test_a_template_with_uncommitted_edits_is_named(paddock: Call, small: Team) -> None:
    """Both belong into one commit."""
    (small.template / "README.md").write_text("edited\n")
    answer = paddock("update", "shop")
    assert answer.code == 0
    assert "templates/tiny has edits that are not committed" in answer.out


def test_a_shell_that_stands_in_the_project_is_told(
    paddock: Call, small: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder was swapped for another."""
    small.release({"src/model.py": THEIRS})
    monkeypatch.setenv("PWD", str(small.root / "projects/shop/src"))
    assert 'cd "$PWD"' in paddock("update", "shop").out
