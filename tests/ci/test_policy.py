"""What a team may say of its checks, and that nothing is borne with for ever or in vain."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from paddock_ci.finding import Finding
from paddock_ci.policy import Scope, judged

TODAY = date(2026, 6, 1)
CODES = {"NB101", "NB109", "PD101", "PL101"}
SCOPE = Scope(("shop",), is_whole=True, codes=CODES, static=CODES - {"PL101"})
DRAWS = Finding("NB109", "projects/shop/notebooks/a b.ipynb cell 3", "draws", "Seed it.")


def _judged(root: Path, shop: str = "", workspace: str = "", *found: Finding) -> list[tuple[str, str, str]]:
    for folder, text in (("", workspace), ("projects/shop", shop)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "pyproject.toml").write_text(f"[tool.paddock.checks]\n{text}\n")
    told = judged(root, found or (DRAWS,), SCOPE, TODAY)
    return [(finding.code, finding.severity, finding.message) for finding in told]


def test_without_a_word_everything_counts(tmp_path: Path) -> None:
    """Each finding is an error."""
    assert _judged(tmp_path) == [("NB109", "error", "draws")]


@pytest.mark.parametrize(
    "ignore",
    [
        'ignore.NB109 = "chance is its subject"',
        'ignore.NB109 = { reason = "chance", until = 2026-06-01 }',
        'ignore.NB109 = { reason = "chance", paths = ["notebooks/a*.ipynb"] }',
    ],
)
def test_what_is_ignored_with_a_reason_is_gone(tmp_path: Path, ignore: str) -> None:
    """In all files or in some, until its last day."""
    assert _judged(tmp_path, ignore) == []


def test_an_ignore_speaks_of_its_own_project_and_files(tmp_path: Path) -> None:
    """Another file's finding, or another project's, counts."""
    assert ("NB109", "error", "draws") in _judged(tmp_path, 'ignore.NB109 = { reason = "r", paths = ["b.ipynb"] }')
    other = Finding("NB109", "projects/shopping/a.ipynb", "draws", "Seed it.")
    assert ("NB109", "error", "draws") in _judged(tmp_path, 'ignore.NB109 = "r"', "", other)
    assert _judged(tmp_path, "", 'ignore.NB109 = { reason = "r", paths = ["projects/shopping/*"] }', other) == []


def test_an_ignore_ends(tmp_path: Path) -> None:
    """After its last day the finding counts again, and the line is one, too."""
    told = _judged(tmp_path, 'ignore.NB109 = { reason = "chance", until = 2026-05-31 }')
    assert [code for code, *_ in told] == ["NB109", "CK102"]
    assert "ended on 2026-05-31: chance" in told[1][2]


def test_an_ignore_that_bears_with_nothing_is_told(tmp_path: Path) -> None:
    """As a warning, where all was looked at that it can speak of."""
    assert [found[:2] for found in _judged(tmp_path, 'ignore.PD101 = "r"')][1:] == [("CK103", "warning")]
    assert [found[0] for found in _judged(tmp_path, 'ignore.PL101 = "a job that may not have run"')] == ["NB109"]


@pytest.mark.parametrize(
    ("workspace", "shop", "said"),
    [
        ("", 'ignore.NB999 = "r"', "ignore.NB999: no such check"),
        ("", 'ignore.NB109 = " "', "expected a reason, got ' '"),
        ("", "ignore.NB109 = 1", "expected a reason, or a table"),
        ("", 'ignore.NB109 = { reason = "r", until = "2026-01-01" }', "until: expected a date"),
        ("", 'ignore.NB109 = { reason = "r", until = 2026-01-01T00:00:00 }', "until: expected a date"),
        ("", 'ignore.NB109 = { reason = "r", paths = "a" }', "paths: expected a list"),
        ("", 'ignore = ["NB109"]', "ignore: expected codes with their reasons"),
        ("", 'select = ["NB"]', "has the key 'select', which is the workspace's"),
        ('severity.NB109 = "fatal"', "", "severity.NB109: expected error, warning, note"),
        ('severity.NB999 = "note"', "", "severity.NB999: no such check"),
        ('select = ["ZZ"]', "", "no check's code begins with 'ZZ'"),
    ],
)
def test_a_wrong_line_is_a_finding(tmp_path: Path, workspace: str, shop: str, said: str) -> None:
    """It says what was expected, and nothing is ignored for it."""
    told = _judged(tmp_path, shop, workspace)
    assert any(code == "CK101" and said in message for code, _, message in told)
    assert ("NB109", "error", "draws") in told or 'select = ["ZZ"]' in workspace


def test_the_workspace_selects_and_weighs(tmp_path: Path) -> None:
    """Other families are silent; a warning stays told; what is said of the table itself cannot be left out."""
    assert _judged(tmp_path, "", 'severity.NB109 = "warning"') == [("NB109", "warning", "draws")]
    told = _judged(tmp_path, 'ignore.NB999 = "r"', 'select = ["PD"]')
    assert [code for code, *_ in told] == ["CK101"]


def test_a_declaration_that_does_not_parse_says_nothing(tmp_path: Path) -> None:
    """Another check tells of it; here it is as if it had no table."""
    (tmp_path / "projects/shop").mkdir(parents=True)
    for folder in ("", "projects/shop"):
        (tmp_path / folder / "pyproject.toml").write_text("[tool")
    assert judged(tmp_path, [DRAWS], SCOPE, TODAY) == [DRAWS]
