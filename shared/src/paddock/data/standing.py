"""The standing of a dataset, and of each of its versions, with those who read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from paddock.data.contract import Contract
from paddock.data.databases import Publication
from paddock.data.moves import published_by_runs
from paddock.data.state import State
from paddock.data.versions import Version
from paddock.errors import DataError


def of_dataset(contract: Contract, publication: Publication | None, now: datetime) -> State:
    """What a dataset is to its readers, by the move of its pointer that stands."""
    if publication is None:
        return State.NEVER_PUBLISHED
    limit = contract.max_age_days
    return State.STALE if limit is not None and _age_days(publication, now) > limit else State.PUBLISHED


def of_version(
    version: Version, contract: Contract, publication: Publication | None, published: Collection[int], now: datetime
) -> State:
    """What a version is; `published` has the numbers that runs published. Its bytes are not looked at."""
    if version.deleted_at is not None:
        return State.DELETED
    if publication is not None and version.number == publication.version:
        return of_dataset(contract, publication, now)
    return State.PUBLISHED_BEFORE if version.number in published else State.CANDIDATE


def refuse_stale(contract: Contract, publication: Publication, now: datetime) -> None:
    """Raise DataError where the published version is older than its contract lets it be."""
    if of_dataset(contract, publication, now) is not State.STALE:
        return
    raise DataError(
        f"{contract.dataset}: is {State.STALE}: expected a version published at most {contract.max_age_days:g} days "
        f"ago, got version {publication.version} of {_age_days(publication, now):.1f} days ago",
        f"Run its project: paddock run {contract.dataset.split('.')[0]}",
    )


def refuse_candidate(version: Version | None, publications: Sequence[Publication]) -> None:
    """Raise DataError where no run ever published the version; one that is unknown is told when it is read."""
    known = published_by_runs(publications)
    if version is None or version.number in known:
        return
    raise DataError(
        f"{version.dataset}: version {version.number} is a {State.CANDIDATE} of its project: other projects read what "
        f"was published, which is {', '.join(map(str, sorted(known))) or 'none yet'}",
        "Name one of these versions, or none for what is published now.",
    )


def _age_days(publication: Publication, now: datetime) -> float:
    return (now - publication.published_at) / timedelta(days=1)
