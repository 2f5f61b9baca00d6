"""A finding: where a check found something short of what it promises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What (`message`), where (`place`, a path relative to the workspace, with a line or cell), and the remedy."""

    code: str
    place: str
    message: str
    remedy: str
