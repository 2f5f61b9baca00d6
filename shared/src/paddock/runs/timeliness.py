"""Whether a project ran when its schedule says."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paddock.errors import ConfigurationError
from paddock.project import Project
from paddock.runs.record import last_good
from paddock.storage import durable


def confirm(project: Project, now: datetime) -> None:
    """Write down that what is published and reported was found to be still right."""
    durable.write_text(_path(project), json.dumps({"confirmed": now.isoformat()}))


def last_success(project: Project) -> datetime | None:
    """When the project last did all it could, or was last found to have nothing new to do; None for never."""
    record = last_good(project)
    moments = [record.started + timedelta(seconds=record.seconds) if record else None, confirmed(project)]
    return max(filter(None, moments), default=None)


def confirmed(project: Project) -> datetime | None:
    """When the project was last found to have nothing new to do; None where that is not written down."""
    # A courtesy beside the records: where it is missing or torn, they alone speak.
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return datetime.fromisoformat(json.loads(_path(project).read_text())["confirmed"])
    return None


def due_by(project: Project, since: datetime) -> datetime | None:
    """The deadline of the first scheduled run after `since`, in UTC; None without a schedule or deadline."""
    from croniter import croniter
    from croniter.croniter import CroniterError

    if not project.schedule or not project.deadline_minutes:
        return None
    try:
        following: datetime = croniter(project.schedule, since.astimezone(UTC)).get_next(datetime)
    except CroniterError as error:
        raise ConfigurationError(
            f"{project.folder / 'pyproject.toml'}: [tool.paddock] schedule: {error}",
            'Write, for instance, for each day at five (UTC): schedule = "0 5 * * *"',
        ) from error
    return following + timedelta(minutes=project.deadline_minutes)


def is_late(project: Project, now: datetime) -> bool:
    """Whether a scheduled run's deadline has passed without success since; never, for a project that never ran."""
    success = last_success(project)
    deadline = due_by(project, success) if success else None
    return deadline is not None and now > deadline


def _path(project: Project) -> Path:
    return project.runs_folder / "confirmed.json"
