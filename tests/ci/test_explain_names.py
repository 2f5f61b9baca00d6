"""What `paddock explain` makes of several names, of groups, and of what nothing is called."""

from __future__ import annotations

import json

import pytest
from paddock.errors import ConfigurationError
from paddock_ci.explain import explain
from paddock_ci.reference.pages import entries

EXIT_CODES = "Exit codes: 0, 1, 2, 3, 10, "


def _asked(capsys: pytest.CaptureFixture[str], *words: str, json: bool = False) -> str:
    explain([*words], json)
    return capsys.readouterr().out


def test_several_codes_are_explained_each(capsys: pytest.CaptureFixture[str]) -> None:
    """As findings name them in their last line; for machines, too."""
    said = _asked(capsys, "NB103", "pt201")
    assert [line for line in said.splitlines() if line.endswith(" (check)")] == ["NB103 (check)", "PT201 (check)"]
    assert [one["name"] for one in json.loads(_asked(capsys, "NB103", "PT201", json=True))] == ["NB103", "PT201"]


_DATA = ("delete", "describe", "diff", "history", "list", "rollback", "show")


@pytest.mark.parametrize("words", [["data"], ["paddock", "data"]])
def test_a_group_of_commands_lists_them(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Each with what it does, within 80 columns."""
    lines = _asked(capsys, *words).splitlines()
    names = [line.split("  ")[0] for line in lines if not line.startswith(" ")]
    assert names == [f"paddock data {name}" for name in _DATA]
    assert max(map(len, lines)) <= 80


def test_all_commands_are_one_group(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that read their own options say what they do, too."""
    said = _asked(capsys, "paddock")
    assert "paddock affected  Say which projects a change can influence" in said
    assert "Usage" not in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("99", EXIT_CODES),
        ("exit code 99", EXIT_CODES),
        ("-1", EXIT_CODES),
        ("NB999", "Did you mean 'NB109'?"),
        ("PT-201", "Did you mean 'PT201' or"),
        ("pt2O1", "Did you mean 'PT201' or"),
        ("stael", "Did you mean 'stale' or"),
        ("out of memory", "Did you mean 'out-of-memory'?"),
        ("NB103 xyzzyxyzzy", "All names: "),
        ("", "All names: "),
    ],
)
def test_what_is_unknown_leads_to_what_was_meant(words: str, expected: str) -> None:
    """A number to the exit codes, a code to codes, and every name as one would type it."""
    with pytest.raises(ConfigurationError) as raised:
        explain(words.split(" "))
    assert raised.value.message == f"explain: nothing is called '{words}'"
    assert raised.value.remedy.startswith(expected)


def test_names_are_plain_texts() -> None:
    """What is suggested is a word, not the way in which Python writes a member of a type."""
    assert {type(entry.name) for entry in entries()} == {str}
