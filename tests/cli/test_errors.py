"""Every command and every program names the page about what went wrong, and that page is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from paddock_ci.docs.content import content_of
from paddock_ci.programs import Program
from paddock_ci.reference.commands import PAGE, walked

from tests.cli.conftest import Answer, Paddock

ROOT = Path(__file__).parents[2]
COMMANDS = [path.removeprefix("paddock ") for path, _, _ in walked()]
# What each command gets that it cannot work with, though it is called in the right way.
BAD = {
    "affected": "-C /",
    "backport": "nowhere",
    "check": "nowhere",
    "data delete": "shop.nowhere --version 0",
    "data describe": "shop.nowhere",
    "data diff": "shop.nowhere 0 1",
    "data history": "shop.nowhere",
    "data list": "--env nowhere",
    "data rollback": "shop.nowhere",
    "data show": "shop.nowhere",
    "demo": "-C /",
    "explain": "xyzzyxyzzy",
    "fleet": "-C /",
    "new": "-C / --template pipeline",
    "notebooks": "nowhere.ipynb",
    "replay": "nowhere",
    "report": "nowhere.ipynb",
    "run": "nowhere",
    "runs": "nowhere",
    "score": "nowhere",
    "site": "-C /",
    "templates": "nowhere",
    "update": "nowhere",
    "verify": "nowhere",
}
# It looks at nothing.
ALWAYS_DONE = {"version"}
# What no person starts.
INSIDE = {"paddock_ci.engine.work"}
PROGRAMS = [
    ".".join(path.relative_to(ROOT / "ci/src").with_suffix("").parts)
    for path in sorted((ROOT / "ci/src").rglob("*.py"))
    if re.search('^if __name__ == "__main__"', path.read_text(encoding="utf-8"), re.MULTILINE)
]


def _page(told: str) -> str:
    """The page that a message names, of which the message says nothing else; it is there, with that heading."""
    assert told.startswith("error: "), told
    [page] = re.findall(r"^More: (\S+)$", told, re.MULTILINE)
    path, _, anchor = page.partition("#")
    assert (ROOT / path).is_file(), page
    assert not anchor or anchor in _anchors(path), page
    return str(page)


@cache
def _anchors(path: str) -> Collection[str]:
    return content_of((ROOT / path).read_text(encoding="utf-8")).anchors


def _failed(answer: Answer) -> str:
    assert answer.code in (1, 2), answer
    return _page(answer.err)


def test_each_command_has_a_bad_input_here() -> None:
    """A command that is new has to be tried, too."""
    assert set(BAD) | ALWAYS_DONE == set(COMMANDS)


@pytest.mark.parametrize("command", BAD)
def test_what_a_command_cannot_do_names_its_page(paddock: Paddock, command: str) -> None:
    """One message, and where more is said about it."""
    assert _failed(paddock(*command.split(), *BAD[command].split())).startswith("docs/")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_call_names_what_the_command_takes(paddock: Paddock, command: str) -> None:
    """An option that there is not leads to the command's own part of the reference."""
    answer = paddock(*command.split(), "--no-such-option")
    assert answer.code == 2
    assert _failed(answer) == f"{PAGE}#paddock-{command.replace(' ', '-')}"


@pytest.mark.parametrize("words", [["rn"], ["data"], ["data", "shw"], []])
def test_a_command_that_is_missing_or_unknown_names_all(paddock: Paddock, words: list[str]) -> None:
    """The page of all commands; a group alone says which ones it has."""
    answer = paddock(*words)
    assert (answer.code, _failed(answer)) == (2, PAGE)
    assert len(answer.err.splitlines()) == 3
    if words == ["data"]:
        assert "Known: delete, describe, diff, history, list, rollback, show." in answer.err


@pytest.mark.parametrize("module", [name for name in PROGRAMS if name not in INSIDE])
def test_each_program_names_its_page(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that are started by `python -m` or by an executable of their own say it as commands do."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [module, "nowhere"])
    program = import_module(module)
    assert "main" in {node.name for node in ast.parse(Path(program.__file__ or "").read_text()).body if _is_named(node)}
    assert program.main() in (1, 2)
    _page(capsys.readouterr().err)


def _is_named(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef)


def test_programs_are_found() -> None:
    """Those of all commands that read their own options are among them."""
    assert {type(parser) for _, _, parser in walked() if isinstance(parser, Program)}
    assert {"paddock_ci.hook", "paddock_ci.reference.__main__", *INSIDE} <= set(PROGRAMS)
