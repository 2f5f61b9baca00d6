"""The confirmation that an unchanged run leaves: which run it found still to stand, and when."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paddock.project import Project
from paddock.storage import durable


@dataclass(frozen=True)
class Confirmation:
    """At `moment` the run `run` was found still to stand; `after` is the newest run that had ended by then."""

    moment: datetime
    run: str = ""
    after: str = ""


def write(project: Project, found: Confirmation) -> None:
    """Write down that what is published and reported was found to be still right."""
    facts = {"confirmed": found.moment.isoformat(), "run": found.run, "after": found.after}
    durable.write_text(_path(project), json.dumps(facts))


def read(project: Project) -> Confirmation | None:
    """The last confirmation; None where none is written down."""
    # A courtesy beside the records: where it is missing or torn, they alone speak.
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        facts = json.loads(_path(project).read_text(encoding="utf-8"))
        moment = datetime.fromisoformat(facts["confirmed"])
        return Confirmation(moment, str(facts.get("run", "")), str(facts.get("after", "")))
    return None


def _path(project: Project) -> Path:
    return project.runs_folder / "confirmed.json"
