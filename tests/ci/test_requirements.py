"""What a project's image installs is written from the lock that is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock_ci import requirements
from paddock_ci.checks import WORKSPACE_CHECKS

from tests.conftest import MakeProject

ROOT = Path(__file__).parents[2]


def test_the_remedy_of_ws102_asks_no_index(
    workspace: Workspace, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target that the finding names runs one module, and no Poetry: after it, the finding is gone."""
    for name in ("poetry.lock", "requirements.txt", "shared/pyproject.toml"):
        (workspace.root / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, workspace.root / name)
    export = (workspace.root / "requirements.txt").read_bytes()
    make_project("shop")
    [before] = WORKSPACE_CHECKS["WS102"](workspace)
    assert before.fault
    target = before.remedy.removeprefix("Run: make ")
    rule = re.search(rf"^{target}: setup .*\n\t@(.+)\n\n", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert rule is not None
    words = rule[1].partition("-m paddock_ci.requirements ")[2].split()
    monkeypatch.chdir(workspace.root)
    monkeypatch.setattr(requirements, "export", None)
    assert requirements.main(words) == 0
    assert [look.fault for look in WORKSPACE_CHECKS["WS102"](workspace)] == [""]
    assert (workspace.root / "requirements.txt").read_bytes() == export
