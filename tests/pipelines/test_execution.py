"""What building a pipeline promises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from paddock.data.session import Session, active
from paddock.errors import CodeError, ConfigurationError, DataError
from paddock.pipelines.execution import checked_parameters, parameter_names
from paddock.project import Project

from tests.pipelines.conftest import Build, ran

ALL = {"Numbers", "Totals", "Summary", "Pipeline"}


def _edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.folder / "src/shop" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_first_build_runs_every_task_and_writes_the_dataset(
    shop: Project, build: Build, new_session: Callable[[Project], Session]
) -> None:
    """Each task ran once, after what it requires, and the candidate holds the rows."""
    result = build(shop)
    assert [task.name for task in result.tasks] == ["Numbers", "Totals", "Summary", "Pipeline"]
    assert ran(result) == ALL
    rows = new_session(shop).store.read("shop.totals", result.versions["shop.totals"].number)
    assert rows.to_pydict() == {"n": [1, 2, 3], "twice": [2, 4, 6]}


def test_a_second_build_runs_nothing_and_gives_the_same_version(shop: Project, build: Build) -> None:
    """Nothing changed: every result is used again, and no version is added."""
    first, second = build(shop), build(shop)
    assert ran(second) == set()
    assert second.versions == first.versions
    assert [task.identity for task in second.tasks] == [task.identity for task in first.tasks]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("plus.py", "n + 1", "n + 10", ALL),
        ("plus.py", "n + 2", "n + 20", set()),
        ("plus.py", "def one", "# one more\ndef one", set()),
        ("times.py", "FACTOR = 2", "FACTOR = 3", ALL - {"Numbers"}),
        ("times.py", "return n * FACTOR", "return FACTOR * n", ALL - {"Numbers"}),
        ("tasks.py", 'f"total', 'f"sum', {"Pipeline"}),
        ("__init__.py", "", "import random\nrandom.seed(3)\n", ALL),
    ],
)
def test_an_edit_reruns_exactly_what_depends_on_it(
    shop: Project, build: Build, file: str, old: str, new: str, expected: set[str]
) -> None:
    """The edited symbol's tasks and what is downstream of them run again; no other does."""
    build(shop)
    _edit(shop, file, old, new)
    assert ran(build(shop)) == expected


def test_an_edit_taken_back_finds_the_old_results(shop: Project, build: Build) -> None:
    """Results are kept by identity, so going back computes nothing."""
    build(shop)
    _edit(shop, "times.py", "FACTOR = 2", "FACTOR = 3")
    build(shop)
    _edit(shop, "times.py", "FACTOR = 3", "FACTOR = 2")
    assert ran(build(shop)) == set()


def test_an_edit_within_the_same_second_and_size_is_noticed(shop: Project, build: Build) -> None:
    """What runs is compiled from the source: cached bytecode, matched by time and size, is not believed."""
    build(shop)
    path = shop.folder / "src/shop/times.py"
    before = path.stat()
    _edit(shop, "times.py", "FACTOR = 2", "FACTOR = 7")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    result = build(shop)
    assert ran(result) == ALL - {"Numbers"}
    text = next((shop.tasks_folder / "Summary").glob(f"{_identity(result, 'Summary')}.json"))
    assert text.read_text().split() == ["{", '"total":', "42", "}"]


def _identity(result: object, name: str) -> str:
    return next(task.identity for task in result.tasks if task.name == name)  # type: ignore[attr-defined]


def test_parameters_reach_the_tasks_that_take_them(shop: Project, build: Build) -> None:
    """Another value is another identity."""
    build(shop)
    result = build(shop, rows="5")
    assert ran(result) == ALL
    assert result.versions["shop.totals"].rows == 5


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [({"row": "1"}, "Did you mean 'rows'?"), ({"rows": "many"}, "expected int, got 'many'")],
)
def test_wrong_parameters_stop_before_anything_runs(
    shop: Project, build: Build, parameters: dict[str, str], expected: str
) -> None:
    """Unknown names suggest the nearest, wrong types say what was expected."""
    with pytest.raises(ConfigurationError) as caught:
        build(shop, **parameters)
    assert expected in str(caught.value)
    assert not shop.tasks_folder.exists()
    with pytest.raises(ConfigurationError):
        checked_parameters(shop, parameters)


def test_the_pipelines_own_parameters_are_known(shop: Project) -> None:
    """gokart's own parameters are not among them."""
    assert parameter_names(shop) == ("rows",)
    assert checked_parameters(shop, {"rows": "7"}) == {"rows": 7}


def test_a_failing_task_names_itself_file_and_line(shop: Project, build: Build) -> None:
    """The error says task, file, line and exception; results before it are kept."""
    _edit(shop, "times.py", "return n * FACTOR", "return n / 0 * [][3]")
    with pytest.raises(CodeError) as caught:
        build(shop)
    assert "task Totals failed" in caught.value.message
    assert f"{shop.source / 'shop/times.py'}:5: IndexError" in caught.value.message
    _edit(shop, "times.py", "return n / 0 * [][3]", "return n * FACTOR")
    assert ran(build(shop)) == ALL - {"Numbers"}


def test_rows_that_break_the_contract_name_the_task(shop: Project, build: Build) -> None:
    """A DataError of the contract says which task wrote the rows, and no version is added."""
    _edit(shop, "times.py", "return n * FACTOR", "return n * 0.5")
    with pytest.raises(DataError) as caught:
        build(shop)
    assert "task Totals" in caught.value.message
    assert "column 'twice'" in caught.value.message


@pytest.mark.parametrize(
    ("file", "text", "place", "kind"),
    [
        ("tasks.py", "def broken(:\n", "tasks.py:1: ", "SyntaxError"),
        ("tasks.py", "import nowhere_at_all\n", "tasks.py:1: ", "ModuleNotFoundError"),
        ("times.py", "1 / 0\n", "times.py:1: ", "ZeroDivisionError"),
    ],
)
def test_code_that_cannot_be_imported_names_its_line(
    shop: Project, build: Build, file: str, text: str, place: str, kind: str
) -> None:
    """File, line and exception, before anything runs."""
    (shop.folder / "src/shop" / file).write_text(text)
    with pytest.raises(CodeError) as caught:
        build(shop)
    assert place in caught.value.message
    assert kind in caught.value.message


def test_a_dataset_that_no_task_writes_is_refused(shop: Project, build: Build) -> None:
    """The catalogue and the pipeline agree, or nothing runs."""
    _edit(shop, "tasks.py", "class Totals(DatasetTask)", "class Totals(Task)")
    with pytest.raises(ConfigurationError) as caught:
        build(shop)
    assert "shop.totals" in caught.value.message
    assert "no task of the pipeline writes it" in caught.value.message


def test_a_lost_version_is_written_again(shop: Project, build: Build) -> None:
    """A dataset task is complete only while its version exists."""
    build(shop)
    shutil.rmtree(shop.workspace.state / "data")
    assert ran(build(shop)) == {"Totals"}


def test_a_damaged_result_is_computed_again(shop: Project, build: Build) -> None:
    """Complete means that the bytes match the manifest, never that a path exists."""
    result = build(shop)
    path = shop.tasks_folder / "Summary" / f"{_identity(result, 'Summary')}.json"
    path.write_bytes(path.read_bytes()[:-1])
    (shop.tasks_folder / "Pipeline" / f"{_identity(result, 'Pipeline')}.txt").unlink()
    assert ran(build(shop)) == {"Summary", "Pipeline"}


def test_progress_is_told_as_it_happens(shop: Project, build: Build) -> None:
    """Each task is told when it starts and when it ran; a reused one once."""
    told: list[tuple[str, str]] = []
    build(shop, lambda name, status, seconds: told.append((name, status)))
    assert told[:2] == [("Numbers", "working"), ("Numbers", "ran")]
    told.clear()
    build(shop, lambda name, status, seconds: told.append((name, status)))
    assert {status for _, status in told} == {"reused"}


def test_published_inputs_are_part_of_the_identity(
    shop: Project, build: Build, make_project: Callable[..., Project], new_session: Callable[[Project], Session]
) -> None:
    """A task that reads another project's dataset runs again when another version is published, and only then."""
    from paddock.data.publishing import publish

    reader_files = {
        "src/reader/tasks.py": (
            "from paddock.pipelines import Task\n\n\nclass Pipeline(Task):\n"
            "    extension = '.json'\n    reads = ('shop.totals',)\n\n"
            "    def run(self):\n        self.dump(int(self.read('shop.totals')['twice'].sum()))\n"
        )
    }

    def publish_totals(**parameters: str) -> None:
        result = build(shop, **parameters)
        session = new_session(shop)
        publish(session.store, session.serving, session.catalogue, tuple(result.versions.values()), "test")

    reader = make_project("reader", reads=["shop.totals"], files=reader_files)
    with pytest.raises(DataError, match="nothing is published yet"):
        build(reader)
    publish_totals()
    assert ran(build(reader)) == {"Pipeline"}
    assert ran(build(reader)) == set()
    publish_totals(rows="5")
    assert ran(build(reader)) == {"Pipeline"}


def test_an_undeclared_read_names_the_line_to_add(shop: Project, build: Build) -> None:
    """A task reads only what it declares, since only that is part of its identity."""
    _edit(shop, "tasks.py", 'self.dump(f"total', "self.read('totals'); self.dump(f\"total")
    with pytest.raises(ConfigurationError) as caught:
        build(shop)
    assert 'reads = ("totals",)' in caught.value.remedy


@pytest.mark.parametrize(
    "drawn", ['__import__("random").sample(range(99), 3)', '__import__("numpy").random.permutation(99)[:3]']
)
def test_seeds_are_fixed_per_task(shop: Project, build: Build, drawn: str) -> None:
    """Random numbers of a task are the same in every run of the same parameters, Python's and NumPy's alike."""
    _edit(shop, "tasks.py", 'n": [plus.one(n) for n in range(self.rows)]', f'n": {drawn}')
    first = build(shop).versions["shop.totals"].content_hash
    shutil.rmtree(shop.tasks_folder)
    assert build(shop).versions["shop.totals"].content_hash == first


def test_code_edited_while_it_runs_is_not_stored(shop: Project, build: Build) -> None:
    """Nobody could say which code made such a result."""
    path = shop.folder / "src/shop/plus.py"
    _edit(shop, "tasks.py", "self.dump(pd", f"open({str(path)!r}, 'a').write('\\n\\none = None\\n'); self.dump(pd")
    with pytest.raises(CodeError, match="edited while it ran"):
        build(shop)
    assert not list(shop.tasks_folder.rglob("*.parquet"))


def test_plain_gokart_builds_the_same(
    shop: Project, build: Build, new_session: Callable[[Project], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`gokart.build` inside an active session runs and reuses the very same results."""
    import gokart
    from paddock.pipelines.loading import loaded

    with active(new_session(shop)), loaded(shop) as pipeline:
        assert gokart.build(pipeline(rows=4), log_level=50) == "total 20"
    assert ran(build(shop, rows="4")) == set()


def test_results_lie_below_the_tasks_folder(shop: Project, build: Build) -> None:
    """Every file that a build left is a result with its manifest."""
    build(shop)
    files = {path for path in shop.tasks_folder.rglob("*") if path.is_file()}
    results = {path for path in files if not path.name.endswith(".manifest.json")}
    assert files == results | {Path(f"{path}.manifest.json") for path in results}
    assert len(results) == 4
