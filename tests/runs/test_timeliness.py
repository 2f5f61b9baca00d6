"""When a project is late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from paddock.errors import ConfigurationError
from paddock.project import Project
from paddock.runs.timeliness import confirm, due_by, is_late, last_success


@pytest.fixture
def daily(make_project: Callable[..., Project]) -> Project:
    """A project that runs at five and must have published by six."""
    return replace(make_project("daily"), schedule="0 5 * * *", deadline_minutes=60)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_project_is_late_when_its_deadline_passed_without_success(daily: Project) -> None:
    """Confirmed at six on the second, it is in time until six on the third, and late from then on."""
    confirm(daily, _at(2, 5, 30))
    assert last_success(daily) == _at(2, 5, 30)
    assert due_by(daily, _at(2, 5, 30)) == _at(3, 6)
    assert not is_late(daily, _at(3, 6))
    assert is_late(daily, _at(3, 6, 1))
    confirm(daily, _at(3, 6, 2))
    assert not is_late(daily, _at(3, 6, 3))


def test_what_never_ran_or_has_no_schedule_is_not_late(daily: Project) -> None:
    """There is nothing to be late against."""
    assert last_success(daily) is None
    assert not is_late(daily, _at(9, 9))
    confirm(daily, _at(2, 5))
    assert not is_late(replace(daily, schedule=""), _at(9, 9))
    assert not is_late(replace(daily, deadline_minutes=0), _at(9, 9))


def test_a_torn_note_is_no_success(daily: Project) -> None:
    """What cannot be read says nothing."""
    confirm(daily, _at(2, 5))
    (daily.runs_folder / "confirmed.json").write_text('{"confirmed": "2026-')
    assert last_success(daily) is None


def test_a_schedule_that_means_nothing_names_the_file(daily: Project) -> None:
    """Five fields that are no times are refused where they stand."""
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml: \[tool\.paddock\] schedule: "):
        due_by(replace(daily, schedule="99 5 * * *"), _at(2, 5))
