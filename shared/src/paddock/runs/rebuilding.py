"""The rebuilding of a run's candidates: its pipeline again, from the recorded inputs, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from paddock.data.difference import diff
from paddock.data.session import Session, active
from paddock.data.versions import Version, VersionStore
from paddock.errors import DataError
from paddock.project import Project, Workspace
from paddock.runs import build
from paddock.runs.record import DatasetFact, Record

_LOG = "_delta_log"


@dataclass(frozen=True)
class Rebuilt:
    """One dataset that was built again; `what` says how it differs, empty when each byte is the same."""

    dataset: str
    version: int
    recorded_hash: str
    rebuilt_hash: str
    what: str = ""


def recorded_versions(record: Record, session: Session) -> dict[DatasetFact, Version]:
    """The versions that a record names; raises DataError for one that is gone, or is not the recorded one."""
    found = {}
    for fact in record.datasets:
        version = session.store.logged(fact.name, fact.version)
        if version is None:
            raise DataError(
                f"{fact.name}: version {fact.version}, which run {record.run} {_did(fact)}, is gone",
                f"Restore {session.store.folder(fact.name)} from a backup, or run again: paddock run {record.project}",
            )
        if version.content_hash != fact.content_hash:
            raise DataError(
                f"{fact.name}: version {fact.version} is not the one of run {record.run}: expected "
                f"{fact.content_hash[:12]}…, got {version.content_hash[:12]}…",
                "The dataset was made anew since; restore it from a backup, or run again.",
            )
        found[fact] = session.store.expect(fact.name, fact.version)
    return found


def rebuild(session: Session, record: Record, values: Mapping[str, str], scratch: Path) -> tuple[Rebuilt, ...]:
    """Build what the run wrote again below `scratch`, and compare it; nothing is published, and no store written.

    No task's stored result is used. Raises DataError where a recorded version is gone.
    """
    written = {fact.name: fact for fact in record.datasets if fact.role == "written"}
    if not session.project.pipeline or not written:
        return ()
    versions = recorded_versions(record, session)
    for fact, version in versions.items():
        # Up to what the run found, so that what is built gets the number that it had.
        last = version.number if fact.role == "read" else version.number - 1
        _link(session.store, fact.name, last, scratch / "data")
    with active(_session(session, record, scratch)) as ours:
        built = build.build(ours, values, lambda task, status, seconds: None)
        return tuple(
            _compared(session, ours, versions[fact], built.versions.get(fact.name)) for fact in written.values()
        )


def _session(session: Session, record: Record, scratch: Path) -> Session:
    """What the run saw, but for where it writes: datasets and results of tasks go below `scratch`."""
    project: Project = replace(session.project, workspace=Workspace(scratch))
    reads = {fact.name: fact.version for fact in record.datasets if fact.role == "read" and not fact.asked}
    return Session(
        project=project,
        catalogue=session.catalogue,
        store=VersionStore(str(scratch / "data"), session.store.lock_wait),
        serving=session.serving,
        run=record.run,
        candidates=reads,
        sources_root=session.sources_root,
    )


def _link(store: VersionStore, dataset: str, last: int, data: Path) -> None:
    """Let a dataset below `data` have the versions up to `last`: their log is copied, their files are linked."""
    origin, folder = store.folder(dataset), VersionStore(str(data)).folder(dataset)
    (folder / _LOG).mkdir(parents=True, exist_ok=True)
    for number in range(last + 1):
        shutil.copy2(origin / _LOG / f"{number:020}.json", folder / _LOG)
    for path in origin.glob("*.parquet"):
        if not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    if last < 0:
        (folder / _LOG).rmdir()


def _compared(session: Session, ours: Session, recorded: Version, got: Version | None) -> Rebuilt:
    name, number = recorded.dataset, recorded.number
    if got is None:
        return Rebuilt(name, number, recorded.content_hash, "", "it was not built")
    if got.content_hash == recorded.content_hash:
        return Rebuilt(name, number, recorded.content_hash, got.content_hash)
    before, after = session.store.read(name, number), ours.store.read(name, got.number)
    found = diff(before, after, session.catalogue.contract(name).key)
    columns = (*found.columns_added, *found.columns_removed, *found.columns_retyped, *found.changed_by_column)
    words = [f"{count:,} rows {what}" for what, count in vars(found).items() if what in _COUNTS and count]
    told = "; ".join([*words, *([f"columns {', '.join(columns)}"] if columns else [])])
    return Rebuilt(name, number, recorded.content_hash, got.content_hash, told or "the same rows in another order")


_COUNTS = ("added", "removed", "changed")


def _did(fact: DatasetFact) -> str:
    return "read" if fact.role == "read" else "wrote"
