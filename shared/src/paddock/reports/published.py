"""What was published when a notebook read datasets: the versions that it saw, and where the pointers stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.errors import PaddockError
from paddock.reports import fingerprint


@dataclass(frozen=True)
class Published:
    """Versions by dataset, of the project that read them; `pointers` is the fingerprint of the database's file.

    `is_pinned` says that the versions are all that the notebook saw of the pointers.
    """

    project: str
    environment: str
    reads: Mapping[str, int] = field(default_factory=dict)
    is_pinned: bool = True
    serving: str = ""
    pointers: str = ""


def published_of(used: Mapping[str, Any]) -> Published | None:
    """What a process says that it used (see `paddock.data.used`); None where it used nothing."""
    if not used:
        return None
    serving = used["serving"]
    pointers = fingerprint.of_file(serving) if serving else ""
    return Published(used["project"], used["environment"], used["reads"], used["is_pinned"], serving, pointers)


def changes(known: Published, root: Path) -> Iterator[str]:
    """What of it is not as it was, in words."""
    if known.serving and fingerprint.of_file(known.serving) == known.pointers:
        return
    if not known.is_pinned:
        yield "the history of what is published grew"
        return
    # Slow imports, only where something was published since.
    from paddock.data.session import open_session
    from paddock.project import Workspace, load_project
    from paddock.settings import load_settings

    try:
        workspace = Workspace(root)
        session = open_session(load_project(workspace, known.project), load_settings(workspace, known.environment))
        for name, version in known.reads.items():
            if (now := session.pinned(name)) != version:
                yield f"{name} was version {version}, now {now} is published"
    except PaddockError as error:
        yield error.message
