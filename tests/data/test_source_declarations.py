"""What the declaration of a source promises: every wrong one is one message with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from paddock.data.catalogue import load_catalogue, load_sources
from paddock.errors import ConfigurationError
from paddock.project import Project

DECLARED = """
[sources.intake]
description = "What the clinic sends."
path = "data/intake.csv"
columns = { case_id = "string", radius = "float64" }
sha256 = "%s"
max_age_days = 2

[sources.orders]
description = "Orders."
query = "WITH o AS (SELECT 1 AS n) SELECT n FROM o UNION ALL SELECT 2"
url = { secret = "WAREHOUSE_URL" }
""" % ("a" * 64)


def test_declarations_are_read(make_project: Callable[..., Project]) -> None:
    """A file and a query with every key; the secret need not be set before something is read."""
    found = load_sources(make_project("clinic", catalog=DECLARED))
    intake, orders = found["intake"], found["orders"]
    assert (intake.name, intake.path, intake.max_age_days) == ("clinic.intake", "data/intake.csv", 2.0)
    assert dict(intake.columns) == {"case_id": "string", "radius": "float64"}
    assert intake.where.endswith("catalog.toml:2")
    assert orders.url == {"secret": "WAREHOUSE_URL"}


FILE = 'path = "in.csv"\ncolumns = { n = "int64" }'
SQL = 'query = "SELECT 1"\nurl = "duckdb://x.duckdb"'


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("", 2, "expected either path or query, got neither"),
        (f"{FILE}\n{SQL}", 2, "expected either path or query, got both"),
        ('path = "/etc/in.csv"', 4, "got '/etc/in.csv'"),
        ('path = "a/../../in.csv"', 4, "without '..'"),
        ('path = "C:/in.csv"', 4, "expected a path below"),
        ('path = "a\\\\in.csv"', 4, "expected a path below"),
        ('path = ""', 4, "expected a path below"),
        ('path = "in.xlsx"', 4, "no format for 'in.xlsx'"),
        ('path = "in.csv"', 2, 'Name every column: columns = { case_id = "string" }'),
        ('path = "in.jsonl.gz"', 2, "sources.intake.columns: is missing"),
        ('path = "in.csv"\ncolumns = {}', 5, "expected columns, got none"),
        ('path = "in.csv"\ncolumns = { n = "int46" }', 5, "Did you mean 'int64'?"),
        ('path = "in.csv"\ncolumns = { n = 1 }', 5, "n: expected a dtype, got 1"),
        ('path = "in.csv"\ncolumns = ["n"]', 5, "expected a table"),
        (f'{FILE}\nsha256 = "abc"', 6, "expected 64 hexadecimal digits"),
        (f"{FILE}\nmax_age_days = 0", 6, "expected a number above 0, got 0"),
        (f"{FILE}\nmax_age_days = nan", 6, "expected a number above 0, got nan"),
        (f"{FILE}\nmax_age_days = true", 6, "expected a number above 0, got True"),
        (f"{FILE}\nmax_age = 2", 6, "Did you mean 'max_age_days'?"),
        (f'{FILE}\nurl = "duckdb://x"', 6, "a file has none; it is for queries"),
        (f"{SQL}\nmax_age_days = 2", 6, "a query has none; it is for files"),
        ('query = "SELECT 1"', 2, "expected the URL of a database, got nothing"),
        ('query = "SELECT 1"\nurl = "postgres://u:hunter2@h/d"', 5, "the URL holds a password"),
        ('query = "SELECT 1"\nurl = "postgres://h/d?user=u&password=hunter2"', 5, "the URL holds a password"),
        ('query = "SELECT 1"\nurl = { password = "hunter2" }', 5, "got a table with password"),
        ('query = "SELECT 1"\nurl = "host=h password=hunter2"', 5, "expected the URL of a database"),
        ('query = "SELECT 1; DROP TABLE t"\nurl = "duckdb://x"', 4, "expected one SELECT statement, got 2 statements"),
        ("query = \"SELECT '\\\\'; DROP TABLE t; --'\"\nurl = \"duckdb://x\"", 4, "expected one SELECT statement"),
        ("query = '''SELECT '\\' AS a, '; DROP TABLE t; --' '''\nurl = \"x://y\"", 4, "got 3 statements"),
        ('query = "DELETE FROM t"\nurl = "duckdb://x"', 4, "a statement of the kind DELETE"),
        ('query = "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d"\nurl = "x://y"', 4, "writes or locks"),
        ('query = "SELECT * INTO u FROM t"\nurl = "duckdb://x"', 4, "expected one SELECT statement, got"),
        ('query = "COPY t TO \'x\'"\nurl = "duckdb://x"', 4, "expected one SELECT statement, got"),
        ('query = "PRAGMA database_list"\nurl = "duckdb://x"', 4, "expected one SELECT statement, got"),
        ('query = "SELEC 1 FRM"\nurl = "duckdb://x"', 4, "expected one SELECT statement, got"),
        ('query = ""\nurl = "duckdb://x"', 4, "expected one SELECT statement, got 0 statements"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_names_its_line(
    make_project: Callable[..., Project], lines: str, line: int, said: str
) -> None:
    """File, line and remedy, noticed with the catalogue of any project; a password is not repeated."""
    project = make_project("clinic", catalog=f'\n[sources.intake]\ndescription = "Intake."\n{lines}\n')
    for load in (lambda: load_sources(project), lambda: load_catalogue(project.workspace)):
        with pytest.raises(ConfigurationError) as caught:
            load()
        text = str(caught.value)
        assert said in text
        assert f"catalog.toml:{line}: sources.intake" in text
        assert "hunter2" not in text


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        ('[sources."a b"]\n', "expected a name of small letters"),
        ("[sources]\na = 1\n", "expected a table"),
        (f"[sources.a]\n{FILE}\n", "sources.a.description: is missing"),
    ],
)
def test_names_and_descriptions_are_checked(make_project: Callable[..., Project], catalog: str, said: str) -> None:
    """A source has a plain name and says what it means."""
    with pytest.raises(ConfigurationError, match=said):
        load_sources(make_project("clinic", catalog=catalog))
