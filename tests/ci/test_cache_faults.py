"""The cache of verdicts under faults: a miss and a message, never an error and never a wrong verdict."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paddock_ci.cache.entry import MAX_BYTES, Entry, Fault, Rejected, read, to_bytes
from paddock_ci.cache.folder import entry_name
from paddock_ci.cache.key import canonical
from paddock_ci.cache.store import FOLDER, Store, open_store

_SECRET = b"a secret of the whole team"
_ENTRY = Entry("tests of gauss", {"code": "c0de", "packages": "pandas 3.1"}, outputs={"rows": "0" * 64})
_SECRETS = pytest.mark.parametrize("secret", [None, _SECRET], ids=["unsigned", "signed"])


def _sealed(body: bytes, head: bytes = b"paddock-cache 1") -> bytes:
    """An entry with a valid checksum and no signature, as anybody can make it."""
    signed = head + b"\n" + body + b"\n-\n"
    return signed + hashlib.sha256(signed).hexdigest().encode() + b"\n"


def _fault(content: bytes, key: str = _ENTRY.key, secret: bytes | None = None) -> Fault | None:
    found = read(content, key, secret)
    return found.fault if isinstance(found, Rejected) else None


@_SECRETS
def test_any_flipped_bit_of_an_entry_is_a_miss(secret: bytes | None) -> None:
    """Each single bit of an entry, when flipped, makes it damaged or of an unknown format: never another verdict."""
    content = to_bytes(_ENTRY, secret)
    for position in range(len(content) * 8):
        flipped = bytearray(content)
        flipped[position // 8] ^= 1 << position % 8
        assert _fault(bytes(flipped), secret=secret) in (Fault.DAMAGED, Fault.OUTDATED)


@_SECRETS
def test_any_truncation_of_an_entry_is_a_miss(secret: bytes | None) -> None:
    """An entry of which any end is missing is damaged; so is one with something behind its end."""
    content = to_bytes(_ENTRY, secret)
    faults = {_fault(content[:length], secret=secret) for length in range(len(content))}
    assert faults <= {Fault.DAMAGED, Fault.OUTDATED}
    assert _fault(content + b"\n", secret=secret) is Fault.DAMAGED
    assert _fault(content * 2, secret=secret) is Fault.DAMAGED


@given(st.binary() | st.binary().map(_sealed), st.sampled_from([None, _SECRET]))
def test_no_bytes_make_reading_fail(content: bytes, secret: bytes | None) -> None:
    """Reading is total: any bytes, also with a valid checksum, are a miss and no exception."""
    assert isinstance(read(content, _ENTRY.key, secret), Rejected)


@given(data=st.data())
def test_a_flipped_bit_or_truncation_of_any_file_is_never_a_wrong_verdict(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whichever file of the store is damaged, what is fetched is right or a miss; keeping the result again heals."""
    root = tmp_path_factory.mktemp("workspace")
    store, output, target = _filled(root), root / "rows", root / "target"
    files = sorted(path for path in (root / FOLDER).rglob("*") if path.is_file() and path.parts[-3] != "jobs")
    path = data.draw(st.sampled_from(files))
    content = path.read_bytes()
    position = data.draw(st.integers(0, len(content) * 8 - 1))
    flipped = bytearray(content)
    flipped[position // 8] ^= 1 << position % 8
    path.write_bytes(data.draw(st.sampled_from([bytes(flipped), content[: position // 8]])))
    found = store.find(_ENTRY.key)
    assert found is None or not store.fetch(found, "rows", target)
    assert not target.exists()
    assert store.find(_ENTRY.key) is None
    assert store.alerts == []
    assert store.keep(_job(), {"rows": output})
    healed = store.find(_ENTRY.key)
    assert healed is not None
    assert store.fetch(healed, "rows", target)
    assert target.read_bytes() == output.read_bytes()


def _job() -> Entry:
    return Entry(_ENTRY.job, _ENTRY.inputs)


def _filled(root: Path, secret: bytes = b"") -> Store:
    store = open_store(root, "", secret, False)
    (root / "rows").write_bytes(b"rows of numbers")
    assert store.keep(_job(), {"rows": root / "rows"})
    return store


_BODY = {"key": _ENTRY.key} | vars(_ENTRY)
_OTHER = Entry("tests of gauss", {"code": "0ther"})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (to_bytes(_ENTRY, b"a secret of somebody else"), "its checksum holds but its signature does not"),
        (to_bytes(_OTHER, _SECRET), f"is the entry of another key, '{_OTHER.key[:12]}'…"),
    ],
    ids=["signature", "other key"],
)
def test_a_tampered_entry_is_a_miss_with_an_alert(tmp_path: Path, content: bytes, reason: str) -> None:
    """An entry that no accident explains is not used, and the alert says which file, why and what to do."""
    store = _filled(tmp_path, _SECRET)
    place = tmp_path / FOLDER / entry_name(_ENTRY.key)
    place.write_bytes(content)
    assert store.find(_ENTRY.key) is None
    (alert,) = store.alerts
    assert alert == (
        f"{place}: the cache entry was tampered with: {reason}\n"
        "It was not used. Find out who else writes there, remove the entry, and change PADDOCK_CACHE_SECRET."
    )
    assert store.warnings == []


@pytest.mark.parametrize(
    "body",
    [
        canonical(_BODY | {"inputs": {"code": "0ther"}}),
        canonical(_BODY | {"outputs": {"../../.bashrc": "0" * 64}}),
        canonical(_BODY | {"outputs": {"rows": "../../etc/passwd"}}),
        canonical(_BODY | {"findings": ["text"]}),
        canonical(_BODY | {"verdict": "passed"}),
        canonical([_BODY]),
        b"[" * 100_000,
        b"\xff",
    ],
    ids=["inputs", "name", "digest", "finding", "field", "list", "nesting", "utf-8"],
)
def test_what_has_a_checksum_but_is_no_entry_was_tampered_with(body: bytes) -> None:
    """A valid checksum around anything but the entry of this key is no accident."""
    assert _fault(_sealed(canonical(_BODY))) is None, "the same without the defect is an entry"
    assert _fault(_sealed(body)) is Fault.TAMPERED


def test_an_older_entry_is_an_honest_miss(tmp_path: Path) -> None:
    """An entry of another format, or from before the secret was set, is a miss that worries nobody."""
    _filled(tmp_path)
    store = open_store(tmp_path, "", _SECRET, False)
    assert store.find(_ENTRY.key) is None
    (tmp_path / FOLDER / entry_name(_ENTRY.key)).write_bytes(_sealed(canonical(_BODY), b"paddock-cache 2"))
    assert store.find(_ENTRY.key) is None
    assert (store.warnings, store.alerts) == ([], [])


def test_a_huge_file_is_not_read_into_memory(tmp_path: Path) -> None:
    """A file larger than any entry is damaged, whatever is in it."""
    store = _filled(tmp_path)
    os.truncate(tmp_path / FOLDER / entry_name(_ENTRY.key), MAX_BYTES * 1000)
    assert store.find(_ENTRY.key) is None
    assert "a miss, since the file is damaged" in store.warnings[0]


def test_a_damaged_entry_is_one_warning(tmp_path: Path) -> None:
    """The warning names the file and says that it heals by itself."""
    store = _filled(tmp_path)
    place = tmp_path / FOLDER / entry_name(_ENTRY.key)
    place.write_bytes(b"")
    for _ in range(2):
        assert store.find(_ENTRY.key) is None
    (warning,) = store.warnings
    assert warning == (
        f"{place}: a miss, since the file is damaged: is not a whole entry of at most 16 MiB\n"
        "It is written anew when its job has passed again."
    )


def test_a_file_in_place_of_the_folder_leaves_results_uncached(tmp_path: Path) -> None:
    """A cache that cannot be read or written is a warning of each kind, for any number of jobs."""
    (tmp_path / FOLDER).parent.mkdir(parents=True)
    (tmp_path / FOLDER).write_text("not a folder")
    store = open_store(tmp_path, "", b"", False)
    for number in range(3):
        entry = Entry("a job", {"number": str(number)})
        assert store.find(entry.key) is None
        assert not store.keep(entry, {})
        assert store.explain("a job", {}) is None
        store.note_failure(entry.key)
        assert not store.failed_before(entry.key)
    store.prune(0)
    assert len(store.warnings) == 2
    assert all(str(tmp_path / FOLDER) in warning for warning in store.warnings)
    assert (tmp_path / FOLDER).read_text() == "not a folder"


def test_a_target_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    """A file that cannot be restored is a miss with a warning, and its object stays."""
    store = _filled(tmp_path)
    found = store.find(_ENTRY.key)
    assert found is not None
    assert not store.fetch(found, "rows", tmp_path / "rows" / "below a file")
    assert "the cached file cannot be restored" in store.warnings[0]
    assert store.find(_ENTRY.key) == found


# Keeps one result with a file; what the store has to say goes to the standard output.
_WRITER = """
import sys
from pathlib import Path
from paddock_ci.cache.entry import Entry
from paddock_ci.cache.store import open_store
store = open_store(Path(sys.argv[1]), "", b"", False)
entry = Entry("tests of gauss", {"code": "c0de", "packages": "pandas 3.1"})
if sys.argv[2] == "keep":
    answer = store.keep(entry, {"rows": Path(sys.argv[1]) / "rows"})
else:
    answer = store.find(entry.key) is not None
print(answer, *(warning.replace("\\n", " ") for warning in store.warnings), sep="\\n")
"""
_traced = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="strace is not installed"
)
# An object, the entry, and the last key of the job: each is written and gets its name.
_CALLS = [(call, when) for when in (1, 2, 3) for call in ("write", "rename")]


def _traced_run(root: Path, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
    traced = ["strace", "-qq", "-f", "-o", "/dev/null", *options] if options else []
    command = [*traced, sys.executable, "-B", "-c", _WRITER, str(root), verb]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@_traced
@pytest.mark.parametrize(("call", "when"), _CALLS)
def test_a_killed_writer_leaves_a_miss(tmp_path: Path, call: str, when: int) -> None:
    """Killed at any write or rename, the entry is not there or whole; the next write heals."""
    (tmp_path / "rows").write_bytes(b"rows of numbers")
    killed = _traced_run(tmp_path, "keep", "-e", f"inject={call}:signal=SIGKILL:when={when}")
    assert killed.returncode == -9
    store = open_store(tmp_path, "", b"", False)
    found = store.find(_ENTRY.key)
    assert (found is not None) == (when == 3), "the third file comes after the entry has its name"
    assert (store.warnings, store.alerts) == ([], [])
    assert _traced_run(tmp_path, "keep").stdout == "True\n"
    found = store.find(_ENTRY.key)
    assert found is not None
    assert store.fetch(found, "rows", tmp_path / "target")
    assert (tmp_path / "target").read_bytes() == b"rows of numbers"


@_traced
@pytest.mark.parametrize(("call", "when"), [*_CALLS, ("mkdir", 1)])
@pytest.mark.parametrize("error", ["ENOSPC", "EROFS", "EIO"])
def test_a_full_or_read_only_disk_leaves_the_result_uncached(tmp_path: Path, call: str, when: int, error: str) -> None:
    """Refused at any write, rename or new folder: no error, one warning that names the file; the next heals."""
    (tmp_path / "rows").write_bytes(b"rows of numbers")
    # Later calls pass, or the answer could not be printed.
    refused = _traced_run(tmp_path, "keep", "-e", f"inject={call}:error={error}:when={when}")
    assert refused.returncode == 0, refused.stderr
    answer, *warnings = refused.stdout.splitlines()
    assert answer == "False"
    assert len(warnings) == 1
    assert str(tmp_path / FOLDER) in warnings[0]
    assert list((tmp_path / FOLDER).rglob(".*.tmp")) == []
    assert _traced_run(tmp_path, "keep").stdout == "True\n"
    assert _traced_run(tmp_path, "find").stdout == "True\n"


@_traced
@pytest.mark.parametrize("inject", ["read:error=EIO", "openat:error=EMFILE", "openat:error=EACCES"])
def test_an_entry_that_cannot_be_read_is_a_miss(tmp_path: Path, inject: str) -> None:
    """A disk that does not give the bytes, or no right to them, is a miss with one warning that names the file."""
    _filled(tmp_path)
    place = tmp_path / FOLDER / entry_name(_ENTRY.key)
    answer, *warnings = _traced_run(tmp_path, "find", "-P", str(place), "-e", f"inject={inject}").stdout.splitlines()
    assert answer == "False"
    assert len(warnings) == 1
    assert warnings[0].startswith(f"{place}: the cache cannot be read: ")
    assert _traced_run(tmp_path, "find").stdout == "True\n"
