"""Publishing versions, and going back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from paddock.data.catalogue import Catalogue
from paddock.data.contract import Contract
from paddock.data.databases import Publication, Release, Serving
from paddock.data.moves import ROLLBACK, published_by_runs, taken_back, version_before
from paddock.data.shortfall import shortfall
from paddock.data.versions import Version, VersionStore
from paddock.errors import DataError


def publish(store: VersionStore, serving: Serving, catalogue: Catalogue, versions: Sequence[Version], run: str) -> None:
    """Publish all of `versions`, or none: their pointers and serving tables change in one transaction.

    Every served version is read and verified first, so that no damaged row is ever served.
    """
    serving.publish([_release(store, catalogue, version) for version in versions], run)


def kept_back(serving: Serving, versions: Mapping[str, Version]) -> Mapping[str, Publication]:
    """Those datasets that people rolled back, and whose version is the content that they took back; with that move."""
    published = serving.published()
    found: dict[str, Publication] = {}
    for name, version in versions.items():
        if name in published and published[name].run == ROLLBACK:
            move = taken_back(serving.publications(name)).get(version.content_hash)
            found |= {name: move} if move else {}
    return found


def rollback(
    store: VersionStore,
    serving: Serving,
    catalogue: Catalogue,
    dataset: str,
    to: int | None = None,
    *,
    is_forced: bool = False,
    fate: Callable[[Version], str] = lambda version: f"run {version.run} wrote it",
    read_by: str = "",
) -> Publication:
    """Publish an earlier version of `dataset` again: `to`, or the one published before the present one.

    Only what a run once published can be served, and only by force what breaks the contract as it stands now. `fate`
    says what became of a version that never was, `read_by` who relies on the contract. Raises DataError otherwise.
    """
    contract = catalogue.contract(dataset)
    with store.locked(dataset, "rolling back"):
        log = serving.publications(dataset)
        version = _servable(store, log, dataset, _before(log, dataset) if to is None else to, fate)
        if not is_forced:
            _refuse_shortfall(store, contract, version, read_by)
        publish(store, serving, catalogue, [version], ROLLBACK)
    return serving.published()[dataset]


def servable(store: VersionStore, log: Sequence[Publication], dataset: str) -> tuple[int, ...]:
    """The numbers of the versions that a run published and whose rows are kept."""
    hashes = published_by_runs(log)
    return tuple(
        one.number
        for one in store.history(dataset)
        if one.deleted_at is None and hashes.get(one.number) == one.content_hash
    )


def _servable(
    store: VersionStore, log: Sequence[Publication], dataset: str, number: int, fate: Callable[[Version], str]
) -> Version:
    """The version with that number; raises DataError where all gates never held of it, or its rows are gone."""
    version = store.expect(dataset, number)
    content = published_by_runs(log).get(number)
    if content == version.content_hash:
        return version
    known = ", ".join(map(str, servable(store, log, dataset))) or "none"
    why = (
        f"is a candidate: {fate(version)}"
        if content is None
        else f"was published with the content {content[:12]}, and is {version.content_hash[:12]} now"
    )
    raise DataError(
        f"{dataset}: version {number} {why}; only versions that a run published can be served: {known}",
        f"Name one of these, or run its project again with gates that hold: paddock run {dataset.partition('.')[0]}",
    )


def _refuse_shortfall(store: VersionStore, contract: Contract, version: Version, read_by: str) -> None:
    """Raise DataError where the version breaks the contract as it stands now, which its readers rely on."""
    same = version.contract_hash == contract.digest
    lack = "" if same else shortfall(contract, store.read(version.dataset, version.number))
    if lack:
        raise DataError(
            f"{version.dataset}: version {version.number} {lack}; the contract as it stands now promises it"
            f"{f', and it is {read_by}' if read_by else ''}",
            "Roll back to another version, or, where those who read it can bear that, add --force.",
        )


def _before(publications: Sequence[Publication], dataset: str) -> int:
    hashes = published_by_runs(publications)
    known = [one for one in publications if one.version in hashes]
    before = version_before(known, publications[-1].version) if publications else None
    if before is None:
        raise DataError(
            f"{dataset}: {'the first published version is' if publications else 'nothing is published, so nothing is'} "
            "served; there is none before it",
            f"See: paddock data history {dataset}",
        )
    return before


def _release(store: VersionStore, catalogue: Catalogue, version: Version) -> Release:
    contract = catalogue.contract(version.dataset)
    store.expect(version.dataset, version.number)
    return Release(version, contract, store.read(version.dataset, version.number) if contract.serve else None)
