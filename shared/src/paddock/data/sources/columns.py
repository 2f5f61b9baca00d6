"""The columns of a source against those that it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from paddock.data.casting import Misfit, lossless
from paddock.errors import DataError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

_DRIFT = "If what is sent has changed, change its columns in catalog.toml and the code that reads them."


def refuse_repeated(names: Sequence[str], where: str) -> None:
    """Raise DataError when two columns have the same name."""
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{where}: two columns are called '{name}'", "Rename one of them where it is made.")


def refuse_drift(names: Sequence[str], declared: Mapping[str, str], where: str) -> None:
    """Raise DataError for the first column that is not declared, else for the first declared one that is missing."""
    for name in names:
        if name not in declared:
            unmet = [other for other in declared if other not in names]
            raise DataError(
                f"{where}: column '{name}' is not declared; expected {', '.join(declared)}",
                f"{nearest(name, unmet or declared)} {_DRIFT}",
            )
    for name in declared:
        if name not in names:
            raise DataError(f"{where}: column '{name}' is missing; got {', '.join(names) or 'no columns'}", _DRIFT)


def refuse_value(misfit: Misfit, name: str, place: Callable[[int], str]) -> NoReturn:
    """Raise the DataError of a value that is not of its column's dtype; `place` says where a row is."""
    raise DataError(
        f"{place(misfit.row)}: column '{name}': expected {misfit.expected}, got {misfit.value!r}",
        "Mend the value where it is made, or change the column's dtype in catalog.toml.",
    ) from misfit


def declared(table: pa.Table, where: str, columns: Mapping[str, str]) -> pa.Table:
    """The table's columns in the dtypes and the order of `columns`, or as they are when none are declared."""
    import pyarrow as pa

    refuse_repeated(table.column_names, where)
    if not columns:
        return table
    refuse_drift(table.column_names, columns, where)
    arrays = []
    for name, dtype in columns.items():
        try:
            arrays.append(lossless(table.column(name), dtype))
        except Misfit as misfit:
            refuse_value(misfit, name, lambda row: f"{where}, row {row}")
    return pa.table(arrays, names=list(columns))
