"""Whether a project ran when its schedule says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from paddock.errors import ConfigurationError
from paddock.project import Project
from paddock.runs import confirmation
from paddock.runs.confirmation import Confirmation
from paddock.runs.record import ended_runs, last_good


def confirm(project: Project, now: datetime, run: str = "") -> None:
    """Write down that what is published and reported was found to be still right, as `run` left it."""
    newest = "".join(ended_runs(project)[-1:])
    confirmation.write(project, Confirmation(now, run, newest))


def last_success(project: Project) -> datetime | None:
    """When the project last did all it could, or was last found to have nothing new to do; None for never."""
    record = last_good(project)
    moments = [record.started + timedelta(seconds=record.seconds) if record else None, confirmed(project)]
    return max(filter(None, moments), default=None)


def confirmed(project: Project) -> datetime | None:
    """When the project was last found to have nothing new to do; None where that is not written down."""
    found = confirmation.read(project)
    return found.moment if found else None


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
