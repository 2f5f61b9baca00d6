"""What the catalogue promises: every wrong declaration is one message with file and line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from paddock.data import session as sessions
from paddock.data.catalogue import load_catalogue
from paddock.data.publishing import publish
from paddock.data.session import Session, open_session
from paddock.errors import ConfigurationError, DataError
from paddock.project import Project, Workspace
from paddock.settings import load_settings

WHOLE = """
[datasets.items]
description = "What a shop sells."
key = ["item", "day"]
serve = true
min_rows = 0
max_age_days = 1.5
[datasets.items.columns.item]
dtype = "string"
description = "The item's code."
regex = "[A-Z]+"
unique = true
personal = true
[datasets.items.columns.day]
dtype = "date"
description = "When."
allowed = [2026-01-01, 2026-01-02]
[datasets.items.columns.price]
dtype = "float32"
description = "The price."
unit = "EUR"
minimum = 0
maximum = 9.5
nullable = true
"""


def test_a_declaration_is_read_whole(make_project: Callable[..., Project]) -> None:
    """Every key of datasets and columns arrives in the contract, in the order of the file."""
    project = make_project("shop", catalog=WHOLE)
    contract = load_catalogue(project.workspace).contract("shop.items")
    assert contract.names == ("item", "day", "price")
    assert (contract.key, contract.serve, contract.min_rows, contract.max_age_days) == (("item", "day"), True, 0, 1.5)
    item, day, price = contract.columns
    assert (item.regex, item.unique, item.personal, item.nullable) == ("[A-Z]+", True, True, False)
    assert [str(value) for value in day.allowed] == ["2026-01-01", "2026-01-02"]
    assert (price.unit, price.minimum, price.maximum, price.nullable) == ("EUR", 0.0, 9.5, True)


def test_defaults_are_strict(make_project: Callable[..., Project]) -> None:
    """Without a word, values are promised, at least one row is, and nothing gets stale."""
    catalog = '[datasets.a]\ndescription = "…"\n[datasets.a.columns.b]\ndtype = "int8"\ndescription = "…"\n'
    contract = load_catalogue(make_project("shop", catalog=catalog).workspace).contract("shop.a")
    assert (contract.columns[0].nullable, contract.min_rows, contract.max_age_days) == (False, 1, None)


HEAD = '[datasets.items]\ndescription = "…"\n'
COLUMN = '[datasets.items.columns.n]\ndtype = "int64"\ndescription = "…"\n'
TEXT = COLUMN.replace("int64", "string")


@pytest.mark.parametrize(
    ("catalog", "line", "said"),
    [
        ("[dataset.items]\n", 1, "unknown key\nDid you mean 'datasets'?"),
        (f'{HEAD}kee = ["n"]\n{COLUMN}', 3, "datasets.items.kee: unknown key\nDid you mean 'key'?"),
        (f"{HEAD}{COLUMN}minimun = 1\n", 6, "columns.n.minimun: unknown key\nDid you mean 'minimum'?"),
        (HEAD, 1, "expected columns, got none\nAdd one: [datasets.items.columns.NAME]"),
        (f"[datasets.items]\n{COLUMN}", 1, 'description: is missing\nSay what it means: description = "…"'),
        (f'[datasets.items]\ndescription = " "\n{COLUMN}', 2, "description: is missing"),
        (f"[datasets.items]\ndescription = 7\n{COLUMN}", 2, "expected a text, got 7"),
        (f'{HEAD}[datasets.items.columns.n]\ndtype = "int64"\n', 3, "columns.n.description: is missing"),
        (f"{HEAD}serve = 1\n{COLUMN}", 3, "expected true or false, got 1"),
        (f'{HEAD}serve = "NO"\n{COLUMN}', 3, "expected true or false, got 'NO'"),
        (f"{HEAD}min_rows = -1\n{COLUMN}", 3, "expected at least 0, got -1"),
        (f"{HEAD}min_rows = true\n{COLUMN}", 3, "expected a whole number, got True"),
        (f"{HEAD}max_age_days = 0\n{COLUMN}", 3, "expected a number above 0, got 0"),
        (f'{HEAD}max_age_days = "2"\n{COLUMN}', 3, "expected a number above 0, got '2'"),
        (f"{HEAD}max_age_days = inf\n{COLUMN}", 3, "expected a number above 0, got inf"),
        (f'{HEAD}key = "n"\n{COLUMN}', 3, "expected a list, got 'n'"),
        (f'{HEAD}key = ["n", "n"]\n{COLUMN}', 3, "expected different names"),
        (f'{HEAD}key = ["nn"]\n{COLUMN}', 3, "names no column: 'nn'\nDid you mean 'n'?|names no column: 'nn'"),
        (f'{HEAD}key = ["n"]\n{COLUMN}nullable = true\n', 3, "the column 'n' is nullable"),
        (f'{HEAD}[datasets.items.columns.n]\ndtype = "integer"\ndescription = "…"\n', 4, "a dtype, got 'integer'"),
        (f'{HEAD}[datasets.items.columns.n]\ndtype = "int46"\ndescription = "…"\n', 4, "Did you mean 'int64'?"),
        (f'{HEAD}[datasets.items.columns.n]\ndescription = "…"\n', 3, "expected a dtype, got ''"),
        (f"{HEAD}columns = 3\n", 3, "expected a table, got 3"),
        (f'{HEAD}[datasets.items.columns]\nn = "int64"\n', 4, "expected a table, got 'int64'"),
        (f'{HEAD}[datasets.items.columns."N 1"]\ndtype = "int8"\n', 1, "expected a name of small letters"),
        ('[datasets."a.b"]\n', 1, "expected a name of small letters"),
        (f'{HEAD}{COLUMN}minimum = "NO"\n', 6, "expected a number, got 'NO'"),
        (f"{HEAD}{COLUMN}minimum = true\n", 6, "expected a number, got True"),
        (f"{HEAD}{COLUMN}minimum = nan\n", 6, "expected a number, got nan"),
        (f"{HEAD}{COLUMN}minimum = -inf\n", 6, "expected a number, got -inf"),
        (f"{HEAD}{COLUMN}minimum = 1.5\n", 6, "expected a whole number that fits int64, got 1.5"),
        (f"{HEAD}{COLUMN}maximum = 9223372036854775808\n", 6, "fits int64, got 9223372036854775808"),
        (f"{HEAD}{COLUMN}minimum = 2\nmaximum = 1\n", 6, "is 2, above the maximum 1\nSwap them."),
        (f"{HEAD}{TEXT}minimum = 2\n", 6, "a string has no bounds"),
        (f'{HEAD}{COLUMN}regex = "7"\n', 6, "a int64 is no text"),
        (f'{HEAD}{TEXT}regex = "("\n', 6, "is no regular expression"),
        (f"{HEAD}{COLUMN}allowed = []\n", 6, "expected values, got none"),
        (f"{HEAD}{COLUMN}allowed = [1, true]\n", 6, "expected values of int64, got True"),
        (f"{HEAD}{COLUMN}allowed = [1.5]\n", 6, "expected values of int64, got 1.5"),
        (f"{HEAD}{COLUMN.replace('int64', 'int8')}allowed = [300]\n", 6, "expected values of int8, got 300"),
        (f"{HEAD}{COLUMN.replace('int64', 'float64')}allowed = [nan]\n", 6, "expected values of float64, got nan"),
        (f"{HEAD}{COLUMN.replace('int64', 'date')}allowed = [2026-01-01T12:00:00Z]\n", 6, "expected values of date"),
        (f"{HEAD}{COLUMN.replace('int64', 'timestamp')}allowed = [2026-01-01T12:00:00]\n", 6, "values of timestamp"),
        (f'{HEAD}{TEXT}allowed = [7]\n', 6, "expected values of string, got 7"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_names_file_and_line(
    make_project: Callable[..., Project], catalog: str, line: int, said: str
) -> None:
    """File, line, table and key, what was expected, what was got, and the remedy."""
    project = make_project("shop", catalog=catalog)
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(project.workspace)
    text = str(caught.value)
    assert text.startswith(f"{project.catalog}:{line}: "), text
    assert any(option in text for option in said.split("|")), text


def test_an_analysis_declares_no_dataset(make_project: Callable[..., Project]) -> None:
    """Without a pipeline nothing would ever write it; sources are fine, and so is no catalogue at all."""
    source = '[sources.rates]\ndescription = "…"\npath = "rates.parquet"\n'
    project = make_project("report", source, notebooks=["report.ipynb"], has_pipeline=False)
    assert load_catalogue(project.workspace).contracts == {}
    project.catalog.write_text(f"{source}{HEAD}{COLUMN}")
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(project.workspace)
    assert str(caught.value).startswith(f"{project.catalog}:4: datasets.items: the project has no pipeline that could")
    project.catalog.unlink()
    assert load_catalogue(project.workspace).contracts == {}


@pytest.mark.parametrize(
    ("catalog", "said"),
    [
        (f"{HEAD}{HEAD}{COLUMN}", "line 3"),
        (f"{HEAD}serve = true\nserve = false\n", "line 4"),
        (f"{HEAD}serve = NO\n", "line 3"),
        (f"{HEAD}min_rows = 0123\n", "line 3"),
        (f"{HEAD}min_rows = \n", "line 3"),
    ],
)
def test_what_toml_forbids_names_its_line(make_project: Callable[..., Project], catalog: str, said: str) -> None:
    """A key that stands twice, NO for false and 0123 for a number are errors, never a guess."""
    with pytest.raises(ConfigurationError, match=f"catalog.toml: is not valid TOML: .*{said}"):
        load_catalogue(make_project("shop", catalog=catalog).workspace)


def test_a_fault_in_an_inline_table_names_its_own_line(make_project: Callable[..., Project]) -> None:
    """Columns may be written one a line; the message leads to the line of the column."""
    catalog = (
        '[datasets.items]\ndescription = "Items."\n\n[datasets.items.columns]\n'
        'item = { dtype = "int64", description = "The number." }\n'
        'price = { dtype = "flaot64", description = "The price." }\n'
    )
    project = make_project("shop", catalog=catalog)
    with pytest.raises(ConfigurationError, match=r"catalog\.toml:6: datasets\.items\.columns\.price\.dtype"):
        load_catalogue(project.workspace)


def test_an_oversize_file_is_refused_before_it_is_parsed(make_project: Callable[..., Project]) -> None:
    """Data does not belong into a catalogue; the message says how large it may be."""
    project = make_project("shop", catalog="#" * 1_000_001)
    with pytest.raises(ConfigurationError, match="expected at most 1000000 bytes, got 1000001"):
        load_catalogue(project.workspace)


def test_a_file_in_another_encoding_is_refused(make_project: Callable[..., Project]) -> None:
    """Latin-1 names the byte."""
    project = make_project("shop")
    project.catalog.write_bytes("# Grüße\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match=r"is not UTF-8 text \(byte 4\)"):
        load_catalogue(project.workspace)


def test_an_unknown_dataset_suggests_the_nearest(make_project: Callable[..., Project]) -> None:
    """A misspelt name is an error that suggests the right one."""
    with pytest.raises(ConfigurationError, match=r"shop\.itms: no such dataset\nDid you mean 'shop\.items'"):
        load_catalogue(make_project("shop", catalog=WHOLE).workspace).contract("shop.itms")


def test_projects_without_a_catalogue_have_no_datasets(
    workspace: Workspace, make_project: Callable[..., Project]
) -> None:
    """A missing file is no fault, and each project owns exactly what its own file declares."""
    make_project("shop", catalog=WHOLE)
    make_project("shop-two").catalog.unlink()
    catalogue = load_catalogue(workspace)
    assert [contract.dataset for contract in catalogue.owned_by("shop")] == ["shop.items"]
    assert catalogue.owned_by("shop-two") == ()


def test_only_words_about_rows_change_a_contracts_digest(make_project: Callable[..., Project]) -> None:
    """A new limit of age is not another contract; a new bound is."""
    project = make_project("shop", catalog=WHOLE)

    def digest(old: str, new: str) -> str:
        project.catalog.write_text(WHOLE.replace(old, new))
        return load_catalogue(project.workspace).contract("shop.items").digest

    assert digest("1.5", "9") == digest("", "")
    assert digest("maximum = 9.5", "maximum = 9") != digest("", "")


# Age.


@pytest.fixture
def aged(make_project: Callable[..., Project], monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Session]:
    """Open a session, so many days after a dataset that may get two days old was published."""
    catalog = HEAD + "max_age_days = 2\n" + COLUMN
    project = make_project("shop", catalog=catalog)
    settings = load_settings(project.workspace)
    session = open_session(project, settings, run="run-1")
    version = session.write("items", pd.DataFrame({"n": [1]}))
    publish(session.store, session.serving, session.catalogue, [version], "run-1")
    real = sessions.datetime

    def later(days: float) -> Session:
        class Clock(real):  # type: ignore[misc, valid-type]
            """A clock that is ahead."""

            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return real.now(tz) + timedelta(days=days)

        monkeypatch.setattr(sessions, "datetime", Clock)
        return open_session(project, settings)

    return later


def test_a_stale_version_is_refused(aged: Callable[[float], Session]) -> None:
    """What was published too long ago says its age, the limit, and which project to run."""
    assert len(aged(1.9).read("items")) == 1
    with pytest.raises(DataError) as caught:
        aged(3.2).read("items")
    assert "shop.items: is stale" in caught.value.message
    assert "at most 2 days ago, got version 0 of 3.2 days ago" in caught.value.message
    assert "paddock run shop" in caught.value.remedy


def test_age_matters_only_for_what_is_published(aged: Callable[[float], Session]) -> None:
    """A version asked for by number, or a run's own candidate, is never stale."""
    session = aged(99.0)
    assert len(session.read("items", version=0)) == 1
    session.candidates = {"shop.items": 0}
    assert len(session.read("items")) == 1
