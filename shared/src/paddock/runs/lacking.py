"""A failure's hint at a column that the contract promises now, and the version that was read lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from paddock.data.session import Session
from paddock.data.shortfall import missing
from paddock.errors import PaddockError


def hint(session: Session, message: str) -> str:
    """What to add to the message of a failure that names such a column, as a `KeyError` does; empty for others."""
    return "".join(f"; {found}" for found in _found(session, message))


def _found(session: Session, message: str) -> Iterator[str]:
    for dataset, number in sorted(session.reads.items()):
        gone: tuple[str, ...] = ()
        # What fails here failed there before, and is told.
        with suppress(PaddockError):
            gone = missing(session.catalogue.contract(dataset), session.store.columns(dataset, number))
        if named := [name for name in gone if f"'{name}'" in message]:
            yield (
                f"{dataset} version {number}, which was read, has no column {', '.join(named)}: "
                f"its contract promises that since a later version (paddock data history {dataset})"
            )
