"""What a serving database does, and the SQL that all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from paddock.data.contract import Contract
from paddock.data.versions import Version

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Publication:
    """One move of a dataset's pointer; `published_at` is in UTC."""

    dataset: str
    version: int
    content_hash: str
    contract_hash: str
    run: str
    published_at: datetime


@dataclass(frozen=True)
class Release:
    """A version on its way out, with its rows where the contract serves them as a table."""

    version: Version
    contract: Contract
    rows: pa.Table | None


class Serving(Protocol):
    """A database that holds the published pointers and the serving tables."""

    def published(self) -> Mapping[str, Publication]:
        """The present publication of each dataset; empty where nothing was ever published."""
        ...

    def publications(self, dataset: str) -> tuple[Publication, ...]:
        """Every publication of a dataset, oldest first."""
        ...

    def log(self) -> tuple[Publication, ...]:
        """Every publication of every dataset, oldest first, in one question."""
        ...

    def publish(self, releases: Sequence[Release], run: str) -> None:
        """Move all pointers and replace all serving tables in one transaction; raises ToolError."""
        ...


# Times are in UTC without a zone, since DuckDB needs an extension for zones.
# The log alone holds the truth: the present publication of a dataset is its last row.
CREATE_SCHEMA = "CREATE SCHEMA IF NOT EXISTS paddock"
CREATE_LOG = """
CREATE TABLE IF NOT EXISTS paddock.publications (
    position BIGINT PRIMARY KEY,
    dataset TEXT NOT NULL,
    version BIGINT NOT NULL,
    content_hash TEXT NOT NULL,
    contract_hash TEXT NOT NULL,
    run TEXT NOT NULL,
    published_at TIMESTAMP NOT NULL
)"""
_COLUMNS = "dataset, version, content_hash, contract_hash, run, published_at"
# A view, so that a service finds the pointers as a table without a second copy to keep.
CREATE_POINTERS = f"""
CREATE OR REPLACE VIEW paddock.published AS
SELECT {_COLUMNS} FROM paddock.publications
WHERE position IN (SELECT max(position) FROM paddock.publications GROUP BY dataset)"""
SELECT_POINTERS = f"SELECT {_COLUMNS} FROM paddock.published"
SELECT_ALL = f"SELECT {_COLUMNS} FROM paddock.publications ORDER BY position"
SELECT_LOG = f"SELECT {_COLUMNS} FROM paddock.publications WHERE dataset = $1 ORDER BY position"
INSERT_LOG = f"""
INSERT INTO paddock.publications (position, {_COLUMNS})
SELECT coalesce(max(position), 0) + 1, $1, $2, $3, $4, $5, $6 FROM paddock.publications"""


def log_row(release: Release, run: str, now: datetime) -> tuple[Any, ...]:
    """The values that INSERT_LOG binds."""
    version = release.version
    return version.dataset, version.number, version.content_hash, version.contract_hash, run, now.replace(tzinfo=None)


def publications_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Publication, ...]:
    """The publications in the answer of SELECT_POINTERS or SELECT_LOG."""
    return tuple(
        Publication(dataset, version, content_hash, contract_hash, run, moment.replace(tzinfo=UTC))
        for dataset, version, content_hash, contract_hash, run, moment in rows
    )


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def table_name(dataset: str) -> str:
    """The serving table of a dataset, quoted: schema = project, table = name."""
    project, _, name = dataset.partition(".")
    return f"{quoted(project)}.{quoted(name)}"


def schema_name(dataset: str) -> str:
    """The schema of the serving table, quoted."""
    return quoted(dataset.partition(".")[0])
