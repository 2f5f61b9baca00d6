"""What an update refuses: each bad input has one message with its remedy, and the project is as it was."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from paddock.scaffold.outcome import Status
from paddock.scaffold.record import read_record

from tests.scaffold.enduring import HOOK, TEXT, Team, refused

TITLE = "# Shop\n"


def test_uncommitted_work_is_refused(small: Team) -> None:
    """Changed, staged or new: git could not give it back."""
    project = small.new()
    small.release({"README.md": TITLE})
    (project / "mine.md").write_text("mine\n")
    refused(small, project, "projects/shop: has uncommitted work: projects/shop/mine.md", "git stash")
    (project / "mine.md").unlink()
    (project / "src/model.py").write_text("mine\n")
    refused(small, project, "projects/shop: has uncommitted work: projects/shop/src/model.py")


def test_an_answer_that_the_template_no_longer_takes_is_refused(small: Team) -> None:
    """The question is named."""
    project = small.new()
    small.release({"README.md": TITLE}, owner=["Ada", "Bob"])
    refused(small, project, "its questions do not take the project's answer any more: owner: expected Ada or Bob")


def test_a_shallow_clone_names_the_fetch_that_mends_it(small: Team, tmp_path: Path) -> None:
    """It lacks the tree that the project was made from."""
    small.new()
    small.release({"README.md": TITLE})
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{small.root}", str(clone)], check=True)
    team = Team(type(small.repo)(clone))
    refused(team, clone / "projects/shop", "this clone lacks the tree", "git fetch --unshallow")
    team.repo.git("fetch", "-q", "--unshallow")
    assert team.update()[0].status is Status.UPDATED


def test_a_tree_that_nobody_committed_is_named(small: Team) -> None:
    """Elsewhere than where the project was made, edits of the template that were never committed are unknown."""
    project = small.new()
    record, tree = (project / "template.toml").read_text(), read_record(project).tree
    small.edit(project, {"template.toml": record.replace(tree, "0123456789" * 4)})
    refused(small, project, "lacks the tree 012345678901", "git fetch --all")
    small.edit(project, {"template.toml": record.replace(tree, "")})
    refused(small, project, "tree is empty", "git rev-parse COMMIT:templates/tiny")


def test_a_renamed_project_is_refused(small: Team) -> None:
    """With the way back, and the way on where all of it was renamed."""
    project = small.new()
    small.release({"Dockerfile": "FROM {{ cookiecutter.__slug }}:2\n"})
    renamed = project.rename(project.with_name("store"))
    small.repo.commit()
    refused(small, renamed, "projects/store: the project was made as 'shop'", "Rename the folder back", "--restore")
    for path in renamed.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("shop", "store").replace("Shop", "Store"))
    small.repo.commit()
    assert small.update("store", restores=True)[0].status is Status.UPDATED
    assert (renamed / "Dockerfile").read_text() == "FROM store:2\n"


def test_a_renamed_template_is_followed_where_it_says_so(small: Team) -> None:
    """Else it is gone, and the message says both ways on."""
    project = small.new()
    (small.root / "templates/tiny").rename(small.root / "templates/little")
    small.repo.commit()
    refused(small, project, "templates/tiny: no such template", '"_formerly": ["tiny"]')
    document = small.root / "templates/little/cookiecutter.json"
    document.write_text(document.read_text().replace('"_files"', '"_formerly": ["tiny"], "_files"'))
    small.repo.commit()
    (outcome,) = small.update()
    assert outcome.notes == ("the template tiny is called little now",)
    assert read_record(project).template == "little"


def test_a_template_that_fails_now_changes_nothing(small: Team) -> None:
    """Its mistake is named."""
    project = small.new()
    small.release({"README.md": "{{ cookiecutter.nobody_asked }}\n"})
    refused(small, project, "nobody_asked")
    small.release({"README.md": TITLE})
    small.repo.commit({"templates/tiny/hooks/post_gen_project.py": "raise SystemExit('broken hook')\n"})
    refused(small, project, "broken hook")
    small.repo.commit({"templates/tiny/hooks/post_gen_project.py": HOOK + "1 / 0\n"})
    refused(small, project, "ZeroDivisionError")


def test_outside_git_the_message_says_what_updates_need(small: Team) -> None:
    """A workspace that is no clone."""
    project = small.new()
    shutil.rmtree(small.root / ".git")
    refused(small, project, "templates/tiny: git does not know it", "git init")


def test_a_link_that_leads_out_is_never_followed(small: Team, tmp_path: Path) -> None:
    """A folder of the project that is a link now: nothing is written behind it."""
    project = small.new()
    (tmp_path / "outside").mkdir()
    shutil.rmtree(project / "src")
    (project / "src").symlink_to(tmp_path / "outside")
    small.repo.commit()
    small.release({"src/model.py": "theirs\n"})
    refused(small, project, "src/model.py: src is a symbolic link")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_that_became_a_folder_is_a_conflict_where_it_stands_in_the_way(small: Team) -> None:
    """On either side; without edits the template's folder comes in the place of its file."""
    small.release({"part": "file\n"})
    plain, edited, other = small.new("Plain"), small.new("Edited"), small.new("Other")
    small.edit(edited, {"part": "file\nours\n"})
    small.edit(other, {"src/model.py": None, "README.md": None, "README.md/mine.md": "mine\n"})
    small.release({"part": None, "part/one.md": "one\n", "README.md": TEXT})
    assert small.update("plain")[0].status is Status.UPDATED
    assert (plain / "part/one.md").read_text() == "one\n"
    refused(small, edited, "part: is edited here, and the template removed it", "part/one.md: part is a file here")
    refused(small, other, "README.md: is a folder here, where the template has a file")
    shutil.rmtree(small.template / "part")
    small.release({"part": "file again\n"})
    assert small.update("plain")[0].status is Status.UPDATED
    assert (plain / "part").read_text() == "file again\n"


def test_a_binary_file_that_both_changed_is_a_conflict(small: Team) -> None:
    """And one that only the template changed is taken."""
    small.release({"logo.png": b"\x89PNG\0first"}, _copy_without_render=["logo.png"])
    project, plain = small.new(), small.new("Plain")
    small.edit(project, {"logo.png": b"\x89PNG\0ours"})
    small.release({"logo.png": b"\x89PNG\0theirs"})
    refused(small, project, "logo.png: has no lines to merge")
    assert small.update("plain")[0].status is Status.UPDATED
    assert (plain / "logo.png").read_bytes() == b"\x89PNG\0theirs"
