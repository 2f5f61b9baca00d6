"""What the record of a project's template promises."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Workspace
from paddock.scaffold.history import files_of, tree_of
from paddock.scaffold.new import new_project
from paddock.scaffold.ownership import Owner, digest, owner_of, owners_in
from paddock.scaffold.questions import load_template, template_names
from paddock.scaffold.record import FILE, Record, read_record, text_of

from tests.ci.repository import Repository, repository

ROOT = Path(__file__).parents[2]
DIGEST = "0123456789abcdef" * 4
ANSWERS = {"project_name": 'Wöchentlich "2" 😀', "owner": "us", "dataset": "none", "description": "One line."}


def _committed(team: Workspace) -> Repository:
    repo = Repository(team.root)
    repo.git("init", "-q")
    repo.commit()
    return repo


@pytest.mark.parametrize("name", ["pipeline", "analysis"])
def test_a_new_project_records_template_tree_answers_and_managed_files(team: Workspace, name: str) -> None:
    """The tree is the one that git has for the template's folder."""
    repo = _committed(team)
    template = load_template(team.root / "templates", name)
    answers = template.defaults | {"project_name": "Été & 2"}
    folder = new_project(team, answers, name)
    record = read_record(folder)
    assert record.template == name
    assert record.tree == repo.git("rev-parse", f"HEAD:templates/{name}")
    assert record.answers == answers
    assert record.managed == {
        path: digest((folder / path).read_bytes()) for path in ("Dockerfile", "Dockerfile.dockerignore")
    }


def test_plain_cookiecutter_records_the_same(team: Workspace) -> None:
    """Through the menu of all templates, too."""
    _committed(team)
    folder = new_project(team, ANSWERS, "analysis")
    record = read_record(folder)
    folder.rename(team.root / "aside")
    given = [f"{field}={value}" for field, value in ANSWERS.items()]
    for template in ("templates/analysis", str(team.root / "templates/analysis")):
        command = [sys.executable, "-m", "cookiecutter", "--no-input", template, "-o", "projects", "-f", *given]
        environment = os.environ | {"HOME": str(team.root)}
        subprocess.run(command, cwd=team.root, env=environment, check=True)
        assert read_record(folder) == record


def test_edits_that_no_commit_holds_are_the_tree_that_git_would_write(team: Workspace) -> None:
    """Git can give it back at once, and it is the same tree after the commit; ignored files are no part of it."""
    repo = _committed(team)
    (team.root / ".gitignore").write_text("*.log\n")
    committed = repo.git("rev-parse", "HEAD:templates/pipeline")
    (team.root / "templates/pipeline/hooks/new.py").write_text("new\n")
    (team.root / "templates/pipeline/ignored.log").write_text("log\n")
    tree = tree_of(team.root / "templates/pipeline")
    assert tree != committed
    files = files_of(tree, team.root)
    assert files is not None
    assert files["hooks/new.py"].content == b"new\n"
    assert "ignored.log" not in files
    assert repo.git("status", "--porcelain", "templates").startswith("??")
    repo.commit()
    assert tree == repo.git("rev-parse", "HEAD:templates/pipeline") == tree_of(team.root / "templates/pipeline")


def test_outside_git_the_tree_is_empty(team: Workspace) -> None:
    """All else is recorded."""
    record = read_record(new_project(team, ANSWERS, "analysis"))
    assert (record.tree, record.answers) == ("", ANSWERS)


def test_a_tree_that_a_clone_lacks_is_nothing(tmp_path: Path) -> None:
    """Neither is one whose files are missing."""
    repo = repository(tmp_path / "clone", {"templates/a/b.txt": "b\n"})
    assert files_of("0123456789" * 4, repo.root) is None
    tree = repo.git("rev-parse", "HEAD:templates")
    blob = repo.git("rev-parse", "HEAD:templates/a/b.txt")
    (repo.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert files_of(tree, repo.root) is None


def test_what_is_written_is_read_back() -> None:
    """Whatever is in an answer or a file's name; tables and keys in one order."""
    record = Record("pipeline", "0" * 40, {"project_name": 'A "b" \\ 😀', "owner": "é"}, {"a b/ü.txt": DIGEST})
    document = tomllib.loads(text_of(record))
    assert document["answers"] == record.answers
    assert document["managed"] == record.managed
    assert list(document["answers"]) == ["owner", "project_name"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('template = "pipeline"', 'template = "../x"', "template: expected the name of a folder"),
        ('template = "pipeline"', "", "template: expected the name of a folder below templates/, got None"),
        ("tree = ", "tree = 3 #", "tree: expected git's id of the template's folder, got 3"),
        ('tree = "0', 'tree = "', "tree: expected git's id"),
        ("[answers]", "[answer]", "has an unknown key 'answer'"),
        ('owner = "us"', "owner = 3", "answers: expected a table of texts"),
        ("project_name", "name", "answers: has no project_name"),
        (DIGEST, "x", "managed: expected a table of SHA-256 digests"),
        ("[answers]", "<<<<<<< HEAD", "is not valid TOML"),
    ],
)
def test_a_damaged_record_is_one_message(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """What is wrong, and the command that restores it."""
    record = Record("pipeline", "0" * 40, {"project_name": "Shop", "owner": "us"}, {"Dockerfile": DIGEST})
    text = text_of(record)
    assert old in text
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / FILE).write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        read_record(tmp_path / "shop")
    assert caught.value.message.startswith(f"projects/shop/{FILE}: {expected}")
    assert caught.value.remedy.endswith(f"git checkout HEAD -- projects/shop/{FILE}")


def test_a_missing_record_says_how_to_get_one(tmp_path: Path) -> None:
    """From git, or by adopting a template."""
    (tmp_path / "shop").mkdir()
    with pytest.raises(ConfigurationError, match=r"projects/shop/template.toml: is missing") as caught:
        read_record(tmp_path / "shop")
    assert "docs/explanation/templates.md" in caught.value.remedy


def test_the_first_glob_says_whose_a_file_is() -> None:
    """What none matches is merged."""
    owners = owners_in("x", {"src/*/own.py": "owned", "src/*": "managed"})
    assert [owner_of(path, owners) for path in ("src/a/own.py", "src/a/b.py", "c.py")] == [
        Owner.OWNED,
        Owner.MANAGED,
        Owner.MERGED,
    ]


@pytest.mark.parametrize(
    ("table", "expected"), [(["a"], "expected a table of globs"), ({"a": "mine"}, "'a' is 'mine'")]
)
def test_a_table_of_owners_that_is_none_is_refused(tmp_path: Path, table: object, expected: str) -> None:
    """With the template's file named."""
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/cookiecutter.json").write_text(json.dumps({"project_name": "A", "_files": table}))
    with pytest.raises(ConfigurationError, match=r"templates/tiny/cookiecutter\.json: _files: ") as caught:
        load_template(tmp_path, "tiny")
    assert expected in caught.value.message


@pytest.mark.parametrize("name", template_names(ROOT / "templates"))
def test_every_glob_of_a_template_names_a_file(team: Workspace, name: str) -> None:
    """A line of `_files` that matches nothing is a mistake."""
    template = load_template(team.root / "templates", name)
    folder = new_project(team, template.defaults, name)
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    for glob in template.owners:
        assert any(owner_of(path, {glob: Owner.OWNED}) is Owner.OWNED for path in paths), glob


def test_line_ends_do_not_change_a_digest() -> None:
    """A clone on Windows has the same managed files."""
    assert digest(b"a\r\nb\r\n") == digest(b"a\nb\n") != digest(b"a\nb")
