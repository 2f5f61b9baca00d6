"""Publishing versions, and going back."""

from __future__ import annotations

from collections.abc import Sequence

from paddock.data.catalogue import Catalogue
from paddock.data.databases import Publication, Release, Serving
from paddock.data.versions import Version, VersionStore
from paddock.errors import DataError

# Stands in the log of publications where others have the name of a run.
ROLLBACK = "rollback"


def publish(store: VersionStore, serving: Serving, catalogue: Catalogue, versions: Sequence[Version], run: str) -> None:
    """Publish all of `versions`, or none: their pointers and serving tables change in one transaction.

    Every served version is read and verified first, so that no damaged row is ever served.
    """
    serving.publish([_release(store, catalogue, version) for version in versions], run)


def rollback(
    store: VersionStore, serving: Serving, catalogue: Catalogue, dataset: str, to: int | None = None
) -> Publication:
    """Publish an earlier version of `dataset` again: `to`, or the one published before the present one.

    Raises DataError when there is no such version, or it is damaged.
    """
    catalogue.contract(dataset)
    number = to if to is not None else _before(serving.publications(dataset), dataset)
    version = store.find(dataset, number)
    if version is None:
        raise DataError(f"{dataset}: no version {number}", f"See: paddock data history {dataset}")
    publish(store, serving, catalogue, [version], ROLLBACK)
    return serving.published()[dataset]


def version_before(publications: Sequence[Publication], version: int) -> int | None:
    """The version that was published when `version` first came, or is published when it has not; None for the first.

    Going back twice goes further back.
    """
    numbers = [publication.version for publication in publications]
    first = numbers.index(version) if version in numbers else len(numbers)
    return numbers[first - 1] if first else None


def _before(publications: Sequence[Publication], dataset: str) -> int:
    before = version_before(publications, publications[-1].version) if publications else None
    if before is None:
        raise DataError(
            f"{dataset}: {'the first published version is' if publications else 'nothing is published, so nothing is'} "
            "served; there is none before it",
            f"See: paddock data history {dataset}",
        )
    return before


def _release(store: VersionStore, catalogue: Catalogue, version: Version) -> Release:
    contract = catalogue.contract(version.dataset)
    return Release(version, contract, store.read(version.dataset, version.number) if contract.serve else None)
