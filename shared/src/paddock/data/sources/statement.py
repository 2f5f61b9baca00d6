"""The SQL of a source: one statement, which only reads."""

from __future__ import annotations

# What a text means depends on the dialect, so each that can parse it has to see a single SELECT.
_DIALECTS = ("duckdb", "postgres", "mysql", "bigquery", "snowflake", "spark", "trino", "tsql")


def fault(query: str) -> str:
    """What keeps `query` from being one SELECT statement, in words; empty when nothing does."""
    from sqlglot.errors import SqlglotError

    parsed = 0
    problem = "nothing"
    for dialect in _DIALECTS:
        try:
            found = _fault_in(query, dialect)
        except SqlglotError as error:
            problem = str(error).splitlines()[0]
            continue
        if found:
            return found
        parsed += 1
    return "" if parsed else f"what no dialect can parse: {problem}"


def _fault_in(query: str, dialect: str) -> str:
    import sqlglot
    from sqlglot import expressions

    statements = [statement for statement in sqlglot.parse(query, dialect=dialect) if statement is not None]
    if len(statements) != 1:
        return f"{len(statements)} statements"
    (statement,) = statements
    if not isinstance(statement, expressions.Query):
        return f"a statement of the kind {statement.key.upper()}"
    writing = statement.find(
        expressions.Insert, expressions.Update, expressions.Delete, expressions.Merge, expressions.Create,
        expressions.Drop, expressions.Into, expressions.Command, expressions.Lock,
    )  # fmt: skip
    return f"one that writes or locks ({writing.key.upper()})" if writing else ""
