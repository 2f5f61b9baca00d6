"""What follows pages notices whatever is not as a page says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.page_output import difference
from tests.docs.page_session import walked
from tests.docs.page_steps import PageError, walk_of

FENCE = "```"


def _block(language: str, *lines: str) -> str:
    return "\n".join((f"{FENCE}{language}", *lines, FENCE, ""))


def _fault(page: str, root: Path) -> str:
    root.mkdir(exist_ok=True)
    return walked(walk_of(page), root, {}).fault


GOOD = "\n".join(
    (
        "# A page",
        _block("sh", "export NAME=Ada", "mkdir inner && cd inner"),
        _block("sh", 'echo "$NAME in ${PWD##*/}"'),
        _block("text", "Ada in …"),
        "`inner/list.txt`:",
        "",
        _block("toml", "one = 1", "two = 2"),
        _block("diff", "--- inner/list.txt", " one = 1", "-two = 2", "+two = 3"),
        _block("sh", "cat list.txt"),
        _block("text", "one = 1", "two = 3"),
        _block("sh", "ls list.txt", "test -e nowhere  # ends with 1"),
        "<!-- not run: it would never end -->",
        "",
        _block("sh", "sleep 1000"),
    )
)


def test_a_page_is_one_session(tmp_path: Path) -> None:
    """Variables and folders last from block to block; files are written and edited; what is not run is known."""
    assert _fault(GOOD, tmp_path / "w") == ""
    walk = walk_of(GOOD)
    assert [skipped.reason for skipped in walk.skipped] == ["it would never end"]
    assert walk.commands == 6


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Ada in …", "Eva in …", "says something else"),
        ("two = 3\n```\n\n```sh\nls", "two = 3\nthree = 4\n```\n\n```sh\nls", "says something else"),
        ("one = 1\ntwo = 3\n```", "one = 1\n```", "says something else"),
        ("cat list.txt", "cat lost.txt", "ends with 1, expected 0"),
        ("cat list.txt", "false\ncat list.txt", "ends with 1, expected 0"),
        ("ls list.txt", "ls lost.txt", "ends with 2, expected 0"),
        ("# ends with 1", "# ends with 3", "ends with 1, expected 3"),
        ("test -e nowhere", "test -e list.txt", "ends with 0, expected 1"),
        ("-two = 2", "-two = 22", "stands 0 times"),
        ("--- inner/list.txt", "--- inner/lost.txt", "is not there"),
        ("--- inner/list.txt", "--- ../lost.txt", "leads out of the workspace"),
    ],
)
def test_whatever_is_not_as_shown_is_noticed(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Wrong output, a failing command, one that does not fail, an edit that fits nowhere."""
    assert old in GOOD
    assert said in _fault(GOOD.replace(old, new), tmp_path / "w")


def test_a_missing_block_is_noticed(tmp_path: Path) -> None:
    """Without any block that later ones need, the page does not work."""
    blocks = GOOD.split(_block("sh", "export NAME=Ada", "mkdir inner && cd inner"))
    assert len(blocks) == 2
    assert "NAME: unbound variable" in _fault("".join(blocks), tmp_path / "w")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (_block("bash", "ls"), "'bash' is not run"),
        (_block("console", "$ ls"), "'console' is not run"),
        (_block("diff", "-one", "+two"), "begins with the file"),
        ("<!-- given: URL as postgresql -->\n", "is misspelt"),
        ("<!-- not run: because -->\n\nNothing follows.\n", "no block follows"),
    ],
)
def test_what_leaves_it_open_is_refused(page: str, said: str) -> None:
    """A block that looks like a command and would not be run is no way round the test."""
    with pytest.raises(PageError, match=said):
        walk_of(page)


@pytest.mark.parametrize(
    ("shown", "said", "is_same"),
    [
        ("a  b", "a b\n\n", True),
        ("a … c", "a b b c", True),
        ("…\nlast", "first\nsecond\nlast", True),
        ("first\n…", "first", True),
        ("a.c", "abc", False),
        ("first", "first\nsecond", False),
        ("", "something", False),
        ("…\nlast", "last\nlater", False),
    ],
)
def test_only_what_is_left_open_may_differ(shown: str, said: str, is_same: bool) -> None:
    """`…` stands for any text of a line, alone for any lines; all else is compared, but for widths of columns."""
    assert (difference(shown, said) == "") is is_same


def test_nothing_of_the_developer_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session has a home of its own, and none of this machine's variables."""
    monkeypatch.setenv("PADDOCK_DATA_URL", "/elsewhere")
    page = _block("sh", 'test -z "${PADDOCK_DATA_URL:-}"', 'test "$HOME" != ' + f'"{os.environ.get("HOME", "/root")}"')
    assert _fault(page, tmp_path / "w") == ""
