"""Validation: a frame becomes a table in its contract's exact schema, or one clear message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NoReturn

from paddock.data.casting import Misfit, lossless
from paddock.data.contract import Column, Contract
from paddock.errors import ConfigurationError, DataError, nearest

if TYPE_CHECKING:
    import pandera.pandas
    import pyarrow as pa


def to_table(contract: Contract, frame: Any) -> pa.Table:
    """`frame` (pandas, Polars or Arrow) as an Arrow table in the contract's schema and order of columns.

    Only conversions that lose nothing are made. Raises DataError naming dataset, column, row and value.
    """
    import pyarrow as pa

    table = _arrow(contract, frame)
    _check_names(contract, table.column_names)
    arrays = [_converted(contract, column, table.column(column.name)) for column in contract.columns]
    return pa.table(arrays, schema=contract.schema)


def _converted(contract: Contract, column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    try:
        array = lossless(values, column.dtype)
    except Misfit as misfit:
        violation(contract, column, misfit.row, misfit.value, misfit.expected)
    if array.null_count and not column.nullable:
        violation(contract, column, pc.index(pc.is_null(array), True).as_py(), None, "a value", array.null_count)
    return array


def check(contract: Contract, table: pa.Table) -> None:
    """Check the rows of `table`, which is in the contract's schema, by the compiled pandera schema.

    Raises DataError for the first violation, naming dataset, column, row (from 0), value and what was expected.
    """
    import pandera.errors

    if table.num_rows < contract.min_rows:
        raise DataError(
            f"{contract.dataset}: expected at least {contract.min_rows} rows, got {table.num_rows}",
            "Look for the rows upstream, or set min_rows in its catalog.toml.",
        )
    checked = [c.name for c in contract.columns if c.unique or has_checks(c) or c.name in contract.key]
    if not checked:
        return
    # Arrow-backed columns keep integers with nulls, dates and texts as they are, without a copy.
    import pandas as pd

    frame = table.select(checked).to_pandas(types_mapper=pd.ArrowDtype)
    try:
        compiled(contract).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        _report(contract, table, error)


@lru_cache(maxsize=256)
def compiled(contract: Contract) -> pandera.pandas.DataFrameSchema:
    """The pandera schema of the contract's checks; dtypes and nulls are settled by `to_table`."""
    import pandera.pandas as pandera

    columns = {
        column.name: pandera.Column(checks=_checks(column), nullable=True)
        for column in contract.columns
        if column.unique or has_checks(column) or column.name in contract.key
    }
    return pandera.DataFrameSchema(columns, unique=list(contract.key) or None)


def has_checks(column: Column) -> bool:
    """Whether the column's values have to be looked at one by one."""
    return bool(column.minimum is not None or column.maximum is not None or column.allowed or column.regex)


def expectation(column: Column) -> str:
    """What a value of the column must be, in words."""
    parts = []
    if column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    if column.maximum is not None:
        parts.append(f"at most {column.maximum:g}")
    if column.allowed:
        parts.append(f"one of {', '.join(map(repr, column.allowed))}")
    if column.regex:
        parts.append(f"text that matches {column.regex!r}")
    return " and ".join(parts)


def violation(contract: Contract, column: Column, row: int, value: object, expected: str, count: int = 1) -> NoReturn:
    """Raise the DataError of a row that breaks the contract; a personal value is not shown."""
    shown = "a personal value" if column.personal and value is not None else repr(value)
    more = f" ({count} rows break this)" if count > 1 else ""
    raise DataError(
        f"{contract.dataset}: column '{column.name}', row {row}: expected {expected}, "
        f"got {'nothing' if value is None else shown}{more}",
        "Mend the rows before they are written, or change the contract in its project's catalog.toml.",
    )


def _checks(column: Column) -> list[Any]:
    import pandera.pandas as pandera

    checks = []
    if column.unique:
        # pandera's own would count nothing as a value that repeats.
        checks.append(pandera.Check(lambda values: ~values.duplicated(), name="unique"))
    if column.minimum is not None:
        checks.append(pandera.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pandera.Check.le(column.maximum))
    if column.allowed:
        checks.append(pandera.Check.isin(list(column.allowed)))
    if column.regex:
        checks.append(pandera.Check(partial(_full_matches, column.regex), name="regex"))
    return checks


def _full_matches(pattern: str, values: Any) -> Any:
    """Which texts match wholly, by Python's rules: Arrow's own engine reads some patterns otherwise."""
    import pandas as pd

    codes, texts = pd.factorize(values)
    match = re.compile(pattern).fullmatch
    found = [match(text) is not None for text in texts]
    # Nothing has the code -1, so it asks the last place; nulls are settled by `to_table`.
    return pd.Series([*found, True], dtype=bool).take(codes).set_axis(values.index)


def _report(contract: Contract, table: pa.Table, error: Any) -> NoReturn:
    """Raise the first violation in the order of rows."""
    cases = error.failure_cases
    placed = cases[cases["index"].notna()]
    if placed.empty:
        # A check that raised instead of answering is a fault of the contract.
        raise DataError(f"{contract.dataset}: {cases['check'].iloc[0]}", "Change the contract.") from error
    first = placed.sort_values("index", kind="stable").iloc[0]
    row = int(first["index"])
    same = placed[(placed["check"] == first["check"]) & (placed["column"] == first["column"])]
    if str(first["check"]) == "multiple_fields_uniqueness":
        columns = [contract.column(name) for name in contract.key]
        names = ", ".join(contract.key)
        shown = (
            "personal values"
            if any(c.personal for c in columns)
            else repr(tuple(table.column(name)[row].as_py() for name in contract.key))
        )
        raise DataError(
            f"{contract.dataset}: key ({names}), row {row}: expected different values in each row, got {shown} again",
            "Remove the repeated rows, or extend the key in its project's catalog.toml.",
        ) from error
    column = contract.column(str(first["column"]))
    value = table.column(column.name)[row].as_py()
    expected = "a value that no other row has" if str(first["check"]) == "unique" else expectation(column)
    violation(contract, column, row, value, expected, len(same))


def _arrow(contract: Contract, frame: Any) -> pa.Table:
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    kind = type(frame).__module__.split(".")[0]
    if kind == "polars":
        return (frame.collect() if hasattr(frame, "collect") else frame).to_arrow()
    if kind == "pandas" and hasattr(frame, "columns"):
        return _from_pandas(contract, frame)
    raise ConfigurationError(
        f"{contract.dataset}: expected a pandas or Polars frame or an Arrow table, got {type(frame).__name__}",
        "Give the rows as one of these.",
    )


def _from_pandas(contract: Contract, frame: Any) -> pa.Table:
    import pyarrow as pa

    names = [str(name) for name in frame.columns]
    _check_names(contract, names)
    arrays = []
    for position, name in enumerate(names):
        values = frame.iloc[:, position]
        try:
            arrays.append(pa.array(values, from_pandas=True))
        except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
            _report_mixed(contract, contract.column(name), values, error)
    return pa.table(arrays, names=names)


def _report_mixed(contract: Contract, column: Column, values: Any, error: Exception) -> NoReturn:
    """Raise for a column that Arrow cannot hold, naming the first value that is not like those before it."""
    import pyarrow as pa

    present = [(row, value) for row, value in enumerate(values) if not _is_missing(value)]
    for row, value in present:
        try:
            pa.array([present[0][1], value], from_pandas=True)
        except (pa.ArrowException, OverflowError, TypeError, ValueError):
            violation(contract, column, row, value, column.dtype)
    raise DataError(
        f"{contract.dataset}: column '{column.name}': expected {column.dtype}, got {type(values).__name__} of "
        f"{values.dtype}",
        "Give it one plain dtype.",
    ) from error


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _check_names(contract: Contract, got: Sequence[str]) -> None:
    for name in got:
        if got.count(name) > 1:
            raise DataError(f"{contract.dataset}: two columns are called '{name}'", "Rename one of them.")
        if name not in contract.names:
            raise DataError(
                f"{contract.dataset}: column '{name}' is not in its contract",
                f"{nearest(name, contract.names)} Or declare it in its project's catalog.toml.",
            )
    for name in contract.names:
        if name not in got:
            raise DataError(
                f"{contract.dataset}: column '{name}' is missing, which its contract promises",
                f"Add it to the rows; they have: {', '.join(got) or 'no columns'}.",
            )
