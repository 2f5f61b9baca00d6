"""A workspace with the team's real templates."""

from __future__ import annotations

from pathlib import Path

import pytest
from paddock.project import Workspace
from paddock_ci.demo import scratch_copy

from tests.scaffold.enduring import Team, team_at

ROOT = Path(__file__).parents[2]


@pytest.fixture
def team(tmp_path: Path) -> Workspace:
    """A workspace with the team's templates and no project."""
    return scratch_copy(Workspace(ROOT), tmp_path / "team")


@pytest.fixture
def small(tmp_path: Path) -> Team:
    """A team with one small template."""
    return team_at(tmp_path / "team")
