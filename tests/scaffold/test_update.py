"""What an update promises: both sides' changes, or a conflict that is named and leaves everything as it was."""

from __future__ import annotations

import stat
import subprocess
from datetime import date

import pytest
from paddock.project import Workspace
from paddock.scaffold.new import new_project
from paddock.scaffold.outcome import Status
from paddock.scaffold.record import read_record

from tests.ci.repository import Repository
from tests.scaffold.enduring import TEXT, Team, contents, done, refused

TITLE = "# Shop\n"


def _replaced(text: str, *numbers: int, by: str) -> str:
    """The text with these lines (`line N`) otherwise."""
    for number in numbers:
        text = text.replace(f"line {number}\n", f"{by} {number}\n")
    return text


def test_an_unedited_project_becomes_what_the_template_makes_now(small: Team) -> None:
    """File by file, added and deleted ones too, but for the project's own; the record says from which tree."""
    project = small.new()
    tree = small.release(
        {"README.md": "# {{ cookiecutter.project_name }} 2\n", "src/new.py": "new\n", "src/model.py": None}
    )
    (outcome,) = small.update()
    assert outcome.status is Status.UPDATED
    assert done(outcome) == {"README.md": "updated", "src/new.py": "added", "src/model.py": "deleted"}
    fresh = small.new("Other")
    expected = {
        path: text.replace(b"other", b"shop").replace(b"Other", b"Shop") for path, text in contents(fresh).items()
    }
    found = contents(project)
    assert found.pop("template.toml") != expected.pop("template.toml")
    assert found == expected
    assert read_record(project).tree == tree == outcome.after


def test_updating_twice_changes_nothing(small: Team) -> None:
    """The second time nothing is rendered, and no file is touched."""
    project = small.new()
    small.release({"README.md": TEXT})
    small.update()
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    (outcome,) = small.update()
    assert outcome.status is Status.CURRENT
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_edits_of_both_sides_are_merged(small: Team) -> None:
    """Lines that the project edited stay, lines that the template edited come."""
    project = small.new()
    small.edit(project, {"src/model.py": _replaced(TEXT, 3, by="ours")})
    small.release({"src/model.py": _replaced(TEXT, 15, by="theirs")})
    (outcome,) = small.update()
    assert done(outcome) == {"src/model.py": "merged"}
    merged = (project / "src/model.py").read_text()
    assert merged == _replaced(_replaced(TEXT, 3, by="ours"), 15, by="theirs")


def test_a_conflict_names_file_and_lines_and_leaves_everything(small: Team) -> None:
    """Not even the files that could be merged are written."""
    project = small.new()
    ours = "first\n" + _replaced(TEXT, 3, 4, 9, by="ours")
    small.edit(project, {"src/model.py": ours})
    small.release({"src/model.py": _replaced(TEXT, 3, 4, 9, 20, by="theirs"), "README.md": "new\n"})
    outcome = refused(small, project, "src/model.py: is changed here and otherwise by the template", "--conflicts")
    assert outcome.conflicts[0].lines == ("lines 4-5", "line 10")


def test_conflicts_are_written_on_request(small: Team) -> None:
    """With git's marks; all else is merged, and the record moves."""
    project = small.new()
    small.edit(project, {"src/model.py": _replaced(TEXT, 3, by="ours")})
    tree = small.release({"src/model.py": _replaced(TEXT, 3, 20, by="theirs")})
    (outcome,) = small.update(writes_conflicts=True)
    assert outcome.status is Status.MARKED
    text = (project / "src/model.py").read_text()
    assert "<<<<<<< the project\nours 3\n=======\ntheirs 3\n>>>>>>> the template\n" in text
    assert "theirs 20\n" in text
    assert read_record(project).tree == tree


def test_the_others_go_on(small: Team) -> None:
    """A conflict of one project is no matter of the next."""
    first, second = small.new("One"), small.new("Two")
    small.edit(first, {"src/model.py": "ours\n"})
    small.release({"src/model.py": "theirs\n"})
    assert [outcome.status for outcome in small.update("one", "two")] == [Status.CONFLICTS, Status.UPDATED]
    assert (second / "src/model.py").read_text() == "theirs\n"


def test_what_the_project_deleted_stays_deleted(small: Team) -> None:
    """It is named where the template changed it."""
    project = small.new()
    small.edit(project, {"src/model.py": None, "README.md": None})
    small.release({"src/model.py": "theirs\n"})
    (outcome,) = small.update()
    assert [(one.path, one.words) for one in outcome.changes if one.words] == [
        ("src/model.py", "is deleted here and stays so; the template changed it")
    ]
    assert not (project / "src/model.py").exists()
    assert not (project / "README.md").exists()


def test_what_the_template_deleted_goes_unless_it_was_edited(small: Team) -> None:
    """With the folder that is empty then; an edited file is a conflict."""
    project, edited = small.new(), small.new("Edited")
    small.edit(edited, {"src/model.py": TEXT + "ours\n"})
    small.release({"src/model.py": None})
    assert done(small.update()[0]) == {"src/model.py": "deleted"}
    assert not (project / "src").exists()
    outcome = refused(small, edited, "src/model.py: is edited here, and the template removed it")
    assert outcome.conflicts[0].lines == ("line 21",)
    (marked,) = small.update("edited", writes_conflicts=True)
    assert done(marked) == {"src/model.py": "kept"}
    assert (edited / "src/model.py").read_text() == TEXT + "ours\n"


def test_a_file_that_both_added_is_a_conflict_unless_it_is_the_same(small: Team) -> None:
    """Whatever the template wants to call its file, the project's is not overwritten."""
    project, same = small.new(), small.new("Same")
    small.edit(project, {"extra.md": "ours\n"})
    small.edit(same, {"extra.md": "theirs\n"})
    small.release({"extra.md": "theirs\n"})
    refused(small, project, "extra.md: is added here and otherwise by the template")
    assert small.update("same")[0].status is Status.UPDATED


def test_line_ends_of_the_project_stay(small: Team) -> None:
    """A file that was saved with the line ends of Windows is unedited, and stays as it was saved."""
    project = small.new()
    windows = _replaced(TEXT, 2, by="ours").replace("\n", "\r\n")
    small.edit(project, {"src/model.py": windows.encode(), "README.md": (TITLE + TEXT).replace("\n", "\r\n").encode()})
    small.release(
        {"src/model.py": _replaced(TEXT, 12, by="theirs"), "README.md": "# {{ cookiecutter.project_name }}\n"}
    )
    assert small.update()[0].status is Status.UPDATED
    assert (project / "README.md").read_bytes() == b"# Shop\r\n"
    merged = _replaced(_replaced(TEXT, 2, by="ours"), 12, by="theirs")
    assert (project / "src/model.py").read_bytes() == merged.replace("\n", "\r\n").encode()


def test_the_right_to_execute_is_merged_on_its_own(small: Team) -> None:
    """The template's comes, the project's stays, whoever edited the text."""
    small.release({"run.sh": "echo\n", "own.sh": "echo\n"})
    project = small.new()
    (project / "own.sh").chmod(0o755)
    small.edit(project, {"run.sh": "echo\necho ours\n"})
    (small.template / "run.sh").chmod(0o755)
    small.release({"own.sh": "echo theirs\n"})
    assert small.update()[0].status is Status.UPDATED
    assert (project / "run.sh").read_text() == "echo\necho ours\n"
    assert (project / "own.sh").read_text() == "echo theirs\n"
    assert [bool((project / name).stat().st_mode & stat.S_IXUSR) for name in ("run.sh", "own.sh")] == [True, True]


def test_what_is_the_projects_own_is_never_touched(small: Team) -> None:
    """It is told that the template changed its copy; a new one is added."""
    project = small.new()
    small.release({"notes/own.md": "theirs\n", "notes/more.md": "more\n"})
    (outcome,) = small.update()
    assert done(outcome) == {"notes/own.md": "kept", "notes/more.md": "added"}
    assert (project / "notes/own.md").read_text() == "mine\n"
    small.repo.commit()
    small.release({"notes/own.md": None})
    assert (done(small.update()[0]), (project / "notes/own.md").exists()) == ({"notes/own.md": "kept"}, True)


def test_an_edited_managed_file_is_a_conflict(small: Team) -> None:
    """Until it is restored, or a deviation is declared."""
    project = small.new()
    small.edit(project, {"Dockerfile": "FROM shop\nRUN ours\n"})
    small.release({"README.md": TITLE})
    outcome = refused(
        small, project, "Dockerfile: is managed by the template, but edited here", "deviation", "--restore"
    )
    assert outcome.conflicts[0].lines == ("line 2",)
    (restored,) = small.update(restores=True)
    assert done(restored) == {"Dockerfile": "restored", "README.md": "updated"}
    assert (project / "Dockerfile").read_text() == "FROM shop\n"


def test_a_deleted_managed_file_is_a_conflict(small: Team) -> None:
    """It must be there."""
    project = small.new()
    small.edit(project, {"Dockerfile": None})
    small.release({"README.md": TITLE})
    refused(small, project, "Dockerfile: is managed by the template, but deleted here")
    small.update(restores=True)
    assert (project / "Dockerfile").read_text() == "FROM shop\n"


@pytest.mark.parametrize(("until", "status"), [("2026-05-01", Status.UPDATED), ("2026-04-30", Status.CONFLICTS)])
def test_a_deviation_lets_a_managed_file_be_merged_until_it_ends(small: Team, until: str, status: Status) -> None:
    """Its last day counts; after it, the file must be as the template renders it, and the end is named."""
    small.release({"Dockerfile": f"FROM {{{{ cookiecutter.__slug }}}}\n{TEXT}"})
    project = small.new()
    manifest = (project / "pyproject.toml").read_text()
    deviation = f'\n[[tool.paddock.deviations]]\npath = "Dock*"\nreason = "GPU"\nuntil = {until}\n'
    ours = (project / "Dockerfile").read_text().replace("FROM shop", "FROM gpu")
    small.edit(project, {"pyproject.toml": manifest + deviation, "Dockerfile": ours})
    small.release({"Dockerfile": f"FROM {{{{ cookiecutter.__slug }}}}\n{TEXT}RUN theirs\n"})
    (outcome,) = small.update()
    assert outcome.status is status
    if status is Status.UPDATED:
        assert (project / "Dockerfile").read_text() == f"{ours}RUN theirs\n"
    else:
        assert f"its deviation ended on {date.fromisoformat(until)}" in outcome.conflicts[0].reason


def test_ignored_files_survive(small: Team) -> None:
    """What git does not know stays, and so does an empty folder."""
    project = small.new()
    (project / ".paddock/deep").mkdir(parents=True)
    (project / ".paddock/state.bin").write_bytes(b"state")
    (project / ".paddock/link").symlink_to("state.bin")
    small.release({"README.md": TITLE})
    assert small.update()[0].status is Status.UPDATED
    assert (project / ".paddock/state.bin").read_bytes() == b"state"
    assert (project / ".paddock/link").is_symlink()
    assert (project / ".paddock/deep").is_dir()


def test_uncommitted_edits_of_the_template_are_what_is_followed(small: Team) -> None:
    """The record has the tree that a commit of them would have, so that it is current after the commit."""
    project = small.new()
    (small.template / "README.md").write_text("edited\n")
    assert small.update()[0].status is Status.UPDATED
    assert (project / "README.md").read_text() == "edited\n"
    small.repo.commit()
    assert small.update()[0].status is Status.CURRENT


def test_new_questions_get_their_defaults_and_old_ones_go(small: Team) -> None:
    """Both are named."""
    project = small.new()
    small.release({"README.md": "{{ cookiecutter.size }}\n"}, size=["small", "large"], owner=None)
    document = small.root / "templates/tiny/cookiecutter.json"
    document.write_text(document.read_text().replace('"owner": null, ', ""))
    small.repo.commit()
    (outcome,) = small.update()
    assert outcome.notes == (
        "new question size: answered by its default, 'small'",
        "the template no longer asks owner; the answer was 'us'",
    )
    assert (project / "README.md").read_text() == "small\n"
    assert read_record(project).answers == {"project_name": "Shop", "size": "small"}


def test_nothing_is_written_where_it_is_only_asked_for(small: Team) -> None:
    """What would be done is said all the same."""
    project = small.new()
    small.release({"README.md": TITLE})
    before = contents(small.root)
    (outcome,) = small.update(is_dry=True)
    assert (outcome.status, done(outcome)) == (Status.UPDATED, {"README.md": "updated"})
    after = {path: content for path, content in contents(small.root).items() if not path.startswith(".git/")}
    assert after == {path: content for path, content in before.items() if not path.startswith(".git/")}
    assert project.is_dir()


def test_the_requirements_follow_the_dependencies(team: Workspace) -> None:
    """Where the template comes to need another package, the image's requirements are made from the lock again."""
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=team.root, check=True)
    answers = {"project_name": "Weekly", "owner": "us", "dataset": "none", "description": "One line."}
    folder = new_project(team, answers, "analysis")
    small = Team(Repository(team.root))
    small.repo.commit()
    manifest = team.root / "templates/analysis/{{cookiecutter.__slug}}/pyproject.toml"
    manifest.write_text(manifest.read_text().replace('"pandas"]', '"pandas", "scikit-learn"]'))
    small.repo.commit()
    assert "scikit-learn==" not in (folder / "requirements.txt").read_text()
    (outcome,) = small.update("weekly")
    assert done(outcome) == {"pyproject.toml": "updated", "requirements.txt": "updated"}
    assert "scikit-learn==" in (folder / "requirements.txt").read_text()
    small.repo.commit()
    manifest.write_text(manifest.read_text().replace('"scikit-learn"]', '"nowhere"]'))
    small.repo.commit()
    refused(small, folder, "projects/weekly/pyproject.toml: [project] dependencies: 'nowhere' is not in the workspace")
