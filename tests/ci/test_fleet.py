"""What the fleet effect of a change of templates promises, on a small template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from paddock.errors import CodeError, ConfigurationError
from paddock.project import Workspace
from paddock_ci.engine.job import Job, Status
from paddock_ci.engine.runner import Progress
from paddock_ci.finding import Finding
from paddock_ci.fleet import markdown, scratch
from paddock_ci.fleet.effect import Effect, Fleet, Hunk, Lines, Verdict
from paddock_ci.fleet.fleet import Wish, fleet
from paddock_ci.fleet.gates import Running
from paddock_ci.fleet.looking import only_in

from tests.ci.harnessed import Played
from tests.scaffold.enduring import TEXT, Team, contents, team_at

THEIRS = TEXT.replace("line 3\n", "theirs\n")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Team, Fleet]]:
    """Projects in each situation, and what one change of the template does to them; it is not committed."""
    team = team_at(tmp_path_factory.mktemp("fleet") / "team")
    for name in ("Plain", "Edited", "Torn", "Old", "Damaged", "Moved"):
        team.new(name)
    team.edit(team.root / "projects/edited", {"src/model.py": TEXT.replace("line 20\n", "ours\n")})
    team.edit(team.root / "projects/torn", {"src/model.py": TEXT.replace("line 3\n", "ours\n")})
    team.edit(team.root / "projects/old", {"README.md": "ours\n"})
    team.release({"README.md": "theirs\n"})
    team.update("plain", "edited", "torn", "damaged", "moved")
    team.edit(team.root / "projects/damaged", {"template.toml": "tree =\n"})
    team.repo.git("checkout", "-q", "-b", "change")
    manifest = (team.template / "pyproject.toml").read_text()
    team.repo.write({f"templates/tiny/{team.template.name}/src/model.py": THEIRS})
    team.repo.write({f"templates/tiny/{team.template.name}/pyproject.toml": f"{manifest}reads = 1\n"})
    team.repo.write({f"templates/tiny/{team.template.name}/picture.png": b"\x89\0"})
    team.repo.git("add", "-A")
    team.repo.git("commit", "-q", "-m", "template")
    team.update("moved")
    (team.root / "projects/plain/own.md").write_text("not committed\n")
    before = _state(team.root)
    yield team, fleet(Workspace(team.root), Wish(), lambda text: None)
    assert _state(team.root) == before


def _state(root: Path) -> dict[str, bytes]:
    """Everything of the workspace, git's own files included."""
    return contents(root)


def _effect(found: Fleet, name: str) -> Effect:
    (effect,) = (effect for effect in found.effects if effect.project == name)
    return effect


def test_each_project_has_its_verdict(seen: tuple[Team, Fleet]) -> None:
    """Also one with uncommitted work, which is taken along, and one that the change itself has updated."""
    _, found = seen
    verdicts = {effect.project: str(effect.verdict) for effect in found.effects}
    assert verdicts == {
        "plain": "updated",
        "edited": "updated",
        "moved": "updated",
        "torn": "conflicts",
        "old": "conflicts",
        "damaged": "refused",
    }
    assert dict(found.templates) == {"tiny": 5}
    assert found.projects == 6
    assert _effect(found, "moved").moved


def test_files_and_lines_are_counted(seen: tuple[Team, Fleet]) -> None:
    """Of each file that changes the lines that come and go, of a binary one none."""
    _, found = seen
    expected = (Lines("picture.png"), Lines("pyproject.toml", 1, 0), Lines("src/model.py", 1, 1))
    for name in ("plain", "edited", "moved"):
        assert _effect(found, name).files == expected


def test_new_conflicts_are_told_from_old_ones(seen: tuple[Team, Fleet]) -> None:
    """A project that was behind had its conflict before; one that followed has a new one, in its own line."""
    _, found = seen
    (torn,) = _effect(found, "torn").hunks
    assert torn == Hunk("src/model.py", "line 3", "is changed here and otherwise by the template", is_new=True)
    old = _effect(found, "old")
    assert [(hunk.path, hunk.is_new) for hunk in old.hunks] == [("README.md", False)]
    assert (old.behind, _effect(found, "torn").behind) == (True, False)
    assert not old.is_worse


def test_a_record_edited_by_hand_was_refused_before(seen: tuple[Team, Fleet]) -> None:
    """It is told with its remedy, and the change is not blamed for it."""
    _, found = seen
    effect = _effect(found, "damaged")
    assert effect.refusal is not None
    assert "projects/damaged/template.toml: is not valid TOML" in effect.refusal.message
    assert "git checkout HEAD" in effect.refusal.remedy
    assert not effect.refusal.is_new


def test_checks_that_turn_red_are_named(seen: tuple[Team, Fleet]) -> None:
    """The template's change breaks what projects declare; of those that keep their files, nothing turns."""
    _, found = seen
    red = {effect.project: sorted({finding.code for finding in effect.red}) for effect in found.effects}
    assert "PD101" in red["plain"]
    assert red["plain"] == red["edited"] == red["moved"]
    assert red["old"] == red["damaged"] == []
    place = next(finding.place for finding in _effect(found, "plain").red if finding.code == "PD101")
    assert place.startswith("projects/plain/")
    assert found.is_worse


def test_markdown_says_it_for_a_pull_request(seen: tuple[Team, Fleet]) -> None:
    """A finding that a template makes in several projects is told once, with their names."""
    _, found = seen
    text = markdown.render(found)
    assert text.startswith("## ❌ paddock fleet: worse for 4 of 6 projects")
    assert "**torn**: src/model.py (line 3): is changed here and otherwise by the template &#91;new&#93;" in text
    assert "| ✅ old | 1 conflict, all as before the change | 0 | 0 |" in text
    assert "pyproject.toml +1 -0" in text


def test_lines_that_move_turn_nothing() -> None:
    """A finding is the same one on another line; of two alike, one more is one more."""
    root = Path("/nowhere")
    one, moved = (Finding("RM101", f"projects/a/README.md:{line}", "x", "y") for line in (3, 4))
    assert only_in([moved], [one], (root, root)) == ()
    assert only_in([moved, one], [one], (root, root)) == (one,)


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one project, on a branch."""
    team = team_at(tmp_path / "team")
    team.new("Shop")
    team.repo.git("checkout", "-q", "-b", "change")
    return team


def _fleet(team: Team, base: str = "", head: str = "", running: Running | None = None) -> Fleet:
    return fleet(Workspace(team.root), Wish(base, head, 1, running), lambda text: None)


def test_checks_that_turn_green_are_named(small: Team) -> None:
    """The template mends what it had broken, between two commits that are named."""
    manifest = (small.template / "pyproject.toml").read_text()
    small.release({"pyproject.toml": f"{manifest}reads = 1\n"})
    small.update("shop")
    base = small.repo.commit()
    small.release({"pyproject.toml": manifest})
    found = _fleet(small, base, "HEAD")
    said = "pyproject.toml: [tool.paddock] reads: expected a list of texts, got 1"
    assert any(said in finding.message for finding in found.effects[0].green)
    assert not any(said in finding.message for finding in found.effects[0].red)


def test_nothing_changed_is_said_at_once(small: Team) -> None:
    """A change of other files has no effect on any project."""
    small.repo.commit({"notes.md": "x\n"})
    found = _fleet(small)
    assert (dict(found.templates), found.effects, found.is_worse) == ({}, (), False)


def test_a_template_without_projects_has_no_effect(small: Team) -> None:
    """It is told with the number of its projects."""
    shutil.copytree(small.root / "templates/tiny", small.root / "templates/other")
    found = _fleet(small)
    assert (dict(found.templates), found.effects) == ({"other": 0}, ())


def test_what_is_new_in_the_change_has_no_before(small: Team) -> None:
    """A project that was made in it follows; one whose folder got another name does not, and that is new."""
    small.new("Ward")
    small.release({"src/model.py": THEIRS})
    small.new("Farm")
    small.repo.git("mv", "projects/shop", "projects/store")
    effects = {effect.project: effect for effect in _fleet(small).effects}
    assert (effects["farm"].verdict, effects["farm"].behind, effects["farm"].red) == (Verdict.STAYS, False, ())
    refusal = effects["store"].refusal
    assert refusal is not None
    assert refusal.is_new
    assert refusal.message.startswith("projects/store: the project was made as 'shop'")


def test_a_manifest_that_cannot_be_read_is_named_in_its_place(small: Team) -> None:
    """Not in the copy, of which nobody knows."""
    small.edit(small.root / "projects/shop", {"pyproject.toml": "x ="})
    small.release({"src/model.py": THEIRS})
    (effect,) = _fleet(small).effects
    assert effect.refusal is not None
    assert effect.refusal.message.startswith("projects/shop/pyproject.toml: is not valid TOML")


def test_a_template_that_is_gone_refuses_its_projects(small: Team) -> None:
    """That they cannot follow any more is new; where the new name says which it was, they follow it."""
    small.repo.git("mv", "templates/tiny", "templates/little")
    (effect,) = _fleet(small).effects
    assert effect.refusal is not None
    assert (effect.refusal.is_new, "templates/tiny: no such template" in effect.refusal.message) == (True, True)
    small.repo.git("mv", "templates/little", "templates/tiny")
    small.release({}, _formerly=["tiny"])
    small.repo.git("mv", "templates/tiny", "templates/little")
    (effect,) = _fleet(small).effects
    assert (effect.refusal, effect.template, effect.notes) == (
        None,
        "little",
        ("the template tiny is called little now",),
    )


@pytest.mark.parametrize(
    ("file", "text", "error", "expected"),
    [
        ("{{cookiecutter.__slug}}/README.md", "{{ cookiecutter.nobody }}", CodeError, "templates/tiny: the template"),
        ("cookiecutter.json", "{", ConfigurationError, "templates/tiny/cookiecutter.json: cannot be read as JSON"),
    ],
)
def test_a_template_that_does_not_bake_is_one_message(
    small: Team,
    file: str,
    text: str,
    error: type[Exception],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It names the template in the workspace, and nothing is left behind."""
    small.repo.write({f"templates/tiny/{file}": text})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    with pytest.raises(error) as raised:
        _fleet(small)
    assert str(raised.value).startswith(expected)
    assert not list(scratch.iterdir())


def test_a_shallow_clone_says_what_to_fetch(small: Team, tmp_path: Path) -> None:
    """Where the change began is not known; where it is, a project's older tree may lack, as it did before."""
    old = small.repo.commit()
    small.release({"src/model.py": THEIRS})
    base = small.repo.commit()
    small.release({"src/model.py": TEXT + "last\n"})
    for depth in (1, 2):
        small.repo.git("clone", "-q", "--depth", str(depth), f"file://{small.root}", str(tmp_path / f"shallow{depth}"))
    with pytest.raises(ConfigurationError, match="git fetch --unshallow"):
        fleet(Workspace(tmp_path / "shallow1"), Wish(base=old), lambda text: None)
    (effect,) = fleet(Workspace(tmp_path / "shallow2"), Wish(base="HEAD~1"), lambda text: None).effects
    assert base == small.repo.git("rev-parse", "HEAD~1")
    assert effect.refusal is not None
    assert "this clone lacks the tree" in effect.refusal.message
    assert "git fetch --unshallow" in effect.refusal.remedy
    assert not effect.refusal.is_new


@pytest.mark.parametrize(("base", "head"), [("nowhere", ""), ("", "nowhere"), ("HEAD", "nowhere")])
def test_an_unknown_ref_is_wrong_usage(small: Team, base: str, head: str) -> None:
    """Base or head."""
    with pytest.raises(ConfigurationError, match="nowhere: no such commit"):
        _fleet(small, base, head)


def test_without_git_nothing_can_be_told(tmp_path: Path) -> None:
    """Nor without a commit; each says what to do."""
    (tmp_path / "projects").mkdir()
    with pytest.raises(ConfigurationError, match="git knows nothing of it"):
        fleet(Workspace(tmp_path), Wish(), lambda text: None)


def test_an_interrupt_leaves_nothing(small: Team, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C at any step removes the scratch copies; what a killed process left goes the next time."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    small.release({"src/model.py": THEIRS})
    for word in ("copying", "of 2 updates", "checks"):

        def interrupt(text: str, word: str = word) -> None:
            if word in text:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            fleet(Workspace(small.root), Wish(workers=1), interrupt)
        assert list(tmp_path.glob("paddock-*")) == []
    with scratch.scratch(small.root) as folder:
        dead = next(number for number in range(2**22, 1, -1) if not psutil.pid_exists(number))
        shutil.copytree(folder, folder.with_name(folder.name.replace(f"-{os.getpid()}-", f"-{dead}-")))
        with scratch.scratch(small.root) as other:
            assert sorted(tmp_path.glob("paddock-*")) == sorted([folder, other])


def test_a_hook_of_git_cannot_lead_it_into_the_clone(small: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells its hooks where the repository is; the copies do not listen."""
    small.release({"src/model.py": THEIRS})
    monkeypatch.setenv("GIT_DIR", str(small.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(small.root / ".git/index"))
    before = contents(small.root)
    assert [effect.verdict for effect in _fleet(small).effects] == [Verdict.UPDATED]
    assert contents(small.root) == before


def test_gates_that_fail_after_the_change_are_told(small: Team) -> None:
    """A project is run after the change, and before it only where it failed; what failed before is no news."""
    team = small
    team.new("Ward")
    base = team.repo.commit()
    team.release({"src/model.py": THEIRS})
    told: list[Progress] = []

    def verdict(job: Job, stage: Path, given: object) -> tuple[str, dict[str, str]]:
        is_changed = "theirs" in (stage / "projects" / job.project / "src/model.py").read_text()
        return ("broken" if job.project == "ward" or is_changed else ""), {}

    played = Played(verdict)
    found = _fleet(team, base, running=Running(1, told.append, execute=played))
    effects = {effect.project: effect for effect in found.effects}
    assert [finding.message for finding in effects["shop"].failed] == ["broken"]
    assert effects["shop"].is_worse
    assert (effects["ward"].gates, effects["ward"].failed) == (f"{Status.FAILED}, as before the change", ())
    assert len(told) == len(played.done) == 4
