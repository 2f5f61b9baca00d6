"""The datasets of a workspace: what each promises, which versions there are, who writes and who reads."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paddock.data.contract import Contract
from paddock.data.databases import Publication, Serving
from paddock.data.versions import Version, VersionStore
from paddock.errors import PaddockError
from paddock.project import Workspace
from paddock.site.mentions import Mention
from paddock.site.projects import Portrait, said

# Other names come from records that somebody edited; they never lead to a folder.
_NAME = re.compile(r"[a-z][a-z0-9-]*\.[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Dataset:
    """One dataset; `contract` is None where no catalogue knows it (any more).

    `writers` and `readers` are names of projects, with the tasks and notebooks that name the dataset.
    """

    name: str
    contract: Contract | None
    versions: tuple[Version, ...]
    publications: tuple[Publication, ...]
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    places: tuple[Mention, ...]
    faults: tuple[str, ...] = ()

    @property
    def project(self) -> str:
        """The project that its name says."""
        return self.name.partition(".")[0]

    @property
    def published(self) -> Publication | None:
        """The present publication."""
        return self.publications[-1] if self.publications else None


def read_datasets(
    workspace: Workspace, portraits: Sequence[Portrait], store: VersionStore, serving: Serving
) -> tuple[tuple[Dataset, ...], tuple[str, ...]]:
    """Every dataset that a catalogue, a project, a run or the log of publications names, and what could not be read."""
    log, faults = _log(workspace, serving)
    contracts = {contract.dataset: contract for portrait in portraits for contract in portrait.contracts}
    reads, writes = _roles(portraits)
    published: dict[str, list[Publication]] = {}
    for publication in log:
        published.setdefault(publication.dataset, []).append(publication)
    found = []
    for name in sorted({*contracts, *reads, *writes, *published}):
        versions, unread = _versions(workspace, store, name)
        found.append(
            Dataset(
                name=name,
                contract=contracts.get(name),
                versions=versions,
                publications=tuple(published.get(name, ())),
                writers=tuple(sorted(writes.get(name, ()))),
                readers=tuple(sorted(reads.get(name, ()))),
                places=_places(portraits, name),
                faults=(*unread, *faults),
            )
        )
    return tuple(found), faults


def _log(workspace: Workspace, serving: Serving) -> tuple[tuple[Publication, ...], tuple[str, ...]]:
    """Every publication, or why the database could not say."""
    try:
        return serving.log(), ()
    except PaddockError as error:
        return (), (said(workspace, error),)


def _roles(portraits: Sequence[Portrait]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Who reads and who writes each dataset: as declared, and as the newest verified run did."""
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for portrait in portraits:
        for contract in portrait.contracts:
            writes.setdefault(contract.dataset, set()).add(portrait.name)
        for name in portrait.project.reads if portrait.project else ():
            reads.setdefault(name, set()).add(portrait.name)
        verified = [run for run in portrait.runs if run.is_verified and run.record and run.record.datasets]
        for run in verified:
            is_last = run is verified[-1]
            for fact in run.record.datasets if run.record else ():
                roles = writes if fact.role == "written" else reads
                # What only an earlier run touched still has a page, to which that run's page leads.
                roles.setdefault(fact.name, set()).update([portrait.name] if is_last else [])
    return reads, writes


def _versions(workspace: Workspace, store: VersionStore, name: str) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    """The versions, each read from its own commit: what a table's reader would load besides takes far longer."""
    found: list[Version] = []
    try:
        found.extend(_each(store, name) if _NAME.fullmatch(name) else ())
    except PaddockError as error:
        return tuple(found), (said(workspace, error),)
    return tuple(found), ()


def _each(store: VersionStore, name: str) -> Iterator[Version]:
    for number in itertools.count():
        version = store.logged(name, number)
        if version is None:
            return
        yield version


def _places(portraits: Sequence[Portrait], name: str) -> tuple[Mention, ...]:
    mentions = (portrait.mentions for portrait in portraits)
    return tuple(sorted({m for found in mentions for m in (*found.named.get(name, ()), *found.written.get(name, ()))}))
