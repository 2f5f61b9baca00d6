"""What `paddock backport` promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paddock.project import Workspace

from tests.scaffold.enduring import TEXT, Team, contents, team_at

OURS = TEXT.replace("line 3\n", "ours\n")
SOURCE = "templates/tiny/{{cookiecutter.__slug}}/src/model.py"
Call = Callable[..., Any]


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one small template and a project that edited a file."""
    team = team_at(tmp_path / "team")
    team.edit(team.new("Shop"), {"src/model.py": OURS})
    return team


@pytest.fixture
def workspace(small: Team) -> Workspace:
    """The workspace of that team."""
    return Workspace(small.root)


def test_the_patch_alone_is_printed_and_git_takes_it(paddock: Call, small: Team, tmp_path: Path) -> None:
    """What people have to know stands beside it; nothing is written."""
    before = contents(small.root / "templates")
    answer = paddock("backport", "shop", "src/model.py")
    assert answer.code == 0
    assert contents(small.root / "templates") == before
    assert answer.out.startswith(f"diff --git a/{SOURCE} b/{SOURCE}\n")
    assert f"{SOURCE}: changed\n" in answer.err
    assert "the default answers: changes src/model.py\n" in answer.err
    assert "proved: baked again, 1 file comes out as in projects/shop\n" in answer.err
    (tmp_path / "patch").write_text(answer.out)
    small.repo.git("apply", str(tmp_path / "patch"))
    assert (small.root / SOURCE).read_text() == OURS


def test_it_is_written_on_request_and_then_the_project_follows(paddock: Call, small: Team) -> None:
    """The two commands after which nothing is left to merge, and the record is that of the new template."""
    assert paddock("backport", "shop", "src/model.py", "--apply").code == 0
    assert (small.root / SOURCE).read_text() == OURS
    answer = paddock("update", "shop")
    assert (answer.code, answer.out.splitlines()[0]) == (0, "shop: updated: no file differs")
    answer = paddock("backport", "shop", "projects/shop/src/model.py")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "src/model.py: the template makes it so already\nnothing to carry back\n"


def test_machines_get_all_of_it(paddock: Call, small: Team) -> None:
    """The changes with what is to be looked at, whom they concern, and the patch."""
    small.edit(small.root / "projects/shop", {"src/model.py": f"# of Shop\n{TEXT}"})
    found = json.loads(paddock("backport", "shop", "src/model.py", "--json").out)
    note = "line 1: 'Shop' may mean {{ cookiecutter.project_name }}; it stays as it is"
    assert found["changes"] == [{"file": "src/model.py", "path": SOURCE, "action": "changed", "notes": [note]}]
    assert found["effects"] == [{"answers": "the default answers", "files": ["src/model.py"]}]
    assert (found["project"], found["template"], found["applied"], found["same"]) == ("shop", "tiny", False, [])
    assert "+# of Shop\n" in found["patch"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["shp", "README.md"], "projects/shp: no such project\nDid you mean 'shop'?"),
        (["shop"], "expected files to carry back\nThose that differ from the template: src/model.py."),
        (["shop", "src/modle.py"], "src/modle.py: no such file\nDid you mean 'src/model.py'?"),
        (["shop", "src"], "projects/shop/src: is a folder here\nName files"),
        (["shop", "../ward/README.md"], "is no file of projects/shop"),
        (["shop", "notes/own.md"], "is the project's own (owned, in _files of templates/tiny/cookiecutter.json)"),
        (["shop", "template.toml"], "is made by tools, from other files"),
    ],
)
def test_what_cannot_be_carried_back_exits_with_2(
    paddock: Call, small: Team, arguments: list[str], expected: str
) -> None:
    """One message that says what to do; nothing is written."""
    before = contents(small.root / "templates")
    answer = paddock("backport", *arguments, "--apply")
    assert answer.code == 2
    assert expected in answer.err
    assert contents(small.root / "templates") == before
