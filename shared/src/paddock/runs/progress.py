"""What a run tells while it works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["build", "audit", "publish", "report"]


@dataclass(frozen=True)
class Event:
    """One thing that happened: `subject` is a task, notebook, cell or dataset; time in seconds."""

    phase: Phase
    subject: str
    status: str
    seconds: float = 0.0


Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
