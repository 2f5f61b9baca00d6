"""A contract: what a dataset promises about its columns and rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from paddock.data.dtypes import arrow_type

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Column:
    """One column: its dtype (a name of `dtypes.NAMES`), what it means, and the checks on its values.

    `minimum` and `maximum` are inclusive; `regex` must match the whole text.
    """

    name: str
    dtype: str
    description: str
    unit: str = ""
    nullable: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[Any, ...] = ()
    regex: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Contract:
    """The promise of one dataset `project.name`: no two rows share the values of `key`.

    `serve` makes published rows a table of the serving database. At least `min_rows` rows.
    A published version is stale once it was published more than `max_age_days` days ago.
    """

    dataset: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    serve: bool = False
    min_rows: int = 1
    max_age_days: float | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the contract says about rows; how old they may get changes none of them."""
        facts = asdict(self)
        del facts["max_age_days"]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the dataset's tables, nullability included."""
        import pyarrow as pa

        return pa.schema([pa.field(c.name, arrow_type(c.dtype), nullable=c.nullable) for c in self.columns])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column called `name`."""
        return next(column for column in self.columns if column.name == name)
