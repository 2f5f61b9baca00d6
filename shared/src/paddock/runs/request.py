"""What a user asks of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Until = Literal["build", "audit", "publish"]


@dataclass(frozen=True)
class Request:
    """The environment, the last phase, the parameters by name, and the time limit of a notebook in seconds."""

    environment: str = "local"
    until: Until = "publish"
    parameters: Mapping[str, str] = field(default_factory=dict)
    notebook_limit: float = 1800.0
    force: bool = False
