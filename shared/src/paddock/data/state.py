"""The states of a dataset, and of each of its versions."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What a version is to its readers; `STALE` and `NEVER_PUBLISHED` are said of a dataset as a whole, too."""

    CANDIDATE = "candidate"
    PUBLISHED = "published"
    PUBLISHED_BEFORE = "published before"
    STALE = "stale"
    NEVER_PUBLISHED = "never published"
    DAMAGED = "damaged"
    DELETED = "deleted"
