"""What the checks say of contracts: whether they are told, kept towards their readers, read, and fresh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock.data.contract import Column, Contract
from paddock.project import Workspace
from paddock_ci.checks import contracts, looks_of_workspace
from paddock_ci.compatibility import change
from paddock_ci.finding import Look

from tests.ci.repository import Repository, notebook, project, repository

ITEMS = """
[datasets.items]
description = "What the shop sells, a row each."
key = ["item_id"]
serve = true

[datasets.items.columns]
item_id = { dtype = "string", description = "The item." }
price = { dtype = "int32", unit = "EUR", minimum = 0, maximum = 100, description = "What it costs." }
kind = { dtype = "string", allowed = ["book", "toy"], description = "What it is." }
code = { dtype = "string", unique = true, regex = "[A-Z]{3}", description = "What is printed on it." }
"""
READER = """
import paddock
from paddock.pipelines import Task


class Sums(Task):
    reads = ("shop.items",)

    def run(self):
        items = self.read("shop.items")
        self.dump(items.groupby(["kind", "code"])["price"].sum(), items["item_id"])
"""
READING = notebook('import paddock\nitems = paddock.read("shop.items")', "items.price.mean(), items.item_id")
REMOVED = 'price = { dtype = "int32", unit = "EUR", minimum = 0, maximum = 100, description = "What it costs." }\n'


def _faults(root: Path, check: Callable[[Workspace], object]) -> list[Look]:
    return [look for look in check(Workspace(root)) if look.fault]  # type: ignore[attr-defined]


def _shop(root: Path, readers: Mapping[str, str | bytes] | None = None) -> Repository:
    """A shop on the main branch, whose items the readers read, and a branch that is checked out."""
    made = repository(root, {**project("shop", **{"catalog.toml": ITEMS}), **(readers or {})})
    made.git("checkout", "-q", "-b", "change")
    return made


def _reader(module: str = READER, **files: str | bytes) -> dict[str, str | bytes]:
    return project("report", reads=["shop.items"], **{"src/report/tasks.py": module, **files})


def _edited(made: Repository, old: str, new: str) -> None:
    path = made.root / "projects/shop/catalog.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


# What is edited in the shop's catalogue, into what, and what is said of it.
BREAKING = {
    "removed": (REMOVED, "", "column 'price' is gone"),
    "renamed": ("price = {", "cost = {", "column 'price' is now called 'cost'"),
    "retyped": (
        '"int32", unit = "EUR", minimum = 0, maximum = 100',
        '"string", unit = "EUR"',
        "column 'price' is string instead of int32",
    ),
    "to floats": ('"int32"', '"float64"', "column 'price' is float64 instead of int32"),
    "narrowed": ('"int32"', '"int16"', "column 'price' is int16 instead of int32"),
    "other unit": ('"EUR"', '"ct"', "column 'price' has the unit 'ct' instead of the unit 'EUR'"),
    "no unit": (' unit = "EUR",', "", "column 'price' has no unit instead of the unit 'EUR'"),
    "nullable": ('"int32",', '"int32", nullable = true,', "column 'price' may be missing now"),
    "lower": ("minimum = 0", "minimum = -5", "column 'price' may be below 0 now, down to -5"),
    "higher": (" maximum = 100,", "", "column 'price' may be above 100 now, up to"),
    "category": ('["book", "toy"]', '["book", "toy", "game"]', "column 'kind' may be 'game' now"),
    "any category": (' allowed = ["book", "toy"],', "", "column 'kind' may be any value now"),
    "other pattern": ("[A-Z]{3}", "[A-Z]{4}", "column 'code' matches '[A-Z]{4}' now instead of '[A-Z]{3}'"),
    "no pattern": (' regex = "[A-Z]{3}",', "", "column 'code' need not match '[A-Z]{3}' now"),
    "not unique": (" unique = true,", "", "column 'code' may have one value twice now"),
    "no key": ('key = ["item_id"]\n', "", "rows may share the values of item_id now"),
    "no rows": ("serve = true", "serve = true\nmin_rows = 0", "there may be no rows now"),
}
COMPATIBLE = {
    "new nullable": ("kind = {", 'size = { dtype = "float64", nullable = true, description = "How big." }\nkind = {'),
    "new": ("kind = {", 'size = { dtype = "float64", description = "How big." }\nkind = {'),
    "wider, within the same bounds": ('"int32"', '"int64"'),
    "tighter": ("minimum = 0, maximum = 100", "minimum = 10, maximum = 90"),
    "fewer categories": ('["book", "toy"]', '["book"]'),
    "described otherwise": ("What it costs.", "What it costs a customer."),
    "personal": ('unit = "EUR"', 'unit = "EUR", personal = true'),
    "more rows": ("serve = true", "serve = true\nmin_rows = 10"),
    "fresher": ("serve = true", "serve = true\nmax_age_days = 2"),
    "no longer served": ("serve = true\n", ""),
}


@pytest.mark.parametrize("edit", BREAKING)
def test_what_a_reader_uses_is_not_taken_away(tmp_path: Path, edit: str) -> None:
    """Whatever a promise loses is told with each consumer; nothing is said where nobody reads it."""
    old, new, said = BREAKING[edit]
    made = _shop(tmp_path / "read", _reader())
    _edited(made, old, new)
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert f"shop.items: {said}" in finding.fault
    assert "report uses it in projects/report/src/report/tasks.py:" in finding.fault
    assert finding.place.startswith("projects/shop/catalog.toml:")
    assert "in the same pull request" in finding.remedy
    alone = _shop(tmp_path / "alone")
    _edited(alone, old, new)
    assert _faults(alone.root, contracts.breaks_no_reader) == []


@pytest.mark.parametrize("edit", COMPATIBLE)
def test_what_takes_nothing_from_a_reader_is_no_finding(tmp_path: Path, edit: str) -> None:
    """New columns, narrower values and other words need nobody's consent."""
    made = _shop(tmp_path / "clone", _reader())
    _edited(made, *COMPATIBLE[edit])
    assert _faults(made.root, contracts.breaks_no_reader) == []


def test_a_finding_names_tasks_cells_and_those_who_may_use_it(tmp_path: Path) -> None:
    """Each consumer once, by project, task and notebook cell; a reader whose use is not seen may be one."""
    other = project("stock", reads=["shop.items"], **{"src/stock/tasks.py": 'read("shop.items").to_csv("items.csv")\n'})
    made = _shop(tmp_path / "clone", {**_reader(**{"notebooks/validation.ipynb": READING}), **other})
    _edited(made, REMOVED, "")
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert finding == Look(
        "projects/shop/catalog.toml:2",
        "shop.items: column 'price' is gone (owner us); "
        "report uses it in projects/report/src/report/tasks.py:11 (task Sums), "
        "projects/report/notebooks/validation.ipynb cell 2; "
        "stock reads the dataset and may use it",
        "Add the new column beside the old one, move the readers to it, then remove the old one; "
        "or change the readers in the same pull request, so that none uses it.",
    )


def test_a_column_that_no_reader_uses_may_go(tmp_path: Path) -> None:
    """Readers of the dataset that are seen to use other columns alone keep nobody from removing one."""
    made = _shop(tmp_path / "clone", _reader(READER.replace('["price"]', "").replace("price", "")))
    _edited(made, REMOVED, "")
    assert _faults(made.root, contracts.breaks_no_reader) == []


def test_both_changes_in_one_pull_request_are_right(tmp_path: Path) -> None:
    """A removed column is free once no reader uses it; one that means something else, once its readers changed too."""
    made = _shop(tmp_path / "clone", _reader())
    _edited(made, "price = {", "cost = {")
    assert len(_faults(made.root, contracts.breaks_no_reader)) == 1
    # A file that changed and uses what is gone is still broken.
    made.write({"projects/report/src/report/tasks.py": READER + "\n"})
    assert len(_faults(made.root, contracts.breaks_no_reader)) == 1
    made.write({"projects/report/src/report/tasks.py": READER.replace("price", "cost")})
    assert _faults(made.root, contracts.breaks_no_reader) == []
    _edited(made, "cost = {", "price = {")
    _edited(made, '"EUR"', '"ct"')
    made.write({"projects/report/src/report/tasks.py": READER})
    assert len(_faults(made.root, contracts.breaks_no_reader)) == 1
    made.write({"projects/report/src/report/tasks.py": READER.replace('["price"]', '["price"].div(100)')})
    assert _faults(made.root, contracts.breaks_no_reader) == []


@pytest.mark.parametrize(
    "code",
    [
        'paddock.read("shop.items", columns=["price"])',
        "items.price.sum()",
        'items.query("price > 3")',
        'connection.execute(f"SELECT sum(i.price) FROM {table} i")',
        'QUERY = "select price from items"',
        'items.agg({"price": "sum"})',
        "class Row(TypedDict):\n    price: int",
        'frame["total"] = items["price"]',
    ],
)
def test_every_way_to_name_a_column_is_seen(tmp_path: Path, code: str) -> None:
    """Subscripts, attributes, lists, SQL, expressions and schemas name what they use, with their line."""
    made = _shop(tmp_path / "clone", _reader(f'import paddock\nitems = paddock.read("shop.items")\n{code}\n'))
    _edited(made, REMOVED, "")
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert "projects/report/src/report/tasks.py:" in finding.fault


@pytest.mark.parametrize(
    "code",
    [
        '"""The price of all."""',
        "# price",
        "items.price()",
        'items["price"] = 3',
        'pd.DataFrame({"price": costs})',
        'paddock.gate("price", 3)',
        'own = paddock.read("sold")\nown["price"], own.price',
        'paddock.read("sold")["price"], paddock.read("sold", columns=["price"]).price',
        "class A:\n    def f(self):\n        return self.price",
        'print("the price of all")',
    ],
)
def test_what_only_sounds_like_a_use_is_none(tmp_path: Path, code: str) -> None:
    """Prose, methods, what the reader makes itself, and columns of another dataset are no use."""
    made = _shop(tmp_path / "clone", _reader(f'import paddock\nitems = paddock.read("shop.items")\n{code}\n'))
    _edited(made, REMOVED, "")
    assert _faults(made.root, contracts.breaks_no_reader) == []


@pytest.mark.parametrize(
    ("path", "text", "within"),
    [
        ("src/report/sums.sql", "SELECT kind,\n  sum(price) FROM items", ":2"),
        ("src/report/columns.yaml", "columns:\n- kind\n- price\n", ":3"),
        ("notebooks/a.ipynb", notebook('paddock.read("shop.items")', "%%sql\nSELECT price FROM items"), " cell 2"),
        ("notebooks/a.ipynb", notebook("from report import tasks", 'tasks.items()["price"]'), " cell 2"),
        ("tests/test_a.py", 'ROWS = {"shop.items": frame[["price"]]}\n', ":1"),
    ],
)
def test_queries_settings_and_tests_of_a_reader_are_searched(tmp_path: Path, path: str, text: str, within: str) -> None:
    """A column is also used by a query that is a file, by a list in settings, in SQL cells and in tests."""
    made = _shop(tmp_path / "clone", _reader("", **{path: text}))
    _edited(made, REMOVED, "")
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert finding.fault.endswith(f"report uses it in projects/report/{path}{within}")


def test_a_namesake_in_another_dataset_is_told(tmp_path: Path) -> None:
    """Where a reader has another dataset with such a column at hand, the finding says that it may be meant."""
    other = project("depot", **{"catalog.toml": ITEMS})
    reader = project("report", reads=["shop.items", "depot.items"], **{"src/report/tasks.py": READER})
    made = _shop(tmp_path / "clone", {**other, **reader})
    _edited(made, REMOVED, "")
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert "report uses it (or the column of that name in depot.items) in" in finding.fault


def test_an_older_dataset_concerns_whoever_reads_it(tmp_path: Path) -> None:
    """A promise about all rows has no column: each place that names the dataset is a consumer."""
    made = repository(
        tmp_path / "clone", project("shop", **{"catalog.toml": ITEMS.replace("serve", "max_age_days = 1\nserve")})
    )
    made.commit(_reader())
    made.git("checkout", "-q", "-b", "change")
    _edited(made, "max_age_days = 1", "max_age_days = 9")
    (finding,) = _faults(made.root, contracts.breaks_no_reader)
    assert "rows may be 9 days old now; the limit was 1 (owner us); report uses it in" in finding.fault
    assert "tasks.py:7 (task Sums)" in finding.fault


def test_the_base_is_where_the_branch_left_main(tmp_path: Path) -> None:
    """What main did since is no change of the branch; commits of the branch and edits here are."""
    made = _shop(tmp_path / "clone", _reader())
    made.git("checkout", "-q", "main")
    _edited(made, '"EUR"', '"ct"')
    made.commit()
    assert _faults(made.root, contracts.breaks_no_reader) == []
    made.git("checkout", "-q", "change")
    assert _faults(made.root, contracts.breaks_no_reader) == []
    _edited(made, '"EUR"', '"USD"')
    made.commit()
    assert len(_faults(made.root, contracts.breaks_no_reader)) == 1


def test_another_base_can_be_named(tmp_path: Path) -> None:
    """`paddock check --base` counts what changed since then, as it does for which projects are affected."""
    made = _shop(tmp_path / "clone", _reader())
    _edited(made, REMOVED, "")
    made.commit()
    made.git("branch", "earlier")
    (finding,) = [look for code, look in looks_of_workspace(Workspace(made.root)) if code == "DC103" and look.fault]
    assert "removed" in finding.fault or "gone" in finding.fault
    assert not [
        look for code, look in looks_of_workspace(Workspace(made.root), "earlier") if code == "DC103" and look.fault
    ]


def test_without_a_base_nothing_is_said(tmp_path: Path) -> None:
    """A folder without git, one without commits, and a shallow clone that does not know the base have no finding."""
    folder = Repository(tmp_path / "folder")
    folder.write(
        {"pyproject.toml": "[tool.paddock.workspace]\n", **project("shop", **{"catalog.toml": ITEMS}), **_reader()}
    )
    assert list(contracts.breaks_no_reader(Workspace(folder.root))) == []
    folder.git("init", "-q", "-b", "main")
    assert list(contracts.breaks_no_reader(Workspace(folder.root))) == []
    made = _shop(tmp_path / "clone", _reader())
    _edited(made, REMOVED, "")
    made.commit()
    made.git("checkout", "-q", "main")
    made.commit({"README.md": "more"})
    shallow = tmp_path / "shallow"
    made.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{made.root}", str(shallow))
    Repository(shallow).git("checkout", "-q", "change")
    assert list(contracts.breaks_no_reader(Workspace(shallow))) == []


@pytest.mark.parametrize("broken", ["[datasets.items]\n", "[[", "datasets = 3\n", "[datasets]\nitems = 3\n"])
def test_a_catalogue_that_does_not_parse_is_told_once(tmp_path: Path, broken: str) -> None:
    """Neither at the base nor here does it give a traceback, or a second finding for what DC101 says."""
    made = _shop(tmp_path / "clone", _reader())
    made.write({"projects/shop/catalog.toml": broken})
    checks = (contracts.breaks_no_reader, contracts.is_described, contracts.has_a_reader, contracts.is_fresh)
    assert [_faults(made.root, check) for check in checks] == [[], [], [], []]
    made.commit()
    made.git("branch", "-f", "main")
    made.write({"projects/shop/catalog.toml": ITEMS})
    assert _faults(made.root, contracts.breaks_no_reader) == []


def test_a_dataset_that_is_gone_is_another_checks(tmp_path: Path) -> None:
    """That a reader declares what no longer exists, DC101 says; here nothing is repeated."""
    made = _shop(tmp_path / "clone", _reader())
    made.write({"projects/shop/catalog.toml": ITEMS.replace("datasets.items", "datasets.things")})
    assert _faults(made.root, contracts.breaks_no_reader) == []
    made.remove("projects/shop")
    assert _faults(made.root, contracts.breaks_no_reader) == []


_COLUMNS = st.builds(
    Column,
    name=st.sampled_from(["a", "b", "c", "d"]),
    dtype=st.sampled_from(["int8", "int32", "int64", "float64"]),
    description=st.just("One."),
    unit=st.sampled_from(["", "1", "mm"]),
    nullable=st.booleans(),
    unique=st.booleans(),
    minimum=st.sampled_from([None, 0, 1]),
    maximum=st.sampled_from([None, 5, 9]),
    allowed=st.sampled_from([(), (1, 2), (2, 3)]),
)


@st.composite
def _contracts(draw: st.DrawFn) -> Contract:
    columns = tuple(draw(st.lists(_COLUMNS, min_size=1, max_size=4, unique_by=lambda column: column.name)))
    names = [column.name for column in columns if not column.nullable]
    key = tuple(draw(st.lists(st.sampled_from(names), unique=True))) if names else ()
    return Contract("shop.items", "Items.", columns, key, min_rows=draw(st.integers(0, 2)))


@given(_contracts())
def test_a_contract_does_not_differ_from_itself(contract: Contract) -> None:
    """What did not change is no difference, whatever the contract says."""
    assert change.compare(contract, contract) == ()


@given(_contracts(), _COLUMNS)
def test_a_new_nullable_column_is_compatible(contract: Contract, column: Column) -> None:
    """No reader uses what was not there."""
    new = replace(column, name="new", nullable=True)
    (found,) = change.compare(contract, replace(contract, columns=(*contract.columns, new)))
    assert found == change.Change("nullable column 'new' is new", ("new",), is_breaking=False)


@given(_contracts(), st.data())
def test_a_removed_column_is_breaking(contract: Contract, data: st.DataObject) -> None:
    """Whatever it was, whoever uses it fails."""
    gone = data.draw(st.sampled_from(contract.columns))
    left = tuple(column for column in contract.columns if column is not gone)
    key = tuple(name for name in contract.key if name != gone.name)
    found = change.compare(contract, replace(contract, columns=left, key=key))
    assert change.Change(f"column '{gone.name}' is gone", (gone.name,), is_breaking=True, is_gone=True) in found


@given(_contracts(), _contracts())
def test_what_becomes_looser_one_way_breaks_and_is_no_loss_the_other_way(old: Contract, new: Contract) -> None:
    """Of a change of what may be missing, exactly one direction breaks."""
    for name in set(old.names) & set(new.names):
        left, right = old.column(name), new.column(name)
        if left.nullable != right.nullable:
            told = {one.what: one.is_breaking for one in change.compare(old, new)}
            assert told.get(f"column '{name}' may be missing now", False) is right.nullable


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ('n = { dtype = "int64", description = "TODO: say it" }', "column 'n': the description 'TODO: say it' says"),
        ('n = { dtype = "int64", description = "..." }', "column 'n': the description '...' says nothing"),
        ('n_sold = { dtype = "int64", description = "N sold." }', "column 'n_sold': the description 'N sold.' says"),
        ('mean_radius = { dtype = "float64", description = "Of nuclei." }', "column 'mean_radius': is a quantity"),
        ('price = { dtype = "int32", description = "What it costs." }', "column 'price': is a quantity by its name"),
        ('email = { dtype = "string", description = "Where to write to." }', "column 'email': sounds like personal"),
        ('name = { dtype = "string", description = "Who it is." }', "column 'name': sounds like personal data"),
        ('birth_date = { dtype = "date", description = "Born then." }', "column 'birth_date': sounds like personal"),
        ('ip = { dtype = "string", description = "Whence it came." }', "column 'ip': sounds like personal data"),
    ],
)
def test_what_a_contract_leaves_unsaid_is_found(tmp_path: Path, column: str, said: str) -> None:
    """A description that is none, a quantity without a unit, and unmarked personal data, each at its line."""
    table = f'[datasets.rows]\ndescription = "A row for each."\n\n[datasets.rows.columns]\n{column}\n'
    Repository(tmp_path).write(project("shop", **{"catalog.toml": table}))
    (finding,) = _faults(tmp_path, contracts.is_described)
    assert finding.fault.startswith(f"shop.rows: {said}")
    assert finding.place == "projects/shop/catalog.toml:5"
    assert finding.remedy


@pytest.mark.parametrize(
    "column",
    [
        'n = { dtype = "int64", description = "How many were sold." }',
        'age = { dtype = "int64", unit = "years", description = "Age." }',
        'weight = { dtype = "float64", unit = "1", description = "How much a row counts." }',
        'weight = { dtype = "float64", unit = "", description = "How much a row counts." }',
        'price_ratio = { dtype = "float64", description = "New over old." }',
        'area = { dtype = "string", description = "Where in the country." }',
        'email = { dtype = "string", personal = true, description = "Where to write to." }',
        'name = { dtype = "string", personal = false, description = "What the product is called." }',
        'phone_model = { dtype = "string", description = "What they call with." }',
        'product_name = { dtype = "string", description = "What it is called." }',
        'has_email = { dtype = "bool", description = "Whether there is one." }',
        'unknown = { dtype = "bool", description = "None of it is known." }',
    ],
)
def test_a_contract_that_says_it_all_has_no_finding(tmp_path: Path, column: str) -> None:
    """Marks either way count, numbers without a dimension need no unit, and prose may hold any word."""
    table = f'[datasets.rows]\ndescription = "A row for each."\n\n[datasets.rows.columns]\n{column}\n'
    Repository(tmp_path).write(project("shop", **{"catalog.toml": table}))
    assert _faults(tmp_path, contracts.is_described) == []


_TASKS = """
class Items(DatasetTask):
    dataset = "items"


class Fit(Task):
    def requires(self):
        return {fitted}


class Pipeline(Task):
    def requires(self):
        return [Items(), Fit()]
"""


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({}, True),
        ({"src/shop/tasks.py": _TASKS.format(fitted="None")}, True),
        ({"src/shop/tasks.py": _TASKS.format(fitted="Items()")}, False),
        ({"notebooks/validation.ipynb": notebook('paddock.read("items")')}, False),
        ({"src/shop/tasks.py": 'paddock.read(dataset="shop.items")'}, False),
        ({"tests/test_items.py": 'read("items")'}, True),
    ],
)
def test_a_dataset_that_nobody_reads_is_found(tmp_path: Path, files: dict[str, str | bytes], is_found: bool) -> None:
    """Readers are notebooks, code, and tasks but the last one that require it; tests alone are none."""
    catalog = {"catalog.toml": ITEMS.replace("serve = true\n", "")}
    made = Repository(tmp_path)
    made.write(project("shop", **catalog, **files))
    manifest = made.root / "projects/shop/pyproject.toml"
    manifest.write_text(manifest.read_text() + 'pipeline = "shop.tasks:Pipeline"\n')
    found = _faults(tmp_path, contracts.has_a_reader)
    assert [look.fault for look in found] == ["shop.items: nobody reads it, and it is not served"] * is_found


def test_a_dataset_that_another_project_reads_or_a_service_has_is_used(tmp_path: Path) -> None:
    """A declared read is one, and what is served is for whoever is outside."""
    made = Repository(tmp_path)
    made.write(project("shop", **{"catalog.toml": ITEMS}))
    assert _faults(tmp_path, contracts.has_a_reader) == []
    made.write({**project("shop", **{"catalog.toml": ITEMS.replace("serve = true\n", "")}), **_reader()})
    assert _faults(tmp_path, contracts.has_a_reader) == []


@pytest.mark.parametrize(
    ("schedule", "limit", "said"),
    [
        ("0 5 * * *", "", ""),
        ("0 5 * * *", "max_age_days = 0.5", "max_age_days is 0.5, but 1 day lie between two runs"),
        ("0 5 * * 1-5", "max_age_days = 2", "max_age_days is 2, but 3 days lie between two runs"),
        ("*/5 9-17 * * *", "max_age_days = 0.1", "max_age_days is 0.1, but 0.628 days lie between two runs"),
        ("0 5 1 * *", "max_age_days = 30", "max_age_days is 30, but 31 days lie between two runs"),
        ("0 5 * * *", "max_age_days = 2", ""),
        ("0 5 * * 1-5", "max_age_days = 3", ""),
        ("0 5 30 2 *", "", ""),
        ("", "", ""),
        ("", "max_age_days = 0.1", ""),
    ],
)
def test_an_age_that_no_schedule_can_keep_is_found(tmp_path: Path, schedule: str, limit: str, said: str) -> None:
    """As old as the longest pause between two runs it gets in any case; what never runs has none."""
    made = Repository(tmp_path)
    made.write(project("shop", **{"catalog.toml": ITEMS.replace("serve = true", f"serve = true\n{limit}")}))
    manifest = made.root / "projects/shop/pyproject.toml"
    manifest.write_text(manifest.read_text() + f'schedule = "{schedule}"\n')
    assert [said in look.fault for look in _faults(tmp_path, contracts.is_fresh)] == [True] * bool(said)
