"""The shared cache of verdicts: signed entries of other machines, over a network that fails."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from paddock_ci.cache.entry import Entry, to_bytes
from paddock_ci.cache.folder import Folder, entry_name, object_name
from paddock_ci.cache.notes import Notes
from paddock_ci.cache.shared import Patience, open_shared
from paddock_ci.cache.store import FOLDER, Store, open_store

_SECRET = b"a secret of the whole team"
_JOB = Entry("tests of gauss", {"code": "c0de", "packages": "pandas 3.1"})
_ROWS = b"rows of numbers" * 1000

Machine = Callable[..., Store]


@pytest.fixture(autouse=True)
def _no_credentials_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")


@pytest.fixture(params=["file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty shared store: a mounted folder, and a bucket with credentials in its URL."""
    if request.param == "file":
        return f"file://{tmp_path}/team"
    return f"s3://ada:sesame@bucket/{tmp_path.name}?endpoint_override=http://{request.getfixturevalue('s3')}"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Make the store of a machine of its own, which shares nothing but the URL."""

    def make(name: str, url: str, secret: bytes = _SECRET, may_write: bool = False) -> Store:
        return open_store(tmp_path / name, url, secret, may_write)

    return make


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file that a job wrote."""
    path = tmp_path / "rows.parquet"
    path.write_bytes(_ROWS)
    return path


def _put(store: Store, name: str, content: bytes) -> None:
    """Write a file of the shared store past the cache, as whoever has the credentials can."""
    assert store.shared is not None
    with store.shared.filesystem.open_output_stream(f"{store.shared.prefix}/{name}") as stream:
        stream.write(content)


def _files(store: Store) -> list[str]:
    from pyarrow import fs

    assert store.shared is not None
    found = store.shared.filesystem.get_file_info(
        fs.FileSelector(store.shared.prefix, recursive=True, allow_not_found=True)
    )
    return sorted(info.base_name for info in found if info.type == fs.FileType.File)


def test_what_passed_on_one_machine_is_found_on_another(machine: Machine, url: str, rows: Path) -> None:
    """An entry crosses machines with its files, and is found in the folder the next time."""
    assert machine("ci", url, may_write=True).keep(_JOB, {"rows": rows})
    laptop = machine("laptop", url)
    found = laptop.find(_JOB.key)
    assert found is not None
    assert (found.origin, found.entry.job, found.entry.inputs) == ("shared", _JOB.job, _JOB.inputs)
    target = rows.with_name("target")
    assert laptop.fetch(found, "rows", target)
    assert target.read_bytes() == _ROWS
    offline = machine("laptop", "")
    again = offline.find(_JOB.key)
    assert again is not None
    assert again.origin == "folder"
    assert offline.fetch(again, "rows", target)
    assert (laptop.warnings, laptop.alerts) == ([], [])


def test_nothing_is_written_without_the_right_to(machine: Machine, url: str, rows: Path) -> None:
    """By default the shared store is only read, as for a fork: results and failures stay on the machine."""
    fork = machine("fork", url)
    assert fork.keep(_JOB, {"rows": rows})
    fork.note_failure("f" * 64)
    assert _files(fork) == []
    assert machine("laptop", url).find(_JOB.key) is None
    assert fork.warnings == []


@pytest.mark.parametrize(("secret", "got"), [(b"", "it is not set"), (b"short", "got 5")])
def test_a_store_without_a_secret_is_not_trusted(machine: Machine, url: str, secret: bytes, got: str) -> None:
    """Without a secret that nobody guesses, entries behind a URL are misses, and one warning names the setting."""
    machine("ci", url, may_write=True).keep(_JOB, {})
    stranger = machine("stranger", url, secret, may_write=True)
    assert stranger.find(_JOB.key) is None
    (warning,) = stranger.warnings
    assert f"the shared cache is not used: expected a secret of 16 bytes or more, {got}\n" in warning
    assert "Set PADDOCK_CACHE_SECRET" in warning
    assert "sesame" not in warning


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (to_bytes(_JOB, b"a secret of somebody else"), "its signature does not"),
        (to_bytes(_JOB), "has no signature"),
        (to_bytes(Entry("easy", {}), _SECRET), "is the entry of another key"),
    ],
    ids=["signature", "unsigned", "other key"],
)
def test_a_tampered_entry_is_an_alert(machine: Machine, url: str, content: bytes, reason: str) -> None:
    """An entry that the secret did not sign for this key is never used nor copied, and the alert names its place."""
    ci, laptop = machine("ci", url, may_write=True), machine("laptop", url)
    ci.keep(_JOB, {})
    _put(ci, entry_name(_JOB.key), content)
    assert laptop.find(_JOB.key) is None
    (alert,) = laptop.alerts
    assert entry_name(_JOB.key) in alert
    assert reason in alert
    assert "sesame" not in alert
    assert not (laptop.folder.path / entry_name(_JOB.key)).exists()
    assert laptop.warnings == []


@pytest.mark.parametrize("damage", [_ROWS[:-1], _ROWS[:-1] + b"S", b""], ids=["short", "flipped", "empty"])
def test_a_damaged_object_is_a_miss_and_heals(machine: Machine, url: str, rows: Path, damage: bytes) -> None:
    """A damaged file of the shared store never arrives; a machine that may write removes it, and keeps it anew."""
    ci = machine("ci", url, may_write=True)
    ci.keep(_JOB, {"rows": rows})
    (object_,) = (name for name in _files(ci) if name != _JOB.key)
    _put(ci, object_name(object_), damage)
    target = rows.with_name("target")
    for name, may_write in (("laptop", False), ("other ci", True)):
        store = machine(name, url, may_write=may_write)
        found = store.find(_JOB.key)
        assert found is not None
        assert not store.fetch(found, "rows", target)
        assert not target.exists()
        assert "a miss, since the file is damaged: its bytes do not match its name" in store.warnings[0]
    assert machine("new", url).find(_JOB.key) is None
    assert store.keep(_JOB, {"rows": rows})
    healed = machine("newer", url)
    found = healed.find(_JOB.key)
    assert found is not None
    assert healed.fetch(found, "rows", target)


@pytest.mark.parametrize("content", [b"", to_bytes(_JOB, _SECRET)[:-1], to_bytes(_JOB, _SECRET).replace(b"0", b"1", 1)])
def test_a_damaged_entry_is_a_miss(machine: Machine, url: str, content: bytes) -> None:
    """A damaged entry of the shared store is a miss with a warning, and no alert."""
    ci, laptop = machine("ci", url, may_write=True), machine("laptop", url)
    ci.keep(_JOB, {})
    _put(ci, entry_name(_JOB.key), content)
    assert laptop.find(_JOB.key) is None
    assert "a miss, since the file is damaged" in laptop.warnings[0]
    assert laptop.alerts == []


def test_an_entry_without_its_object_is_a_miss(machine: Machine, url: str, rows: Path) -> None:
    """An entry whose file the bucket no longer has is not found."""
    ci = machine("ci", url, may_write=True)
    ci.keep(_JOB, {"rows": rows})
    (object_,) = (name for name in _files(ci) if name != _JOB.key)
    assert ci.shared is not None
    ci.shared.filesystem.delete_file(f"{ci.shared.prefix}/{object_name(object_)}")
    laptop = machine("laptop", url)
    assert laptop.find(_JOB.key) is None
    assert (laptop.warnings, laptop.alerts) == ([], [])


def test_a_failure_is_known_to_all_machines(machine: Machine, url: str) -> None:
    """A job that failed where the store is written is flaky everywhere: its pass is taken back and never kept."""
    ci = machine("ci", url, may_write=True)
    ci.keep(_JOB, {})
    ci.note_failure(_JOB.key)
    laptop = machine("laptop", url, may_write=True)
    assert laptop.find(_JOB.key) is None
    assert laptop.failed_before(_JOB.key)
    assert not laptop.keep(_JOB, {})


def test_a_fork_believes_its_own_failure(machine: Machine, url: str) -> None:
    """A job that failed on a machine that may not write is no hit there, though the others still have its pass."""
    machine("ci", url, may_write=True).keep(_JOB, {})
    fork = machine("fork", url)
    fork.note_failure(_JOB.key)
    assert fork.find(_JOB.key) is None
    assert machine("laptop", url).find(_JOB.key) is not None


def test_a_broken_folder_leaves_the_shared_store_in_use(machine: Machine, url: str, rows: Path) -> None:
    """A machine whose folder cannot be written still finds, fetches and keeps what is shared."""
    stores = []
    for name in ("ci", "laptop"):
        store = machine(name, url, may_write=True)
        store.folder.path.parent.mkdir(parents=True)
        store.folder.path.write_text("not a folder")
        stores.append(store)
    ci, laptop = stores
    assert ci.keep(_JOB, {"rows": rows})
    found = laptop.find(_JOB.key)
    assert found is not None
    assert laptop.fetch(found, "rows", rows.with_name("target"))
    assert rows.with_name("target").read_bytes() == _ROWS
    assert not laptop.fetch(found, "rows", rows / "below a file")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://ada:sesame@host/x", "expected s3://bucket/prefix, gs://bucket/prefix or file:///folder, got ftp"),
        ("team", "got no scheme"),
        ("file://host/x", "expected s3://"),
        ("s3://ada:sesame@bucket?secret_key=sesame", "expected the options endpoint_override, region, scheme, got"),
        ("s3://ada:sesame@[bucket", "the shared cache cannot be opened"),
        ("s3://bucket?region=nowhere&scheme=gopher", "the shared cache cannot be opened"),
    ],
)
def test_a_wrong_url_is_a_warning(machine: Machine, url: str, expected: str) -> None:
    """A URL that cannot be used leaves the folder in use, with one warning that shows no credential."""
    store = machine("laptop", url)
    assert store.keep(_JOB, {})
    assert store.find(_JOB.key) is not None
    (warning,) = store.warnings
    assert expected in warning
    assert "sesame" not in warning


class _Proxy(ThreadingHTTPServer):
    """An S3 server behind a bad network: `faults` befall the next requests, and `seen` are all that came."""

    def __init__(self, backend: str) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.backend = backend
        self.faults: list[str] = []
        self.seen: list[str] = []
        self.is_over = threading.Event()


class _Relay(BaseHTTPRequestHandler):
    server: _Proxy
    protocol_version = "HTTP/1.1"

    def _relay(self) -> None:
        self.server.seen.append(self.command)
        body = self._body()
        fault = self.server.faults.pop(0) if self.server.faults else ""
        if fault == "hang":
            # The other side gives up long before, so there is nobody to answer.
            self.server.is_over.wait()
            return
        if fault == "503":
            self._answer(503, {}, b"")
            return
        backend = http.client.HTTPConnection(self.server.backend)
        dropped = ("transfer-encoding", "expect", "content-length")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        backend.request(self.command, self.path, body, headers)
        answer = backend.getresponse()
        content = answer.read()
        headers = {name: value for name, value in answer.getheaders() if name not in ("Connection", "Content-Length")}
        length = answer.getheader("Content-Length", str(len(content)))
        self._answer(answer.status, headers, content[: len(content) // 2] if fault == "short" else content, length)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _answer(self, status: int, headers: dict[str, str], content: bytes, length: str = "0") -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in (headers | {"Content-Length": length, "Connection": "close"}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is relayed: `do_GET` and its kin."""
        if name.startswith("do_"):
            return self._relay
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture
def network(s3: str) -> Iterator[_Proxy]:
    """The S3 server behind a network that a test can break."""
    proxy = _Proxy(s3)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield proxy
    proxy.is_over.set()
    proxy.shutdown()
    thread.join()
    proxy.server_close()


@pytest.fixture
def impatient(tmp_path: Path, network: _Proxy) -> Machine:
    """Make the store of a machine that waits half a second for an answer, and not at all between attempts."""

    def make(name: str, may_write: bool = False) -> Store:
        url = f"s3://ada:sesame@bucket/{tmp_path.name}?endpoint_override=http://127.0.0.1:{network.server_port}"
        notes = Notes()
        shared = open_shared(url, _SECRET, may_write, notes, Patience(request=0.5, pause=0))
        return Store(Folder(tmp_path / name / FOLDER, _SECRET, notes), shared, notes)

    return make


# A look-up asks for the entry's size and bytes and for the object's size, a fetch for its size and bytes.
@pytest.mark.parametrize(
    ("faults", "positions"),
    [(["503", "503"], range(5)), (["short", "short"], range(5)), (["hang"], (1, 4))],
    ids=["503", "short", "hang"],
)
def test_a_fault_that_passes_is_survived(
    impatient: Machine, network: _Proxy, rows: Path, faults: list[str], positions: Sequence[int]
) -> None:
    """A fault at any of the requests of a look-up and a fetch is tried again, and both end well."""
    impatient("ci", may_write=True).keep(_JOB, {"rows": rows})
    for position in positions:
        laptop = impatient(f"laptop {position}")
        network.faults = [*[""] * position, *faults]
        found = laptop.find(_JOB.key)
        assert found is not None
        assert laptop.fetch(found, "rows", rows.with_name("target"))
        assert rows.with_name("target").read_bytes() == _ROWS
        assert network.faults == []
        assert laptop.warnings == []


@pytest.mark.parametrize("fault", ["503", "hang"])
def test_a_fault_that_stays_is_one_warning(impatient: Machine, network: _Proxy, fault: str) -> None:
    """After three attempts the store is left alone: a miss, one warning without credentials, and no further request."""
    laptop = impatient("laptop", may_write=True)
    network.faults = [fault] * 100
    assert laptop.find(_JOB.key) is None
    asked = len(network.seen)
    assert asked == 3
    assert laptop.keep(_JOB, {}), "the folder is still in use"
    assert laptop.find("f" * 64) is None
    assert len(network.seen) == asked
    (warning,) = laptop.warnings
    assert "the shared cache is left alone after 3 attempts" in warning
    assert "sesame" not in warning
    assert _SECRET.decode() not in warning


def test_a_body_that_stays_short_is_a_miss(impatient: Machine, network: _Proxy) -> None:
    """An answer that is always cut off is never taken for an entry."""
    impatient("ci", may_write=True).keep(_JOB, {})
    laptop = impatient("laptop")
    network.faults = ["short"] * 100
    assert laptop.find(_JOB.key) is None
    assert len(laptop.warnings) == 1
    assert laptop.alerts == []


def test_a_file_is_uploaded_once(impatient: Machine, network: _Proxy, rows: Path) -> None:
    """A file that the store has is not sent again for another entry."""
    ci = impatient("ci", may_write=True)
    ci.keep(_JOB, {"rows": rows})
    assert network.seen.count("PUT") == 2
    ci.keep(Entry("another", {"code": "1"}), {"rows": rows})
    assert network.seen.count("PUT") == 3


def test_a_server_that_is_gone_is_one_warning(machine: Machine, network: _Proxy) -> None:
    """A store that nobody serves is a miss with one warning that names its place and shows no credential."""
    url = "s3://ada:sesame@bucket/x?endpoint_override=http://127.0.0.1:1"
    store = machine("laptop", url, may_write=True)
    assert store.find(_JOB.key) is None
    assert store.keep(_JOB, {})
    (warning,) = store.warnings
    assert warning.startswith("s3://bucket/x: the shared cache is left alone after 3 attempts: ")
    assert "sesame" not in warning


class _Talkative:
    """A file system whose errors repeat the URL that it was given."""

    def __init__(self, url: str) -> None:
        self.url = url

    def open_input_stream(self, path: str) -> None:
        raise OSError(f"cannot read {path} of {self.url}, signed by sesame")


def test_an_error_that_repeats_the_url_shows_no_credential(machine: Machine) -> None:
    """Whatever a provider's library says, the password in the URL is not in the warning."""
    url = "s3://ada:sesame@bucket/x?endpoint_override=127.0.0.1:1"
    shared = machine("laptop", url).shared
    assert shared is not None
    shared = replace(shared, filesystem=_Talkative(url), patience=Patience(pause=0))
    assert shared.find(_JOB.key) is None
    (warning,) = shared.notes.warned.values()
    assert "of s3://bucket/x, signed by ***" in warning
    assert "sesame" not in warning


def test_a_missing_bucket_is_a_warning_when_written(machine: Machine, s3: str) -> None:
    """A bucket that does not exist is told to whoever may write, and the result stays in the folder."""
    store = machine("ci", f"s3://ada:sesame@no-bucket/x?endpoint_override=http://{s3}", may_write=True)
    assert store.keep(_JOB, {})
    assert "no-bucket" in store.warnings[0]
    assert "sesame" not in store.warnings[0]
