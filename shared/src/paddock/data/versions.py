"""The immutable versions of a dataset: one Parquet file each, committed to a Delta Lake table.

Version numbers are Delta's own, so any Delta reader can travel to them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data import deletion, parquet
from paddock.data.contract import Contract
from paddock.data.parquet import Seal
from paddock.data.state import State
from paddock.errors import ConfigurationError, DataError, ToolError
from paddock.storage import artifact, durable, lock

if TYPE_CHECKING:
    import pyarrow as pa

_FACT = "paddock.version"


@dataclass(frozen=True)
class Version:
    """One content of a dataset; `content_hash` is the SHA-256 of its file, moments are in UTC.

    Of a version that was deleted, only this is left.
    """

    dataset: str
    number: int
    content_hash: str
    rows: int
    written_at: datetime
    run: str
    contract_hash: str
    seal: Seal
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class VersionStore:
    """The versions of all datasets below the folder `data_url`; waits `lock_wait` seconds for other writers."""

    data_url: str
    lock_wait: float = 60.0
    _known: dict[tuple[str, int], Version] = field(default_factory=dict, repr=False, compare=False)

    def write(self, contract: Contract, table: pa.Table, run: str) -> Version:
        """Add `table`, which obeys `contract`, as the newest version.

        Content and contract equal to the newest version's give that version and write nothing.
        Raises ToolError when the disk or another writer stops it; then no version was added.
        """
        folder = self.folder(contract.dataset)
        with self.locked(contract.dataset, "writing"):
            before = self.history(contract.dataset)
            _remove_leftovers(folder, before)
            with durable.draft(folder / "candidate.parquet") as temporary:
                seal = parquet.write(table, temporary)
                content_hash = artifact.file_sha256(temporary)
                # Also when the version is known: were its file damaged, it is whole from now on.
                durable.commit(temporary, deletion.file_of(folder, content_hash))
            if before and _is_same(before[-1], content_hash, contract):
                return before[-1]
            version = Version(
                dataset=contract.dataset,
                number=len(before),
                content_hash=content_hash,
                rows=table.num_rows,
                written_at=datetime.now(UTC),
                run=run,
                contract_hash=contract.digest,
                seal=seal,
            )
            _commit(folder, version, table.schema)
        self._known[version.dataset, version.number] = version
        return version

    def read(self, dataset: str, number: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a version, verified; raises DataError when it is unknown, deleted or damaged."""
        version = self.expect(dataset, number)
        return parquet.read(deletion.file_of(self.folder(dataset), version.content_hash), version.seal, columns)

    def columns(self, dataset: str, number: int) -> tuple[str, ...]:
        """The names of a version's columns; raises DataError when it is unknown, deleted or damaged."""
        return parquet.names(deletion.file_of(self.folder(dataset), self.expect(dataset, number).content_hash))

    def expect(self, dataset: str, number: int) -> Version:
        """The version with that number; raises DataError when it is unknown or deleted."""
        version = self.logged(dataset, number)
        if version is None:
            known = len(self.history(dataset))
            raise DataError(
                f"{dataset}: expected a version from 0 to {known - 1}, got {number}"
                if known
                else f"{dataset}: no version {number}; none was ever written",
                f"See: paddock data history {dataset}",
            )
        if version.deleted_at:
            raise DataError(
                f"{dataset}: version {number} was {State.DELETED} on {version.deleted_at:%Y-%m-%d %H:%M} UTC; none of "
                "its rows are kept",
                f"Name another version: paddock data history {dataset}",
            )
        return version

    def find(self, dataset: str, number: int) -> Version | None:
        """The version with that number, or None, also where it was deleted; of the log, only its commit is read."""
        version = self.logged(dataset, number)
        return None if version and version.deleted_at else version

    def logged(self, dataset: str, number: int) -> Version | None:
        """What the log says of the version with that number, deleted or not, or None."""
        if (dataset, number) not in self._known:
            folder = self.folder(dataset)
            commit = _commit_of(folder, number)
            if commit is None:
                return None
            self._known[dataset, number] = _version(dataset, folder, commit)
        return self._noted(self._known[dataset, number])

    def history(self, dataset: str) -> tuple[Version, ...]:
        """All versions, oldest first, with those that were deleted; none when the dataset was never written."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError, TableNotFoundError

        folder = self.folder(dataset)
        if not (folder / "_delta_log").is_dir():
            return ()
        try:
            commits = DeltaTable(folder).history()
        except TableNotFoundError:
            return ()
        except (DeltaError, OSError) as error:
            raise DataError(
                f"{folder}: the table's log cannot be read: {error}", "Restore the folder from a backup."
            ) from error
        versions = tuple(_version(dataset, folder, commit) for commit in reversed(commits))
        self._known.update({(dataset, version.number): version for version in versions})
        return tuple(self._noted(version) for version in versions)

    def delete(self, dataset: str, number: int) -> tuple[Version, ...]:
        """Remove the rows of a version for good; give it, with the others that are the same content and go with it.

        Doing so again finishes what was cut off. Whoever calls has the dataset `locked`. Raises DataError when the
        version is unknown.
        """
        known = self.history(dataset)
        if not 0 <= number < len(known):
            self.expect(dataset, number)
        deletion.note(self.folder(dataset), [one.number for one in same_content(known, number)])
        deletion.remove(self.folder(dataset), {one.number: one.content_hash for one in known})
        return same_content(self.history(dataset), number)

    def _noted(self, version: Version) -> Version:
        """The version, with the note of its deletion: whoever else deleted it, it is seen at once."""
        moment = deletion.deleted_at(self.folder(version.dataset), version.number)
        return replace(version, deleted_at=moment) if moment else version

    @contextlib.contextmanager
    def locked(self, dataset: str, doing: str) -> Iterator[None]:
        """Hold the dataset, so that nobody else writes, deletes or rolls back; raises ToolError after the wait."""
        with lock.held(self.folder(dataset) / ".lock", f"{doing} {dataset}", self.lock_wait):
            yield

    def folder(self, dataset: str) -> Path:
        """The folder of the dataset's Delta table."""
        project, _, name = dataset.partition(".")
        return Path(self.data_url) / project / name


def same_content(versions: Sequence[Version], number: int) -> tuple[Version, ...]:
    """The version with that number, with all others that have the same content, and so share its file."""
    return tuple(version for version in versions if version.content_hash == versions[number].content_hash)


def _is_same(version: Version, content_hash: str, contract: Contract) -> bool:
    """Whether a version has that content and contract; one that was deleted stays so, whatever is written later."""
    facts = (version.content_hash, version.contract_hash)
    return version.deleted_at is None and facts == (content_hash, contract.digest)


def _commit(folder: Path, version: Version, schema: pa.Schema) -> None:
    from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
    from deltalake.exceptions import DeltaError
    from deltalake.transaction import AddAction, create_table_with_add_actions

    action = AddAction(
        path=deletion.file_of(folder, version.content_hash).name,
        size=version.seal.size,
        partition_values={},
        modification_time=int(version.written_at.timestamp() * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": version.rows}),
    )
    properties: dict[str, Any] = {
        "commit_properties": CommitProperties(custom_metadata={_FACT: _fact(version)}, max_commit_retries=0),
        # Versions are kept for good, so the log that knows them must be too.
        "post_commithook_properties": PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False),
    }
    delta_schema = Schema.from_arrow(schema)
    try:
        if version.number == 0:
            create_table_with_add_actions(str(folder), delta_schema, [action], **properties)
        else:
            DeltaTable(folder).create_write_transaction([action], "overwrite", delta_schema, **properties)
    except (DeltaError, OSError) as error:
        raise ToolError(
            f"{folder}: the version could not be committed: {error}", "Free some disk space or mend the folder."
        ) from error
    durable.sync(folder / "_delta_log" / f"{version.number:020}.json")


def _commit_of(folder: Path, number: int) -> dict[str, Any] | None:
    """What the table's log says of one commit, as Delta's protocol writes it ("Delta Log Entries"), or None."""
    path = folder / "_delta_log" / f"{number:020}.json"
    if number < 0 or not path.is_file():
        return None
    try:
        actions = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        commit = next(action["commitInfo"] for action in actions if "commitInfo" in action)
        return {**commit, "version": number}
    except (OSError, ValueError, TypeError, StopIteration) as error:
        raise DataError(f"{path}: the commit cannot be read: {error}", "Restore the folder from a backup.") from error


def _fact(version: Version) -> str:
    """What Delta's log keeps for us beside its own, as JSON."""
    return json.dumps(
        {
            "content_hash": version.content_hash,
            "rows": version.rows,
            "written_at": version.written_at.isoformat(),
            "run": version.run,
            "contract_hash": version.contract_hash,
            "size": version.seal.size,
            "footer_sha256": version.seal.footer_sha256,
        },
        sort_keys=True,
    )


def _version(dataset: str, folder: Path, commit: dict[str, Any]) -> Version:
    try:
        fact = json.loads(commit[_FACT])
        return Version(
            dataset=dataset,
            number=int(commit["version"]),
            content_hash=fact["content_hash"],
            rows=fact["rows"],
            written_at=datetime.fromisoformat(fact["written_at"]),
            run=fact["run"],
            contract_hash=fact["contract_hash"],
            seal=Seal(fact["size"], fact["footer_sha256"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{folder}: commit {commit.get('version')} was not written by Paddock",
            "Write datasets through a project's pipeline only; restore the table to an earlier Delta version.",
        ) from error


def _remove_leftovers(folder: Path, versions: Sequence[Version]) -> None:
    """Remove what killed writers and deletions left; the dataset's lock is held, so nobody writes now."""
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink(missing_ok=True)
    deletion.remove(folder, {version.number: version.content_hash for version in versions})
