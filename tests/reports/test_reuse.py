"""A report is reused exactly as long as nothing changes that it depends on."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pandas as pd
import pytest
from paddock.data.given import publish_given
from paddock.project import Project, Workspace
from paddock.reports import one, surroundings
from paddock.reports.cache import Cache
from paddock.reports.one import look_up, report_one
from paddock.reports.order import Order, order_of

from tests.reports.conftest import WriteNotebook, outputs, touch_back

CATALOG = """
[datasets.orders]
description = "Orders."

[datasets.orders.columns]
n = { dtype = "int64", description = "A number." }
"""
READS = """\
import glob, os, sqlite3
from pathlib import Path
from threading import Barrier
import duckdb, pandas as pd, polars as pl
import paddock
from helpers import scale
import helpers.units
print(pd.read_csv("plain.csv")["n"].sum() * scale(2))
print(pd.read_parquet("frame.parquet")["n"].sum())
print(pl.scan_csv("polars.csv").collect()["n"].sum())
print(duckdb.sql("select sum(n) from 'duck.csv'").fetchone())
print(len(glob.glob("parts/*.txt")), Path("flag").exists(), os.environ.get("GREETING", "none"))
print(Path("big.bin").stat().st_size, len(Path("big.bin").read_bytes()))
try:
    print(Path("missing.txt").read_text())
except FileNotFoundError:
    print("missing")
print(paddock.read("shop.orders")["n"].sum())
Path("written.txt").write_text("made here")
"""
SHELL = "!cat shown.txt"
PROSE = "# A picture\n\n![of it](picture.png)"
PIXEL = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture
def order(workspace: Workspace, make_project: Callable[..., Project], write: WriteNotebook) -> Order:
    """A notebook that depends on something of each kind, with its report kept."""
    shop = make_project("shop", CATALOG, files={"notebooks/look.ipynb": "{}"})
    publish_given(workspace, "shop.orders", pd.DataFrame({"n": [1, 2]}))
    folder = shop.folder / "notebooks"
    for name, text in {
        "plain.csv": "n\n1\n2\n", "polars.csv": "n\n3\n4\n", "duck.csv": "n\n5\n6\n", "shown.txt": "shown\n",
        "helpers/__init__.py": "def scale(n):\n    from helpers.late import factor\n    return n * factor\n",
        "helpers/late.py": "factor = 10\n", "helpers/units.py": "unit = 1\n", "parts/a.txt": "a", "parts/b.txt": "b",
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "picture.png").write_bytes(PIXEL)
    (folder / "big.bin").write_bytes(bytes(400_000))
    pd.DataFrame({"n": [7, 8]}).to_parquet(folder / "frame.parquet")
    (workspace.root / "poetry.lock").write_text("# locked\n")
    source = write("projects/shop/notebooks/look.ipynb", PROSE, READS, SHELL, declares="alpha: float = 0.5")
    result = report_one(workspace, source, {"alpha": "0.25"})
    assert (result.facts.status, result.why, result.unkept) == ("passed", "new", ""), result
    assert outputs(result.executed).splitlines()[:2] == ["60", "15"]
    return order_of(workspace, source, {"alpha": "0.25"})


class Mutations:
    """Changes of one thing each; a number chooses it and how."""

    def __init__(self, order: Order, monkeypatch: pytest.MonkeyPatch, choose: random.Random) -> None:
        self.order, self.patch, self.choose = order, monkeypatch, choose
        self.folder = order.source.parent

    def any(self) -> tuple[str, Order]:
        """Change something; what it was, and the order that asks for the report now."""
        kinds = ("cell", "metadata", "parameter", "file", "byte", "folder", "module", "absent", "variable", "lock",
                 "package", "dataset", "gone")  # fmt: skip
        kind = self.choose.choice(kinds)
        return kind, getattr(self, f"_{kind}")() or self.order

    def _cell(self) -> None:
        found = json.loads(self.order.source.read_text())
        cell = self.choose.choice(found["cells"])
        source = "".join(cell["source"])
        place = self.choose.randrange(len(source) + 1)
        cell["source"] = source[:place] + self.choose.choice(" #x\n") + source[place:]
        self.order.source.write_text(json.dumps(found))

    def _metadata(self) -> None:
        found = json.loads(self.order.source.read_text())
        found["metadata"]["kernelspec"] = {"name": self.choose.choice(["python", "other"]), "display_name": "x"}
        self.order.source.write_text(json.dumps(found))

    def _parameter(self) -> Order:
        return replace(self.order, parameters=self.choose.choice([{}, {"alpha": "0.26"}, {"alpha": "1"}]))

    def _some_file(self) -> Path:
        names = ("plain.csv", "frame.parquet", "polars.csv", "duck.csv", "shown.txt", "helpers/__init__.py", "big.bin",
                 "helpers/late.py", "helpers/units.py", "picture.png", "../catalog.toml", "written.txt")  # fmt: skip
        return self.folder / self.choose.choice(names)

    def _file(self) -> None:
        path = self._some_file()
        path.write_bytes(path.read_bytes() + b"9")

    def _byte(self) -> None:
        path = self._some_file()
        content = bytearray(path.read_bytes())
        content[self.choose.randrange(len(content))] ^= 1 << self.choose.randrange(8)
        touch_back(path, bytes(content))

    def _gone(self) -> None:
        self._some_file().unlink()

    def _folder(self) -> None:
        (self.folder / "parts" / f"{self.choose.randrange(10**6)}.txt").touch()

    def _module(self) -> None:
        (self.folder / self.choose.choice(["pandas.py", "helpers/units/__init__.py", "numpy.py"])).parent.mkdir(
            exist_ok=True
        )
        (self.folder / self.choose.choice(["pandas.py", "duckdb.py", "polars.py"])).write_text("raise SystemExit")

    def _absent(self) -> None:
        (self.folder / self.choose.choice(["flag", "missing.txt"])).write_text("here now")

    def _variable(self) -> None:
        name = self.choose.choice(["GREETING", "OMP_NUM_THREADS", "TZ", "PADDOCK_DATA_URL", "ANYTHING_A_SHELL_SEES"])
        self.patch.setenv(name, str(self.choose.randrange(2, 99)))

    def _lock(self) -> None:
        (self.order.workspace.root / self.choose.choice(["poetry.lock", "uv.lock"])).write_text("# other\n")

    def _package(self) -> None:
        place = self.order.workspace.root / "elsewhere/site-packages"
        (place / f"thing-{self.choose.randrange(10**6)}.dist-info").mkdir(parents=True)
        self.patch.syspath_prepend(place)
        surroundings.look_again()

    def _dataset(self) -> None:
        publish_given(self.order.workspace, "shop.orders", pd.DataFrame({"n": [self.choose.randrange(99)]}))


def test_no_mutation_of_a_hundred_finds_a_stale_report(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever changes, the report is made anew; when the change is taken back, it is there again."""
    root, safe = order.workspace.root, order.workspace.root.with_name("safe")
    shutil.copytree(root, safe)
    choose = random.Random(7)
    seen = set()
    for number in range(100):
        with monkeypatch.context() as patch:
            kind, asked = Mutations(order, patch, choose).any()
            seen.add(kind)
            found, why = look_up(asked)
            assert found is None, f"mutation {number}, {kind}: a stale report"
            assert why
        surroundings.look_again()
        shutil.rmtree(root)
        shutil.copytree(safe, root)
        found, why = look_up(order)
        assert found is not None, f"after mutation {number}, {kind}: {why}"
    assert len(seen) == 13


def test_what_changes_nothing_keeps_the_report(order: Order, workspace: Workspace) -> None:
    """Times, outputs that Jupyter saved, notebooks beside it and what others publish are no reason to execute."""
    folder = order.source.parent
    (folder / "plain.csv").touch()
    found = json.loads(order.source.read_text())
    found["cells"][1] |= {"outputs": [], "execution_count": 7}
    order.source.write_text(json.dumps(found, indent=4))
    (folder / "beside.ipynb").write_text("{}")
    (workspace.root / "README.md").write_text("new")
    reused = report_one(workspace, order.source, order.parameters)
    assert (reused.is_cached, reused.why, reused.facts.cells) == (True, "", 3)


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("projects/shop/notebooks/helpers/late.py", "factor = 11\n", "projects/shop/notebooks/helpers/late.py changed"),
        ("projects/shop/notebooks/missing.txt", "x", "projects/shop/notebooks/missing.txt is there now"),
        ("poetry.lock", "# other", "the lock file changed"),
    ],
)
def test_the_reason_for_an_execution_is_told(order: Order, path: str, text: str, why: str) -> None:
    """People see what changed."""
    (order.workspace.root / path).write_text(text)
    assert look_up(order) == (None, why)


def test_a_published_version_is_named(order: Order) -> None:
    """Which dataset, and which versions."""
    publish_given(order.workspace, "shop.orders", pd.DataFrame({"n": [5]}))
    found, why = look_up(order)
    assert found is None
    assert why.startswith("shop.orders was version ")


@pytest.mark.parametrize("name", ["entry.json", "executed.ipynb", "report.html"])
@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_a_damaged_entry_is_none(order: Order, name: str, how: str) -> None:
    """A flipped bit, a cut file and a missing one: the notebook is executed again."""
    [path] = one.cache_of(order.workspace).folder.glob(f"*/*/{name}")
    content = path.read_bytes()
    match how:
        case "flip":
            path.write_bytes(bytes([*content[:-9], content[-9] ^ 4, *content[-8:]]))
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case _:
            path.unlink()
    assert look_up(order) == (None, "its kept report is damaged")


def test_a_deleted_output_is_written_again(order: Order) -> None:
    """Reuse means that both files are there, with the bytes that they had."""
    content = order.report.read_bytes()
    order.report.unlink()
    order.executed.write_text("spoiled")
    found, _ = look_up(order)
    assert found is not None
    assert order.report.read_bytes() == content
    assert outputs(order.executed).startswith("60")


def test_a_failed_execution_is_never_kept(workspace: Workspace, write: WriteNotebook) -> None:
    """Nor is its report taken for a good one."""
    source = write("bad.ipynb", "1/0")
    assert report_one(workspace, source).unkept == "it failed"
    assert report_one(workspace, source).why == "new"


@pytest.mark.parametrize("what", ["data.csv", "edited.ipynb", "helper.py"])
def test_what_is_edited_while_it_runs_is_not_kept(workspace: Workspace, write: WriteNotebook, what: str) -> None:
    """Nobody knows which of both the notebook saw."""
    (workspace.root / "data.csv").write_text("n\n1\n")
    (workspace.root / "helper.py").write_text("x = 1\n")
    source = write(
        "edited.ipynb",
        "import pandas, helper\npandas.read_csv('data.csv')",
        f"import subprocess\nsubprocess.run(['sh', '-c', 'echo >> {what}'], check=True)",
    )
    result = report_one(workspace, source)
    assert result.has_passed
    assert result.unkept.endswith("while it ran")


def test_a_full_disk_costs_only_the_reuse(
    workspace: Workspace, write: WriteNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report is there, and why it was not kept."""
    from paddock.errors import ToolError
    from paddock.storage import durable

    def full(*_: object) -> None:
        raise ToolError("no space left on device")

    monkeypatch.setattr(durable, "commit_folder", full)
    result = report_one(workspace, write("good.ipynb", "print(1)"))
    assert (result.has_passed, result.unkept) == (True, "no space left on device")
    assert result.report.is_file()


def test_the_oldest_entries_go_first(workspace: Workspace, write: WriteNotebook) -> None:
    """The cache keeps within its bound."""
    for name in ("first", "second"):
        report_one(workspace, write(f"{name}.ipynb", f"print('{name}')"))
    cache = one.cache_of(workspace)
    size = sum(path.stat().st_size for path in cache.folder.rglob("*") if path.is_file())
    cache.prune(size - 1000)
    assert look_up(order_of(workspace, workspace.root / "first.ipynb", {}))[0] is None
    assert look_up(order_of(workspace, workspace.root / "second.ipynb", {}))[0] is not None


def test_a_secret_of_the_environment_is_nowhere(
    workspace: Workspace, write: WriteNotebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in the report, not in the entry; yet another value is another report."""
    monkeypatch.setenv("SERVICE_TOKEN", "tok-58c1f0a7d2b94e63")
    source = write("secret.ipynb", "import os\nprint(os.environ['SERVICE_TOKEN'])")
    report_one(workspace, source)
    assert report_one(workspace, source).is_cached
    kept = b"".join(path.read_bytes() for path in workspace.state.rglob("*") if path.is_file())
    assert b"58c1f0a7d2b94e63" not in kept
    monkeypatch.setenv("SERVICE_TOKEN", "tok-000000000000000")
    assert report_one(workspace, source).why == "the environment variable SERVICE_TOKEN changed"


def test_many_who_come_first_have_one_key(tmp_path: Path) -> None:
    """The notebooks of a new clone, which run side by side, code their variables alike."""
    for number in range(50):
        folder, together = tmp_path / str(number), Barrier(4)

        def key_of(folder: Path = folder, together: Barrier = together) -> bytes:
            together.wait()
            return Cache(folder, tmp_path).key

        with ThreadPoolExecutor(4) as pool:
            keys = {found.result() for found in [pool.submit(key_of) for _ in range(4)]}
        assert len(keys) == 1
        assert len(keys.pop()) == 32
        assert [path.name for path in folder.iterdir()] == ["key"]
