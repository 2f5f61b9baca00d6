"""The immutable versions of a dataset: one Parquet file each, committed to a Delta Lake table.

Version numbers are Delta's own, so any Delta reader can travel to them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paddock.data import parquet
from paddock.data.contract import Contract
from paddock.data.parquet import Seal
from paddock.errors import ConfigurationError, DataError, ToolError
from paddock.storage import artifact, durable, lock

if TYPE_CHECKING:
    import pyarrow as pa

_FACT = "paddock.version"


@dataclass(frozen=True)
class Version:
    """One content of a dataset; `content_hash` is the SHA-256 of its file, `written_at` is in UTC."""

    dataset: str
    number: int
    content_hash: str
    rows: int
    written_at: datetime
    run: str
    contract_hash: str
    seal: Seal


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
        with lock.held(folder / ".lock", f"writing {contract.dataset}", self.lock_wait):
            _remove_leftovers(folder)
            before = self.history(contract.dataset)
            with durable.draft(folder / "candidate.parquet") as temporary:
                seal = parquet.write(table, temporary)
                content_hash = artifact.file_sha256(temporary)
                # Also when the version is known: were its file damaged, it is whole from now on.
                durable.commit(temporary, _file(folder, content_hash))
            if before and (before[-1].content_hash, before[-1].contract_hash) == (content_hash, contract.digest):
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
        """The rows of a version, verified; raises DataError when it is unknown or damaged."""
        version = self.find(dataset, number)
        if version is None:
            known = len(self.history(dataset))
            raise DataError(
                f"{dataset}: expected a version from 0 to {known - 1}, got {number}"
                if known
                else f"{dataset}: no version {number}; none was ever written",
                f"See: paddock data history {dataset}",
            )
        return parquet.read(_file(self.folder(dataset), version.content_hash), version.seal, columns)

    def find(self, dataset: str, number: int) -> Version | None:
        """The version with that number, or None; of the table's log, only its own commit is read."""
        if (dataset, number) not in self._known:
            folder = self.folder(dataset)
            commit = _commit_of(folder, number)
            if commit is None:
                return None
            self._known[dataset, number] = _version(dataset, folder, commit)
        return self._known[dataset, number]

    def history(self, dataset: str) -> tuple[Version, ...]:
        """All versions, oldest first; none when the dataset was never written."""
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
        return versions

    def folder(self, dataset: str) -> Path:
        """The folder of the dataset's Delta table."""
        project, _, name = dataset.partition(".")
        return Path(self.data_url) / project / name


def _file(folder: Path, content_hash: str) -> Path:
    """A version's file is named by its content, so a writer that was killed leaves what the next one writes anyway."""
    return folder / f"{content_hash}.parquet"


def _commit(folder: Path, version: Version, schema: pa.Schema) -> None:
    from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
    from deltalake.exceptions import DeltaError
    from deltalake.transaction import AddAction, create_table_with_add_actions

    action = AddAction(
        path=_file(folder, version.content_hash).name,
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


def _remove_leftovers(folder: Path) -> None:
    """Remove temporary files of killed writers; the dataset's lock is held, so nobody writes now."""
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink(missing_ok=True)
