"""What making a project promises: all of it or nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from paddock.errors import CodeError, ConfigurationError, ToolError
from paddock.project import Workspace, load_project
from paddock.scaffold.new import has_uncommitted_edits, new_project
from paddock.scaffold.questions import load_template, template_names
from paddock_ci.demo import ANSWERS

ROOT = Path(__file__).parents[2]

HOSTILE = {
    "project_name": 'L\'été "2" & <b>Co 😀',
    "owner": 'O\'Brien \\ "Ada" <ada@example.org>',
    "problem": "regression",
    "description": "' \" \\ \\u0041 $HOME `id` %s # | * ü 😀",
}


def _tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_project_is_what_the_answers_say(team: Workspace) -> None:
    """The folder has the name's slug, loads as a project, and nothing of the template's tags is left in it."""
    folder = new_project(team, ANSWERS)
    assert folder == team.root / "projects" / "triage"
    project = load_project(team, "triage")
    assert (project.title, project.owner, project.package) == ("Triage", "ML team", "triage")
    assert (project.schedule, project.deadline_minutes) == ("0 5 * * *", 60)
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}
    assert not [path for path, text in texts.items() if "cookiecutter" in text or "{{" in text or "{%" in text]
    assert not [path for path in _tree(folder) if "variants" in path or "cookiecutter" in path]


@pytest.mark.parametrize("problem", load_template(ROOT / "templates", "pipeline").questions[2].choices)
def test_all_problems_bring_the_same_kinds_of_files(team: Workspace, problem: str) -> None:
    """Every project has a model card, a catalogue, a pipeline, two notebooks, tests, an image and a compose file."""
    files = _tree(new_project(team, ANSWERS | {"problem": problem}))
    for expected in (
        "README.md", "pyproject.toml", "catalog.toml", "Dockerfile", "compose.yaml", "src/triage/tasks.py",
        "Dockerfile.dockerignore", "requirements.txt",
        "src/triage/rule.py", "src/triage/model.py", "src/triage/sources.py",
        "notebooks/validation.ipynb", "notebooks/explore.ipynb", "tests/test_rule.py", "tests/test_pipeline.py",
    ):  # fmt: skip
        assert expected in files


def test_hostile_answers_come_back_as_they_were(team: Workspace) -> None:
    """Quotes, backslashes, shell and template marks, emoji: TOML reads back exactly what was answered."""
    folder = new_project(team, HOSTILE)
    document = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    assert document["project"]["description"] == HOSTILE["description"]
    assert document["tool"]["paddock"]["owner"] == HOSTILE["owner"]
    assert document["tool"]["paddock"]["title"] == HOSTILE["project_name"]
    assert load_project(team, folder.name).owner == HOSTILE["owner"]


@pytest.mark.parametrize("name", ["../escape", "/etc/escape", "{{ cookiecutter.owner }}", "numpy", "a\nb", ""])
def test_illegal_answers_leave_nothing_behind(team: Workspace, name: str) -> None:
    """Refused before anything is written."""
    before = _tree(team.root.parent)
    with pytest.raises(ConfigurationError, match="project_name: "):
        new_project(team, ANSWERS | {"project_name": name})
    assert _tree(team.root.parent) == before


def test_a_name_that_exists_is_refused(team: Workspace) -> None:
    """What is there stays as it is, also where the second name only looks different."""
    folder = new_project(team, ANSWERS)
    (folder / "mine.txt").write_text("mine")
    before = _tree(team.root / "projects")
    for name in ("Triage", "TRIAGE!"):
        with pytest.raises(ConfigurationError, match="projects/triage: already exists"):
            new_project(team, ANSWERS | {"project_name": name})
    assert _tree(team.root / "projects") == before


def test_an_unknown_template_suggests_the_nearest(team: Workspace) -> None:
    """A misspelt template is refused."""
    with pytest.raises(ConfigurationError, match="Did you mean 'pipeline'"):
        new_project(team, ANSWERS, template="pipelin")


def test_a_hook_that_fails_halfway_leaves_nothing(team: Workspace) -> None:
    """A fault of the template is an error that says so, and no half project stays."""
    (team.root / "templates/pipeline/hooks/post_gen_project.py").write_text("raise SystemExit('broken hook')\n")
    with pytest.raises(CodeError, match="templates/pipeline"):
        new_project(team, ANSWERS)
    assert _tree(team.root / "projects") == []


def test_a_hook_that_writes_beside_the_project_leaves_nothing(team: Workspace) -> None:
    """What a template writes next to the project is an error, not a file that nobody knows of."""
    hook = team.root / "templates/pipeline/hooks/post_gen_project.py"
    hook.write_text(hook.read_text() + "Path('../beside.txt').write_text('beside')\n")
    with pytest.raises(CodeError, match=r"writes beside\.txt beside the project"):
        new_project(team, ANSWERS)
    assert _tree(team.root / "projects") == []


def test_a_template_fault_leaves_nothing(team: Workspace) -> None:
    """A variable that the template does not ask for is an error, and no half project stays."""
    readme = next((team.root / "templates/pipeline").rglob("compose.yaml"))
    readme.write_text("{{ cookiecutter.nobody_asked }}")
    with pytest.raises(CodeError, match="nobody_asked"):
        new_project(team, ANSWERS)
    assert _tree(team.root / "projects") == []


def test_without_permission_one_message_says_so(team: Workspace) -> None:
    """A folder that may not be written is an error that names it."""
    projects = team.root / "projects"
    if os.geteuid() != 0:
        projects.chmod(0o500)
    else:
        # Root may write everywhere, so a file stands where the folder should be.
        shutil.rmtree(projects)
        projects.write_text("")
    with pytest.raises(ToolError, match="Nothing was left behind"):
        new_project(team, ANSWERS)


def test_a_killed_new_leaves_nothing_that_counts(team: Workspace) -> None:
    """What a killed process left is no project, and the next `new` removes it."""
    leftover = team.root / "projects" / ".new-abc" / "triage"
    leftover.mkdir(parents=True)
    assert new_project(team, ANSWERS).name == "triage"
    assert [path.name for path in (team.root / "projects").iterdir()] == ["triage"]


def _cookiecutter(team: Workspace, *answers: str, template: str = "pipeline") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cookiecutter", "--no-input", f"templates/{template}", "-o", "projects", *answers]
    environment = os.environ | {"HOME": str(team.root)}
    return subprocess.run(command, cwd=team.root, env=environment, capture_output=True, text=True, check=False)


def test_plain_cookiecutter_makes_the_same_project(team: Workspace, tmp_path: Path) -> None:
    """`cookiecutter templates/pipeline` gives file by file what `paddock new` gives."""
    answers = {"project_name": "Triage", "owner": "ML team", "problem": "regression", "description": "One line."}
    new_project(team, answers).rename(tmp_path / "ours")
    answer = _cookiecutter(team, *(f"{key}={value}" for key, value in answers.items()))
    assert answer.returncode == 0, answer.stderr
    theirs = team.root / "projects" / "triage"
    assert _tree(theirs) == _tree(tmp_path / "ours")
    for path in theirs.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "ours" / path.relative_to(theirs)).read_bytes()


def test_plain_cookiecutter_offers_every_template(team: Workspace) -> None:
    """`cookiecutter templates/` is a menu of all templates; without asking it takes the first."""
    menu = json.loads((team.root / "templates/cookiecutter.json").read_text())["templates"]
    assert sorted(menu) == list(template_names(team.root / "templates"))
    assert [entry["path"] for entry in menu.values()] == [f"./{name}" for name in menu]
    answer = _cookiecutter(team, template="")
    assert answer.returncode == 0, answer.stderr
    assert (team.root / "projects/triage/src/triage/tasks.py").is_file()


def test_plain_cookiecutter_knows_the_datasets(team: Workspace) -> None:
    """The hook of a template that asks for a dataset refuses one that no project writes."""
    assert _cookiecutter(team, "dataset=triage.predictions", template="analysis").returncode != 0
    assert _tree(team.root / "projects") == []
    new_project(team, ANSWERS)
    answer = _cookiecutter(team, "dataset=triage.predictions", template="analysis")
    assert answer.returncode == 0, answer.stderr
    assert load_project(team, "weekly-report").reads == ("triage.predictions",)


def test_edits_that_no_commit_holds_are_known(team: Workspace) -> None:
    """Where the template's files differ from the commit, nothing says what a project was baked from."""
    template = load_template(team.root / "templates", "pipeline")
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=team.root, check=True)
    assert not has_uncommitted_edits(template)
    (template.folder / "new.txt").write_text("new")
    assert has_uncommitted_edits(template)


@pytest.mark.parametrize("name", ["../escape", "numpy", "class", "😀"])
def test_plain_cookiecutter_refuses_the_same(team: Workspace, name: str) -> None:
    """The template's own hook judges by the same function, and nothing is written."""
    answer = _cookiecutter(team, f"project_name={name}")
    assert answer.returncode != 0
    assert _tree(team.root / "projects") == []
    assert not (team.root / "escape").exists()
