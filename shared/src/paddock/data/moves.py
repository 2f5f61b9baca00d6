"""The moves of a dataset's pointer: what runs published, and what people took back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paddock.data.databases import Publication

# Stands in the log of publications where others have the name of a run.
ROLLBACK = "rollback"


def published_by_runs(publications: Sequence[Publication]) -> Mapping[int, str]:
    """The content hash of each version that a run published, by number: of no other one did all gates ever hold."""
    return {one.version: one.content_hash for one in publications if one.run != ROLLBACK}


def version_before(publications: Sequence[Publication], version: int) -> int | None:
    """The version that was published when `version` first came, or is published when it has not; None for the first.

    Going back twice goes further back.
    """
    numbers = [publication.version for publication in publications]
    first = numbers.index(version) if version in numbers else len(numbers)
    return numbers[first - 1] if first else None


def taken_back(publications: Sequence[Publication]) -> Mapping[str, Publication]:
    """By content hash, the rollback that took it back, for what came after the version that a rollback now serves.

    Empty where a run published last.
    """
    since = len(publications)
    while since and publications[since - 1].run == ROLLBACK:
        since -= 1
    if since in (0, len(publications)):
        return {}
    numbers = [publication.version for publication in publications]
    served = publications[-1]
    left = (
        (before, move)
        for before, move in zip(publications[since - 1 :], publications[since:], strict=False)
        if numbers.index(before.version) > numbers.index(served.version)
    )
    return {before.content_hash: move for before, move in left if before.content_hash != served.content_hash}
