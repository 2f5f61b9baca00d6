"""What the checks of a project against its template promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paddock_ci.checks import PROJECT_CHECKS
from paddock_ci.files import ProjectFiles

from tests.scaffold.enduring import Team, team_at

TODAY = datetime.now(UTC).date()
MANAGED = "PD113 Dockerfile: is not as the template renders it, which manages it"


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one small template and a project."""
    team = team_at(tmp_path / "team")
    team.new()
    return team


def _found(team: Team) -> list[str]:
    files = ProjectFiles(team.root, team.root / "projects/shop")
    looks = [(code, look) for code in ("PD113", "PD114") for look in PROJECT_CHECKS[code](files)]
    assert looks
    return [f"{code} {look.place}: {look.fault}" for code, look in looks if look.fault]


def _deviate(team: Team, until: object, path: str = "Dockerfile") -> None:
    manifest = team.root / "projects/shop/pyproject.toml"
    table = f'\n[[tool.paddock.deviations]]\npath = "{path}"\nreason = "GPU"\nuntil = {until}\n'
    manifest.write_text(manifest.read_text() + table)


def test_a_fresh_project_follows_its_template(small: Team) -> None:
    """Also when the template has moved on, and in a clone without any history."""
    assert _found(small) == []
    small.release({"Dockerfile": "FROM other\n"})
    assert _found(small) == []
    small.repo.remove(".git")
    assert _found(small) == []


@pytest.mark.parametrize("text", ["FROM shop\nRUN ours\n", None])
def test_a_managed_file_that_is_otherwise_is_found(small: Team, text: str | None) -> None:
    """Edited or gone; other files are the project's to edit."""
    file = small.root / "projects/shop/Dockerfile"
    (small.root / "projects/shop/README.md").write_text("ours\n")
    file.unlink() if text is None else file.write_text(text)
    assert _found(small) == [MANAGED if text else "PD113 Dockerfile: is missing, which manages it"]


def test_line_ends_of_a_clone_are_no_edit(small: Team) -> None:
    """As git writes them on Windows."""
    (small.root / "projects/shop/Dockerfile").write_bytes(b"FROM shop\r\n")
    assert _found(small) == []


def test_a_deviation_holds_until_it_ends(small: Team) -> None:
    """Its last day counts; after it both the file and the end are findings."""
    (small.root / "projects/shop/Dockerfile").write_text("FROM gpu\n")
    manifest = small.root / "projects/shop/pyproject.toml"
    plain = manifest.read_text()
    _deviate(small, TODAY)
    assert _found(small) == []
    manifest.write_text(plain)
    ended = TODAY - timedelta(days=1)
    _deviate(small, ended)
    assert _found(small) == [
        MANAGED,
        f"PD114 pyproject.toml: [[tool.paddock.deviations]] Dockerfile ended on {ended}: GPU",
    ]


def test_a_deviation_that_nothing_needs_is_found(small: Team) -> None:
    """The file is as the template renders it, or no managed one."""
    _deviate(small, TODAY, path="README.md")
    expected = "PD114 pyproject.toml: [[tool.paddock.deviations]] README.md: no managed file deviates that way"
    assert _found(small) == [expected]


def test_a_wrong_deviation_is_found_once(small: Team) -> None:
    """With what was expected."""
    _deviate(small, '"soon"')
    (found,) = _found(small)
    assert found.startswith("PD114 pyproject.toml: [[tool.paddock.deviations]] 1: until: expected a date")


@pytest.mark.parametrize(("text", "expected"), [(None, "is missing"), ("tree = 3\n", "template: expected the name")])
def test_a_record_that_is_missing_or_damaged_is_found(small: Team, text: str | None, expected: str) -> None:
    """Nobody could update the project."""
    file = small.root / "projects/shop/template.toml"
    file.unlink() if text is None else file.write_text(text)
    (found,) = _found(small)
    assert found.startswith(f"PD113 template.toml: {expected}")


def test_a_record_that_says_nothing_of_a_managed_file_is_found(small: Team) -> None:
    """Such as one that was written by hand to adopt a template, or to get around it; not one of another version."""
    file = small.root / "projects/shop/template.toml"
    file.write_text(file.read_text().partition("[managed]")[0])
    assert _found(small) == ["PD113 template.toml: does not say how Dockerfile has to look"]
    small.release({"README.md": "new\n"})
    assert _found(small) == []


def test_a_workspace_without_templates_has_nothing_to_follow(small: Team) -> None:
    """Projects that were made by hand, or elsewhere."""
    small.repo.remove("templates")
    files = ProjectFiles(small.root, small.root / "projects/shop")
    assert list(PROJECT_CHECKS["PD113"](files)) == []
