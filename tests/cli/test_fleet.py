"""What `paddock fleet` promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace

from tests.scaffold.enduring import FILES, TEXT, Team, contents, team_at

Call = Callable[..., Any]
THEIRS = TEXT.replace("line 3\n", "theirs\n")


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one small template and two projects, one of which edited a file; on a branch."""
    team = team_at(tmp_path / "team")
    team.new("Shop")
    team.edit(team.new("Ward"), {"src/model.py": TEXT.replace("line 3\n", "ours\n")})
    team.repo.git("checkout", "-q", "-b", "change")
    return team


@pytest.fixture
def workspace(small: Team) -> Workspace:
    """The workspace of that team."""
    return Workspace(small.root)


def test_each_project_has_a_line_and_the_worst_comes_first(paddock: Call, small: Team) -> None:
    """Files with their lines, conflicts with theirs; 1, since a project is worse off."""
    small.release({"src/model.py": THEIRS})
    base = small.repo.git("rev-parse", "main")[:12]
    before = contents(small.root)
    answer = paddock("fleet")
    assert answer.code == 1
    assert answer.out.splitlines() == [
        f"templates/tiny changed from {base} to the files as they lie here: 2 of 2 projects follow it",
        "ward: 1 conflict, all new",
        "  src/model.py (line 3): is changed here and otherwise by the template [new]",
        "shop: updated: 1 file, +1 -1 (src/model.py +1 -1)",
        "1 updated, 1 with conflicts (all new); 0 turned red, 0 turned green",
        "worse for 1 of 2 projects",
    ]
    assert contents(small.root) == before


def test_nothing_worse_exits_with_0(paddock: Call, small: Team, tmp_path: Path) -> None:
    """Markdown replaces its file; a summary is added to what its file holds."""
    small.release({"README.md": FILES["README.md"] + "more\n"})
    for name in ("effect.md", "summary.md"):
        (tmp_path / name).write_text("before\n")
    answer = paddock("fleet", "--markdown", str(tmp_path / "effect.md"), "--summary", str(tmp_path / "summary.md"))
    assert (answer.code, answer.out.splitlines()[-1]) == (0, "nothing turned worse")
    effect = (tmp_path / "effect.md").read_text()
    assert effect.startswith("## ✅ paddock fleet: nothing turned worse\n")
    assert (tmp_path / "summary.md").read_text() == f"before\n{effect}"


def test_machines_get_all_of_it(paddock: Call, small: Team) -> None:
    """Projects with files, hunks and findings; whether any is worse."""
    small.release({"src/model.py": THEIRS})
    answer = paddock("fleet", "--json", "--base", "main", "--head", "HEAD")
    found = json.loads(answer.out)
    assert (answer.code, found["is_worse"], found["head"], found["templates"]) == (1, True, "HEAD", {"tiny": 2})
    ward, shop = found["effects"]
    assert (ward["project"], ward["verdict"], ward["hunks"][0]["is_new"]) == ("ward", "conflicts", True)
    assert shop["files"] == [{"path": "src/model.py", "come": 1, "go": 1}]


def test_a_change_of_no_template_is_said(paddock: Call, small: Team) -> None:
    """With where else to look."""
    base = small.repo.git("rev-parse", "main")[:12]
    answer = paddock("fleet")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == f"no template changed since {base}: nothing to show"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--base", "nowhere"], "nowhere: no such commit"),
        (["-n", "0"], "Invalid value for '--workers' / '-n'"),
        (["shop"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_exits_with_2(paddock: Call, arguments: list[str], expected: str) -> None:
    """With one message."""
    answer = paddock("fleet", *arguments)
    assert answer.code == 2
    assert expected in answer.err


def test_a_template_that_fails_is_one_message(paddock: Call, small: Team) -> None:
    """Not one for each project."""
    small.release({"README.md": "{{ cookiecutter.nobody }}\n"})
    answer = paddock("fleet")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("error: templates/tiny: the template failed: ")
    assert "README.md" in answer.err.splitlines()[0]
    assert "/tmp" not in answer.err
