"""What a change can influence: nothing that could change is left out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from paddock.errors import ConfigurationError
from paddock_ci.affected.answer import Answer, affected
from paddock_ci.affected.door import _matrix, main

from tests.ci.repository import Repository, notebook, project, repository

# The ways in which one project can use a module, a file or a dataset of another.
USES: dict[str, dict[str, str | bytes]] = {
    "static import": {"src/user/tasks.py": "from gauss.tasks import fit\n"},
    "literal importlib": {"src/user/tasks.py": 'import importlib\nimportlib.import_module("gauss.tasks")\n'},
    "import in a notebook": {"notebooks/a.ipynb": notebook("import gauss.tasks as t")},
    "%run in a notebook": {"notebooks/a.ipynb": notebook("1 + 1", "%run ../../gauss/src/gauss/tasks.py")},
    "dataset name": {"src/user/tasks.py": 'def read(session):\n    return session.read("gauss.item_tags")\n'},
    "relative file": {"tests/test_a.py": 'open("../gauss/notes.txt").read()\n'},
    "shell in a test": {"tests/test_a.py": 'import os\nos.system("cat projects/gauss/notes.txt")\n'},
    "PYTHONPATH in a settings file": {"settings.cfg": "[test]\npaths = ../gauss/src\n"},
    "UTF-16": {"queries/items.sql": "select * from gauss.item_tags".encode("utf-16")},
    "inside another name": {"src/user/tasks.py": "from user import load_gauss_tags\n"},
    "capitals": {"src/user/tasks.py": "GAUSS = 1\n"},
    "a binary file": {"model.bin": b"\x80\x04\x95cgauss.tasks\nfit\n\xff\xfe"},
    "prose": {"README.md": "As in gauss, items are few.\n"},
    "a dependency": {"requirements.txt": "./projects/gauss\n"},
}


@pytest.fixture
def team(tmp_path: Path) -> Repository:
    """Three projects: `gauss`, `user`, which one file makes use of it, and `other`, which does not."""
    gauss = project(
        "gauss",
        datasets=["item_tags"],
        src__gauss__tasks__py="",
        **{"src/gauss/tasks.py": "fit = 1\n", "notes.txt": "a\n"},
    )
    return repository(tmp_path / "team", {**gauss, **project("user"), **project("other")})


def _selected(team: Repository, base: str = "") -> set[str]:
    return set(affected(team.root, base).ways)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    "change", ["edited", "deleted", "moved away", "edited, not committed", "deleted, not committed"]
)
def test_whoever_uses_what_changes_is_selected(team: Repository, use: str, change: str) -> None:
    """However one project uses another, it is selected when the other is edited or deleted, and nobody else is."""
    base = team.commit({f"projects/user/{path}": content for path, content in USES[use].items()})
    if change.startswith("edited"):
        team.write({"projects/gauss/src/gauss/tasks.py": "fit = 2\n"})
    elif change.startswith("deleted"):
        team.remove("projects/gauss")
    else:
        team.git("mv", "projects/gauss", "projects/euler")
    if "not committed" not in change:
        team.commit()
    assert _selected(team, base) - {"gauss", "euler"} == {"user"}


def test_what_uses_a_user_is_selected_too(team: Repository) -> None:
    """Uses are followed from project to project, and the shortest way is told step by step."""
    cells = notebook("import pandas", "1", "2", 'paddock.read("gauss.item_tags")')
    base = team.commit(
        {
            **project("archimedes", **{"notebooks/validation.ipynb": cells}),
            **project("last", **{"a.py": "import archimedes\n"}),
        }
    )
    team.commit({"projects/gauss/src/gauss/tasks.py": "fit = 2\n"})
    first = ("gauss/src/gauss/tasks.py", "dataset gauss.item_tags", "archimedes/notebooks/validation.ipynb cell 4")
    assert affected(team.root, base).ways == {
        "gauss": first[:1],
        "archimedes": first,
        "last": (*first, "import archimedes", "last/a.py:1"),
    }


def test_nothing_changed_selects_nothing(team: Repository) -> None:
    """Without a change nothing is selected, and prose at hand says so."""
    assert affected(team.root) == affected(team.root, "HEAD")
    assert not affected(team.root).ways
    assert not affected(team.root).everything


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Makefile": "all:\n"}, "Makefile changed, which lies outside every project"),
        ({"shared/src/paddock/x.py": ""}, "shared changed"),
        ({"ci/src/paddock_ci/repo/graph.py": "# a scanner\n"}, "ci changed"),
        ({"projects/notes.txt": ""}, "projects/notes.txt changed"),
        ({"projects/drafts/a.py": ""}, "projects/drafts"),
        ({"projects/user/pyproject.toml": "[tool.paddock\n"}, "projects/user: its TOML cannot be read"),
        ({"projects/user/catalog.toml": b"\xff\xfe"}, "projects/user: its TOML cannot be read"),
        ({"projects/user/pyproject.toml": "tool = 1\n"}, "projects/user"),
        ({"projects/user/src/user/bad.py": "def (:\n"}, "projects/user/src/user/bad.py does not parse"),
        ({"projects/user/notebooks/bad.ipynb": "[]"}, "projects/user/notebooks/bad.ipynb does not parse"),
    ],
)
@pytest.mark.parametrize("is_committed", [True, False])
def test_what_is_not_understood_selects_everything(
    team: Repository, files: Mapping[str, str | bytes], said: str, is_committed: bool
) -> None:
    """A file outside every project, or one that does not parse, selects all projects and says why."""
    base = team.git("rev-parse", "HEAD")
    team.write(files)
    if is_committed:
        team.commit()
    answer = affected(team.root, base)
    assert said in answer.everything
    assert {"gauss", "other"} <= set(answer.ways)


def test_a_removed_outside_file_selects_everything(team: Repository) -> None:
    """To remove a file that lies outside every project is as wide a change as to edit it."""
    base = team.commit({"conftest.py": "x = 1\n"})
    team.remove("conftest.py")
    assert "conftest.py" in affected(team.root, base).everything


def test_a_repository_without_commits_selects_everything(tmp_path: Path) -> None:
    """Before the first commit there is nothing to compare with, so nothing is ruled out."""
    team = Repository(tmp_path)
    team.write({"pyproject.toml": "[tool.paddock.workspace]\n", **project("gauss")})
    assert set(affected(tmp_path).ways) == {"gauss"}
    team.git("init", "-q")
    assert set(affected(tmp_path).ways) == {"gauss"}
    assert "no commit to compare with" in affected(tmp_path).everything


def test_a_shallow_clone_selects_everything(team: Repository, tmp_path: Path) -> None:
    """A clone that lacks the commit to compare with says so and rules nothing out."""
    base = team.git("rev-parse", "HEAD")
    team.commit({"projects/gauss/notes.txt": "b\n"})
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{team.root}", str(tmp_path / "shallow")], check=True)
    answer = affected(tmp_path / "shallow", base)
    assert "shallow" in answer.everything
    assert set(answer.ways) == {"gauss", "user", "other"}


def test_a_name_that_is_no_commit_is_refused(team: Repository) -> None:
    """A base that does not exist is the user's mistake, not a reason to select everything."""
    with pytest.raises(ConfigurationError, match="nonsense: no such commit"):
        affected(team.root, "nonsense")


def test_a_detached_checkout_compares_with_main(team: Repository) -> None:
    """A commit that is checked out without a branch is compared with the commit at which it left main."""
    team.git("checkout", "-q", "--detach")
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert _selected(team) == {"gauss"}


def test_a_branch_is_compared_with_where_it_left_main(team: Repository) -> None:
    """What others merged meanwhile is not part of a branch's change."""
    team.git("checkout", "-q", "-b", "mine")
    team.commit({"projects/other/a.txt": "b\n"})
    team.git("checkout", "-q", "main")
    team.commit({"projects/gauss/notes.txt": "b\n"})
    team.git("checkout", "-q", "mine")
    assert _selected(team) == {"other"}


def test_ignored_files_are_nobodys_change(team: Repository) -> None:
    """What git ignores never reaches a colleague, so it selects nothing."""
    team.commit({".gitignore": ".paddock/\n*.tmp\n"})
    team.write({"projects/gauss/a.tmp": "", ".paddock/x": ""})
    assert not _selected(team, "HEAD")


def test_names_of_any_kind_are_files_like_others(team: Repository) -> None:
    """Spaces, quotes, other alphabets and arrows in the names of files do not hide a change."""
    base = team.commit()
    team.commit({'projects/gauss/naïve "x" → ü.txt': "b\n"})
    assert _selected(team, base) == {"gauss"}
    team.write({"projects/user/ein Name\tmit Tab.txt": "c\n"})
    assert _selected(team, base) == {"gauss", "user"}


def test_names_that_are_no_text_are_told_as_far_as_they_are(
    team: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bytes that are no UTF-8, or a line's end, in the name of a file end neither the search nor the answer."""
    for name in (b"\xff.py", b"a\nb.py"):
        Path(os.fsdecode(os.fsencode(team.root / "projects/user") + b"/" + name)).write_text("import gauss\n")
    base = team.commit()
    Path(os.fsdecode(os.fsencode(team.root / "projects/gauss") + b"/\xfe.txt")).write_text("b\n")
    team.commit()
    assert main(["-C", str(team.root), "--base", base]) == 0
    assert "2 of 3 projects" in capsys.readouterr().out


def test_a_project_that_is_another_repository_is_told_by_its_name(team: Repository, tmp_path: Path) -> None:
    """A new commit of a submodule is a change of the project that it is."""
    library = repository(tmp_path / "library", {"a.py": "x = 1\n"})
    allow = ("-c", "protocol.file.allow=always")
    team.git(*allow, "submodule", "add", "-q", str(library.root), "projects/far")
    base = team.commit()
    library.commit({"a.py": "x = 2\n"})
    team.git(*allow, "submodule", "update", "-q", "--remote", "projects/far")
    team.commit()
    assert "far" in affected(team.root, base).ways


def test_symbolic_links_are_followed_by_their_text(team: Repository) -> None:
    """A link to another project is a mention of it."""
    (team.root / "projects/user/link").symlink_to("../gauss/src")
    base = team.commit()
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert _selected(team, base) == {"gauss", "user"}


def test_a_submodule_counts_as_mentioning_everything(team: Repository, tmp_path: Path) -> None:
    """What lies in another repository was not searched, so the project around it depends on every other."""
    repository(tmp_path / "library", {"a.py": "import gauss\n"})
    team.git(
        "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(tmp_path / "library"), "projects/user/lib"
    )
    base = team.commit()
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert _selected(team, base) == {"gauss", "user"}


def test_a_new_project_reaches_who_already_named_it(team: Repository) -> None:
    """A project that appears under a name that others already use is a change for them."""
    base = team.commit({"projects/user/tasks.py": "import euler\n"})
    team.commit(project("euler"))
    assert _selected(team, base) == {"euler", "user"}


def test_a_package_can_have_another_name_than_its_project(team: Repository) -> None:
    """A project is known by its folder, its distribution and each package in its `src`."""
    manifest = '[project]\nname = "acme-hypatia"\n\n[tool.paddock]\npackage = "hyp"\n'
    base = team.commit(
        {
            "projects/hypatia/pyproject.toml": manifest,
            "projects/hypatia/src/conics.py": "",
            "projects/user-a/pyproject.toml": "[tool.paddock]\n",
            "projects/user-a/x.py": "import hyp\n",
            "projects/user-b/pyproject.toml": "[tool.paddock]\n",
            "projects/user-b/x.py": "import conics\n",
            "projects/user-c/pyproject.toml": "[tool.paddock]\n",
            "projects/user-c/x.txt": "acme_hypatia\n",
        }
    )
    team.commit({"projects/hypatia/src/conics.py": "x = 1\n"})
    assert _selected(team, base) == {"hypatia", "user-a", "user-b", "user-c"}


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 50, "append", "truncate"])
def test_a_damaged_memory_is_made_anew(team: Repository, damage: bytes | str) -> None:
    """What an earlier call kept is only used when it is whole."""
    base = team.commit({"projects/user/tasks.py": "import gauss\n"})
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert _selected(team, base) == {"gauss", "user"}
    kept = team.root / ".paddock/ci/graph.json"
    content = kept.read_bytes()
    kept.write_bytes(
        {"append": content + b" ", "truncate": content[:-9]}[damage] if isinstance(damage, str) else damage
    )
    assert _selected(team, base) == {"gauss", "user"}
    assert kept.read_bytes() == content


def test_a_memory_that_cannot_be_written_costs_only_time(team: Repository) -> None:
    """Where the memory has no place, the answer is the same."""
    base = team.commit({"projects/user/tasks.py": "import gauss\n"})
    (team.root / ".paddock").mkdir()
    (team.root / ".paddock/ci").write_text("a file")
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert _selected(team, base) == {"gauss", "user"}


def test_a_lock_selects_who_needs_what_changed(team: Repository) -> None:
    """A new version of a package reaches the projects that need it, also through another package."""
    lock = (
        '[[package]]\nname = "lightgbm"\nversion = "{}"\n\n'
        '[[package]]\nname = "wrapper"\nversion = "1"\n\n[package.dependencies]\nlightgbm = "*"\n'
    )
    needing = {"projects/needs/pyproject.toml": '[project]\ndependencies = ["wrapper>=1"]\n[tool.paddock]\n'}
    base = team.commit({"poetry.lock": lock.format(1), "requirements.txt": "1", **needing})
    team.commit({"poetry.lock": lock.format(2), "requirements.txt": "2"})
    assert affected(team.root, base).ways == {"needs": ("poetry.lock",)}


def test_a_lock_of_the_harness_selects_everything(team: Repository) -> None:
    """A new version of what every check runs on reaches all projects."""
    lock = '[[package]]\nname = "pytest"\nversion = "{}"\n'
    team.commit({"pyproject.toml": '[tool.paddock.workspace]\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'})
    base = team.commit({"poetry.lock": lock.format(1)})
    team.commit({"poetry.lock": lock.format(2)})
    assert affected(team.root, base).everything == "poetry.lock: pytest changed, which every check runs on"


def test_a_matrix_never_has_more_jobs_than_github_makes() -> None:
    """Where more projects are affected, each job gets several; none is left out, and none is there twice."""
    for count in (0, 1, 256, 257, 1000):
        answer = Answer("", {f"p{number}": ("",) for number in range(count)}, "", count)
        jobs = json.loads(_matrix(answer))["project"]
        assert len(jobs) <= 256
        assert " ".join(jobs).split() == list(answer.ways)


def test_machines_get_json_and_a_matrix(team: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` tells the way to each project, `--matrix` is what a GitHub workflow's matrix takes."""
    base = team.commit()
    team.commit({"projects/gauss/notes.txt": "b\n"})
    assert main(["-C", str(team.root), "--base", base, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"base": base, "everything": "", "projects": [{"project": "gauss", "way": ["gauss/notes.txt"]}]}
    assert main(["-C", str(team.root), "--base", base, "--matrix"]) == 0
    assert json.loads(capsys.readouterr().out) == {"project": ["gauss"]}
    assert main(["-C", str(team.root), "--base", "nonsense"]) == 2
    assert "nonsense: no such commit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nonsense"], "option --nonsense not recognized"),
        (["--base"], "option --base requires argument"),
        (["gauss"], "expected no argument, got 'gauss'"),
        (["--json", "--matrix"], "expected one of --json and --matrix"),
        (["-C", "/"], "/: no Paddock workspace here or above"),
    ],
)
def test_a_wrong_option_is_the_users_to_mend(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, what is wrong, and where the options are listed."""
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_help_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Every option is listed, in 80 columns."""
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.lstrip().startswith("-") for line in lines) == 6


def test_the_program_answers_beside_the_command_line(team: Repository) -> None:
    """`paddock affected` is the program of its own, and the command line's help lists it too."""
    team.commit()
    command = Path(sys.executable).with_name("paddock")
    answer = subprocess.run(
        [command, "affected"], cwd=team.root / "projects", capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith("0 of 3 projects are affected since ")
    listed = subprocess.run([command, "--help"], capture_output=True, text=True, check=True).stdout
    assert "Say which projects a change can influence" in listed
