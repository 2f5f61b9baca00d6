"""The cache of verdicts: what passed once on the same inputs is found again, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from paddock_ci.cache.entry import Entry, read, to_bytes
from paddock_ci.cache.folder import entry_name, object_name
from paddock_ci.cache.key import Difference, difference, key_of
from paddock_ci.cache.pruning import Pruned
from paddock_ci.cache.store import FOLDER, Store, open_store

_INPUTS = {"code": "c0de", "packages": "pandas 3.1"}
_JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))
# Also the lone surrogates that names of files may have.
_TEXT = st.text(st.characters())
_MAPPING = st.dictionaries(_TEXT, _TEXT, max_size=5)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in an empty workspace."""
    return open_store(tmp_path, "", b"", False)


def _output(folder: Path, content: str = "rows") -> Path:
    path = folder / f"{content[:20]}.parquet"
    path.write_text(content)
    return path


def _job(name: str) -> Entry:
    return Entry(name, {"name": name})


def test_a_passed_job_is_found_with_all_that_it_told(store: Store, tmp_path: Path) -> None:
    """What was kept is found under its key, and its files come back byte by byte."""
    entry = Entry("tests of gauss", _INPUTS, [{"code": "NB101"}], 1.5, {"datasets": {"gauss.fit": "f00d"}})
    assert store.find(entry.key) is None
    assert store.keep(entry, {"data/rows.parquet": _output(tmp_path)})
    found = store.find(entry.key)
    assert found is not None
    assert found.origin == "folder"
    assert (found.entry.job, found.entry.inputs, found.entry.findings) == (entry.job, entry.inputs, entry.findings)
    assert (found.entry.seconds, found.entry.facts) == (entry.seconds, entry.facts)
    assert store.fetch(found, "data/rows.parquet", tmp_path / "deep" / "restored.parquet")
    assert (tmp_path / "deep" / "restored.parquet").read_text() == "rows"
    assert (store.warnings, store.alerts) == ([], [])


@given(_MAPPING, st.randoms(use_true_random=False))
def test_a_key_does_not_depend_on_order(inputs: dict[str, str], random: object) -> None:
    """The same inputs in any order have one key."""
    items = list(inputs.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert key_of(dict(items)) == key_of(inputs)


@given(_MAPPING, _MAPPING)
@example({"a": "bc"}, {"ab": "c"})
@example({"a": 'b","c":"d'}, {"a": "b", "c": "d"})
@example({"a": ""}, {})
@example({"a": "\ud83d\ude00"}, {"a": "\U0001f600"})
@example({"a": "é"}, {"a": "e\u0301"})
def test_other_inputs_have_another_key(inputs: dict[str, str], others: dict[str, str]) -> None:
    """Two mappings have one key only if they are equal, however their texts could be run together."""
    assert (key_of(inputs) == key_of(others)) == (inputs == others)


@pytest.mark.parametrize("inputs", [{"a": 1}, {1: "a"}, {"a": None}])
def test_an_input_is_text(inputs: dict[str, str]) -> None:
    """An input that JSON would confuse with a text is refused."""
    with pytest.raises(TypeError, match="expected a name and a text"):
        key_of(inputs)


@given(
    st.builds(
        Entry,
        job=_TEXT,
        inputs=_MAPPING,
        findings=st.lists(st.dictionaries(st.text(), _JSON, max_size=2), max_size=2),
        seconds=st.floats(0, 1e9),
        facts=st.dictionaries(st.text(), _JSON, max_size=2),
    ),
    st.none() | st.binary(min_size=1),
)
def test_an_entry_round_trips(entry: Entry, secret: bytes | None) -> None:
    """Whatever texts an entry holds, reading its bytes gives the same entry."""
    assert read(to_bytes(entry, secret), entry.key, secret) == entry


def test_a_difference_names_the_inputs() -> None:
    """The reason of a miss names each input that changed, came in or went away."""
    found = difference({"packages": "2", "code": "1", "new": ""}, {"packages": "1", "code": "1", "old": ""})
    assert found == Difference(("packages",), ("new",), ("old",))
    assert str(found) == "packages changed; new came in; old went away"
    assert str(difference({"a": "1"}, {"a": "1"})) == "nothing changed"


def test_a_miss_is_explained_by_the_last_entry_of_the_job(store: Store) -> None:
    """A miss is compared with the same job's last entry; a job that was never kept has no explanation."""
    store.keep(Entry("tests of gauss", {"code": "0", "packages": "1"}), {})
    store.keep(Entry("tests of gauss", {"code": "1", "packages": "1"}), {})
    store.keep(Entry("tests of euler", {"code": "9", "packages": "9"}), {})
    assert str(store.explain("tests of gauss", {"code": "1", "packages": "2"})) == "packages changed"
    assert store.explain("tests of noether", {}) is None


def test_a_job_that_failed_is_flaky_when_it_passes(store: Store, tmp_path: Path) -> None:
    """A pass after a failure on the same inputs is never cached, not even by the next process."""
    entry = _job("coin toss")
    store.note_failure(entry.key)
    later = open_store(tmp_path, "", b"", False)
    assert later.failed_before(entry.key)
    assert not later.keep(entry, {})
    assert later.find(entry.key) is None
    assert not later.failed_before(_job("another").key)


def test_a_job_that_fails_after_it_passed_is_forgotten(store: Store) -> None:
    """A failure on the same inputs takes back the pass that was cached."""
    entry = _job("coin toss")
    assert store.keep(entry, {})
    store.note_failure(entry.key)
    assert store.find(entry.key) is None
    assert not (store.folder.path / entry_name(entry.key)).exists()


def test_a_file_that_changed_since_the_job_wrote_it_is_not_cached(store: Store, tmp_path: Path) -> None:
    """An output without the digest that the job told is not kept, with a warning that names it."""
    path = _output(tmp_path)
    entry = Entry("a run", _INPUTS, outputs={"rows.parquet": "0" * 64})
    assert not store.keep(entry, {"rows.parquet": path})
    assert store.warnings == [
        "a run: not cached: rows.parquet changed since the job wrote it\nIt runs again next time."
    ]
    assert store.find(entry.key) is None


@pytest.mark.parametrize("name", ["../rows", "/etc/rows", "a/../../rows", "a\\..\\rows", "", "."])
def test_a_name_stays_below_the_folder(store: Store, tmp_path: Path, name: str) -> None:
    """An output whose name leads elsewhere is not kept, and one that was kept so is never read."""
    assert not store.keep(Entry("a run", _INPUTS), {name: _output(tmp_path)})
    assert "its content is not an entry" in store.warnings[0]


def test_what_json_cannot_hold_is_not_cached(store: Store) -> None:
    """Facts that could not be read back as they are leave the result uncached, with a warning."""
    assert not store.keep(Entry("a run", _INPUTS, facts={"loss": float("nan")}), {})
    assert not store.keep(Entry("a run", _INPUTS, facts={"loss": object()}), {})
    assert store.warnings[0].startswith("a run: not cached: ")


def test_what_was_used_least_recently_is_pruned_first(store: Store, tmp_path: Path) -> None:
    """Looking an entry up keeps it; of the others, the oldest go until the rest fits."""
    jobs = [_job(name) for name in "abc"]
    for age, job in enumerate(jobs):
        store.keep(job, {})
        os.utime(tmp_path / FOLDER / entry_name(job.key), (1e9 + age, 1e9 + age))
    store.find(jobs[0].key)
    size = (tmp_path / FOLDER / entry_name(jobs[0].key)).stat().st_size
    assert store.prune(2 * size) == Pruned(1, 0, 2 * size)
    assert [store.find(job.key) is not None for job in jobs] == [True, False, True]
    assert store.explain("b", {}) is None


def test_objects_stay_as_long_as_an_entry_needs_them(store: Store, tmp_path: Path) -> None:
    """Pruning removes the objects of removed entries, and none that another entry shares."""
    old, new = _job("old"), _job("new")
    both, alone = _output(tmp_path, "shared by both"), _output(tmp_path, "x" * 5000)
    store.keep(old, {"both": both, "alone": alone})
    store.keep(new, {"both": both})
    os.utime(tmp_path / FOLDER / entry_name(old.key), (1e9, 1e9))
    pruned = store.prune(4000)
    assert (pruned.entries, pruned.objects) == (1, 1)
    found = store.find(new.key)
    assert found is not None
    assert store.fetch(found, "both", tmp_path / "target")
    assert store.prune(0) == Pruned(1, 1, 0)
    assert [path for path in (tmp_path / FOLDER).rglob("*") if path.is_file()] == []


def test_a_shared_object_counts_once(store: Store, tmp_path: Path) -> None:
    """Two entries with the same file need its size once: a limit that holds both removes neither."""
    for name in "ab":
        store.keep(_job(name), {"rows": _output(tmp_path, "x" * 5000)})
    size = 5000 + sum((tmp_path / FOLDER / entry_name(_job(name).key)).stat().st_size for name in "ab")
    assert store.prune(size) == Pruned(0, 0, size)


def test_pruning_clears_up_after_writers_that_died(store: Store, tmp_path: Path) -> None:
    """A draft of a dead writer goes away, one of a writer at work stays."""
    store.keep(_job("a"), {})
    dead, alive = (tmp_path / FOLDER / "entries" / f".{name}.tmp" for name in ("dead", "alive"))
    for draft, age in ((dead, 7200), (alive, 0)):
        draft.write_text("half")
        os.utime(draft, (time.time() - age, time.time() - age))
    store.prune(1 << 20)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_readers_survive_pruning_and_writing(tmp_path: Path) -> None:
    """While others write and prune, a reader gets the right file or a miss, and nobody gets an error."""
    path = _output(tmp_path)
    done = threading.Event()
    wrong: list[object] = []

    def read_on() -> None:
        reader = open_store(tmp_path, "", b"", False)
        target = tmp_path / f"target {threading.get_ident()}"
        while not done.is_set():
            found = reader.find(_job("a").key)
            if found and reader.fetch(found, "rows", target) and target.read_text() != "rows":
                wrong.append(target.read_text())
        wrong.extend([*reader.warnings, *reader.alerts])

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    writer = open_store(tmp_path, "", b"", False)
    for _ in range(100):
        writer.keep(_job("a"), {"rows": path})
        writer.prune(0)
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert (writer.warnings, writer.alerts) == ([], [])


_WRITER = """
import sys
from pathlib import Path
from paddock_ci.cache.entry import Entry
from paddock_ci.cache.store import open_store
store = open_store(Path(sys.argv[1]), "", b"", False)
for _ in range(20):
    assert store.keep(Entry("a", {"name": "a"}), {"rows": Path(sys.argv[2])}), store.warnings
"""


def test_eight_writers_of_one_key_leave_one_valid_entry(store: Store, tmp_path: Path) -> None:
    """Eight processes that write one key at once all succeed, and what remains is one whole entry."""
    command = [sys.executable, "-c", _WRITER, str(tmp_path), str(_output(tmp_path))]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(8)]
    assert [writer.communicate()[1] for writer in writers] == [b""] * 8
    found = store.find(_job("a").key)
    assert found is not None
    assert store.fetch(found, "rows", tmp_path / "target")
    files = [path for path in (tmp_path / FOLDER).rglob("*") if path.is_file()]
    assert len(files) == 3, "an entry, an object, and the last key of the job; no draft"


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The URL, the secret and the right to write are variables; writing is off unless it is `1`."""
    monkeypatch.setenv("PADDOCK_CACHE_URL", f"file://{tmp_path}/team")
    monkeypatch.setenv("PADDOCK_CACHE_SECRET", "a secret of the whole team")
    for value, may_write in (("", False), ("0", False), ("true", False), ("1", True)):
        monkeypatch.setenv("PADDOCK_CACHE_WRITE", value)
        store = open_store(tmp_path)
        assert store.shared is not None
        assert (store.shared.may_write, store.folder.secret) == (may_write, b"a secret of the whole team")


def test_the_secret_is_in_no_file(tmp_path: Path) -> None:
    """What the cache stores is signed with the secret and does not hold it."""
    store = open_store(tmp_path, "", b"a secret of the whole team", False)
    store.keep(_job("a"), {"rows": _output(tmp_path)})
    contents = [path.read_bytes() for path in (tmp_path / FOLDER).rglob("*") if path.is_file()]
    assert len(contents) == 3
    assert not any(b"secret" in content for content in contents)


def test_a_missing_object_is_a_miss(store: Store, tmp_path: Path) -> None:
    """An entry whose file is gone is not found; keeping it again heals."""
    entry = _job("a")
    store.keep(entry, {"rows": _output(tmp_path)})
    found = store.find(entry.key)
    assert found is not None
    (tmp_path / FOLDER / object_name(found.entry.outputs["rows"])).unlink()
    assert store.find(entry.key) is None
    assert not store.fetch(found, "rows", tmp_path / "target")
    assert store.keep(entry, {"rows": _output(tmp_path)})
    assert store.find(entry.key) == found


def test_a_look_up_loads_no_heavy_library() -> None:
    """Asking the folder loads neither Arrow nor pydantic, which take longer than the answer."""
    code = "import sys, paddock_ci.cache.store; print({'pyarrow', 'pydantic', 'pandas'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
