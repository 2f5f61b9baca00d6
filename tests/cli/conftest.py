"""The command line, called as a shell would, inside this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from paddock.cli.main import main
from paddock.project import Workspace


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Paddock = Callable[..., Answer]


@pytest.fixture
def paddock(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Paddock:
    """Call `paddock ARGUMENTS` in the workspace's folder, 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(workspace.root)

    def call(*arguments: str) -> Answer:
        monkeypatch.setattr("sys.argv", ["paddock", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Answer(int(ended.value.code or 0), printed.out, printed.err)

    return call
