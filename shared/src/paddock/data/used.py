"""What a process used of the data that its environment gave it."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paddock.data.session import Session
    from paddock.settings import Settings

# The file in which a process that a run started leaves what it read, a line each.
VARIABLE = "PADDOCK_READS"
# The sessions that this process was given by its environment.
GIVEN: list[tuple[Session, Settings]] = []


def note(session: Session, dataset: str, version: int, is_asked: bool) -> None:
    """Note that a version was read, and whether the code itself asked for it; a run is told, where one listens."""
    if is_asked:
        session.asked.add((dataset, version))
    if path := os.environ.get(VARIABLE):
        line = json.dumps([dataset, version, is_asked])
        # Whatever goes wrong here must not become the reader's error.
        with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{line}\n")


def used() -> dict[str, Any]:
    """What this process saw through `current`, as JSON: the project, versions by dataset, and where all of it is kept.

    `is_pinned` says that no history was asked for; `is_queried` that a database answered, whose content nobody knows.
    """
    if not GIVEN:
        return {}
    sessions = [session for session, _ in GIVEN]
    settings = GIVEN[0][1]
    queried = (session.declared_sources[name].query for session in sessions for name in session.sources)
    return {
        "project": sessions[0].project.name,
        "environment": os.environ.get("PADDOCK_ENV", "local"),
        "reads": {name: number for session in sessions for name, number in session.reads.items()},
        "is_pinned": not any(session.asks_history for session in sessions),
        "is_queried": any(queried),
        "data": settings.data_url,
        "serving": settings.serving_url.removeprefix("duckdb:///")
        if settings.serving_url.startswith("duckdb:")
        else "",
    }
