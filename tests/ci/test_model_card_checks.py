"""What the checks of a README.md's title and model card find, and where they say it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from paddock.project import Project
from paddock_ci.checks import readme
from paddock_ci.files import ProjectFiles
from paddock_ci.finding import Look
from paddock_ci.schedule import schedule_fault, schedule_words

Check = Callable[[ProjectFiles], Iterator[Look]]

README = """\
# A \\*shop\\* \\#1

Owner: O'Brien \\\\ \\<b\\>

| | |
|---|---|
| Intended use | a |
| Not for | b |
| Data | c |
| Model | d |
| Baseline | e |
| Measured by | f |
| Known limits | g |
| Schedule | daily at 05:30 UTC, within 60 minutes |
"""
MANIFEST = """\
[tool.paddock]
title = "A *shop* #1"
owner = "O'Brien \\\\ <b>"
package = "shop"
pipeline = "shop.tasks:Pipeline"
notebooks = []
schedule = "30 5 * * *"
deadline_minutes = 60
"""
SERVED = '[datasets.items]\ndescription = "Items."\nserve = true\n'
MakeProject = Callable[..., Project]


@pytest.fixture
def shop(make_project: MakeProject) -> Project:
    """A project whose README.md says who it is."""
    return make_project("shop", catalog=SERVED, files={"README.md": README, "pyproject.toml": MANIFEST})


def _looks(project: Project, check: Check, old: str = "", new: str = "") -> list[Look]:
    path = project.folder / "README.md"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return list(check(ProjectFiles(project.workspace.root, project.folder)))


def _faults(project: Project, check: Check, old: str, new: str) -> list[tuple[str, str]]:
    return [(look.place, look.fault) for look in _looks(project, check, old, new) if look.fault]


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("| Baseline | e |\n", "", 1, "the model card's row 'Baseline' is missing"),
        ("| Data | c |", "| Data | |", 9, "the model card's row 'Data' is empty"),
        ("| Data | c |", "| Data | TODO: ask |", 9, "the model card's row 'Data' is empty"),
        ("| Data | c |", "| Data | … |", 9, "the model card's row 'Data' is empty"),
        ("| Data | c |", "| Data | Lorem ipsum |", 9, "the model card's row 'Data' is empty"),
        ("| Data | c |", "| Data | to be written |", 9, "the model card's row 'Data' is empty"),
        ("60 minutes", "90 minutes", 14, "the schedule is 'daily at 05:30 UTC, within 90 minutes'; expected 60"),
        ("05:30", "06:30", 14, "the schedule is 'daily at 06:30 UTC, within 60 minutes'; expected 05:30"),
    ],
)
def test_model_cards_that_say_too_little(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """Every row says something, and the schedule is the one of pyproject.toml."""
    (found,) = _faults(shop, readme.has_model_card, old, new)
    assert found[0] == f"README.md:{line}"
    assert found[1].startswith(fault)


def test_a_missing_schedule_is_one_finding_with_what_to_write(shop: Project) -> None:
    """The row as a whole, in words that hold it: with them the check is content."""
    row = "| Schedule | daily at 05:30 UTC, within 60 minutes |\n"
    (look,) = [look for look in _looks(shop, readme.has_model_card, row, "") if look.fault]
    assert look.fault == "the model card's row 'Schedule' is missing"
    written = "| Schedule | daily at 05:30 UTC, published within 60 minutes |"
    assert look.remedy == f"Write: {written}"
    path = shop.folder / "README.md"
    path.write_text(path.read_text().rstrip() + f"\n{written}\n")
    assert _faults(shop, readme.has_model_card, "", "") == []


def test_a_schedule_that_is_wrong_is_one_finding(shop: Project) -> None:
    """All that it says otherwise at once."""
    (found,) = _faults(shop, readme.has_model_card, "daily at 05:30 UTC, within 60", "hourly at 06:30 UTC, within 90")
    assert found[1] == (
        "the schedule is 'hourly at 06:30 UTC, within 90 minutes'; expected 60, 05:30, which pyproject.toml says; "
        "the schedule says 'hourly'; expected what pyproject.toml says"
    )


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 5 * * *", "daily at 05:00 UTC"),
        ("30 6 * * 1", "weekly on Monday at 06:30 UTC"),
        ("0 5 * * 7", "weekly on Sunday at 05:00 UTC"),
        ("0 5 * * 1-5", "weekly at 05:00 UTC"),
        ("0 5 1 * *", "monthly at 05:00 UTC"),
        ("*/10 * * * *", "*/10 * * * * (UTC)"),
        ("", ""),
    ],
)
def test_a_schedule_in_words_is_what_the_check_expects(cron: str, words: str) -> None:
    """What the remedy says to write has no fault."""
    settings = {"schedule": cron}
    assert schedule_words(settings) == words
    assert schedule_fault(settings, words) == ""


def test_a_project_that_serves_nothing_needs_no_model_card(shop: Project) -> None:
    """Where no dataset is served, nobody decides by a model."""
    (shop.folder / "catalog.toml").write_text(SERVED.replace("true", "false"))
    assert _looks(shop, readme.has_model_card) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "fault"),
    [
        ("# A", "# The", 1, "expected the heading 'A *shop* #1', got 'The *shop* #1'"),
        ("\\*shop\\*", "*shop*", 1, "expected the heading 'A *shop* #1', got 'A shop #1'"),
        ("\\<b\\>", "<b>", 3, "expected the line 'Owner: O'Brien \\ <b>', got 'Owner: O'Brien \\'"),
        ("Owner:", "By:", 1, "expected the line 'Owner: O'Brien \\ <b>', got 'none'"),
    ],
)
def test_titles_and_owners_that_differ(shop: Project, old: str, new: str, line: int, fault: str) -> None:
    """What a reader sees, with markup resolved, is what pyproject.toml says."""
    assert _faults(shop, readme.names_title_and_owner, old, new) == [(f"README.md:{line}", fault)]
