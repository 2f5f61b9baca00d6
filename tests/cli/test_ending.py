"""How a command ends that meets a bug of ours: one message, a log, and no secret in either."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paddock.cli import runs as command

from tests.cli.conftest import Paddock

_PASSWORD = "correct-horse-battery"


def test_a_bug_has_a_log_without_secrets(paddock: Paddock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the log; neither has the password of an address, a known variable's value, or markup."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("SHOP_API_TOKEN", "Zx81Qk29Lm37Pv56Rt")

    def broken(*_: object) -> None:
        raise RuntimeError(f"[red]postgresql://ana:{_PASSWORD}@db/x refused Zx81Qk29Lm37Pv56Rt")

    monkeypatch.setattr(command, "_overview", broken)
    answer = paddock("runs")
    assert answer.code == 3
    (log,) = tmp_path.glob("paddock-*.log")
    assert log.name in re.sub(r"\s", "", answer.err)
    for text in (answer.err, log.read_text()):
        assert "[red]postgresql://ana:" in text
        assert _PASSWORD not in text
        assert "Zx81Qk29Lm37Pv56Rt" not in re.sub(r"\s", "", text)
    assert "RuntimeError" in log.read_text()
