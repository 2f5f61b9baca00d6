"""The store of entries behind a URL, which many machines share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
from paddock.errors import ToolError
from paddock.settings import reason, without_password
from paddock.storage import durable
from pyarrow import fs

from paddock_ci.cache.entry import MAX_BYTES, Entry, Fault, Rejected, read
from paddock_ci.cache.folder import copy, entry_name, object_name, tampered
from paddock_ci.cache.journal import marker
from paddock_ci.cache.location import opened
from paddock_ci.cache.notes import Notes

_Result = TypeVar("_Result")
_ATTEMPTS = 3
_CHUNK = 1 << 20
# Whoever reads the store may guess at the secret for as long as he likes.
_SECRET_BYTES = 16


class Patience(NamedTuple):
    """How many seconds one request may take, and how long to pause before it is tried again."""

    request: float = 5.0
    pause: float = 0.2


PATIENT = Patience()
"""What a job on a usual network can wait for."""


class Read(NamedTuple):
    """An entry whose signature holds, and its bytes."""

    entry: Entry
    content: bytes


class _DamagedError(Exception):
    """What came of the file `name` is not what was stored; the way may be at fault, so it is tried again."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def open_shared(
    url: str, secret: bytes | None, may_write: bool, notes: Notes, patience: Patience = PATIENT
) -> Shared | None:
    """The store behind `url` (`s3://`, `gs://`, `file://`); None with a warning when it cannot be trusted or opened."""
    place = without_password(url)
    if len(secret or b"") < _SECRET_BYTES:
        got = "it is not set" if not secret else f"got {len(secret)}"
        notes.warn(
            "secret",
            f"{place}: the shared cache is not used: expected a secret of {_SECRET_BYTES} bytes or more, {got}\n"
            "Set PADDOCK_CACHE_SECRET to the secret with which its entries were signed.",
        )
        return None
    try:
        filesystem, prefix = opened(url, patience.request)
    except (OSError, ValueError, pa.ArrowException) as error:
        notes.warn("shared", f"{place}: the shared cache cannot be opened: {reason(error, url)}\nMend its URL.")
        return None
    return Shared(url, secret or b"", may_write, notes, filesystem, prefix, patience)


@dataclass(frozen=True)
class Shared:
    """Entries and objects behind `url`; what goes wrong is a miss and a note, never an error.

    After one request that failed for good, `is_down` is set and no other is made: a thousand jobs wait once.
    """

    url: str
    secret: bytes
    may_write: bool
    notes: Notes
    filesystem: Any
    prefix: str
    patience: Patience
    is_down: threading.Event = field(default_factory=threading.Event)

    def find(self, key: str) -> Read | None:
        """The entry of `key`, signed with the secret."""
        found = self._tried(lambda: self._read(key))
        if not isinstance(found, Rejected):
            return found
        # Only this class writes here and it always signs, so a missing signature is no accident either.
        if found.fault in (Fault.TAMPERED, Fault.UNSIGNED):
            self.notes.alert(tampered(f"{without_password(self.url)}/{entry_name(key)}", found.reason))
        return None

    def has(self, digests: Iterable[str]) -> bool:
        """Whether there are objects of all these names; their bytes are verified when they are fetched."""
        return bool(self._tried(lambda: self._are_there(*(object_name(digest) for digest in digests))))

    def fetch(self, sha256: str, target: Path) -> bool:
        """Copy an object to `target`; False, with `target` as it was, when it is missing or damaged."""
        with durable.draft(target) as temporary:
            if not self._tried(lambda: self._download(sha256, temporary)):
                return False
            durable.commit(temporary, target)
            return True

    def keep(self, key: str, content: bytes, sources: Mapping[str, Path]) -> bool:
        """Store the files `sources`, each under its SHA-256, then `content`, the entry of `key`; whether all did."""
        if not self.may_write:
            return False
        stored = all(self._tried(partial(self._upload, *pair)) for pair in sources.items())
        return stored and bool(self._tried(lambda: self._write(entry_name(key), content)))

    def failed_before(self, key: str) -> bool:
        """Whether a machine that may write here saw the job of `key` fail."""
        return bool(self._tried(lambda: self._are_there(marker(key))))

    def note_failure(self, key: str) -> None:
        """Remember that the job of `key` failed, and forget that it passed."""
        if self.may_write:
            self._tried(lambda: self._write(marker(key), b"failed\n"))
            self._tried(lambda: self._delete(entry_name(key)))

    def _tried(self, action: Callable[[], _Result]) -> _Result | None:
        """What the action gives, after at most three attempts; None with a warning when all failed."""
        problem: Exception | None = None
        for attempt in range(0 if self.is_down.is_set() else _ATTEMPTS):
            if attempt:
                time.sleep(self.patience.pause * attempt)
            try:
                return action()
            except (_DamagedError, OSError, ToolError, pa.ArrowException) as error:
                problem = error
        if isinstance(problem, _DamagedError):
            self._drop(problem)
        elif problem is not None:
            self.is_down.set()
            self.notes.warn(
                "shared",
                f"{without_password(self.url)}: the shared cache is left alone after {_ATTEMPTS} attempts: "
                f"{reason(problem, self.url)}\nCheck the URL, the network and the rights of its credentials.",
            )
        return None

    def _read(self, key: str) -> Read | Rejected | None:
        name = entry_name(key)
        try:
            with self.filesystem.open_input_stream(self._path(name)) as stream:
                content: bytes = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        found = read(content, key, self.secret)
        if isinstance(found, Entry):
            return Read(found, content)
        if found.fault is Fault.DAMAGED:
            raise _DamagedError(name, found.reason)
        return found

    def _are_there(self, *names: str) -> bool:
        return all(self._size(name) is not None for name in names)

    def _size(self, name: str) -> int | None:
        """How long a file is, or None. One request, where `get_file_info` also lists the folder."""
        try:
            with self.filesystem.open_input_file(self._path(name)) as stream:
                return int(stream.size())
        except FileNotFoundError:
            return None

    def _download(self, sha256: str, temporary: Path) -> bool:
        name = object_name(sha256)
        try:
            with self.filesystem.open_input_stream(self._path(name)) as stream:
                got = copy(stream, temporary)
        except FileNotFoundError:
            return False
        if got != sha256:
            raise _DamagedError(name, "its bytes do not match its name")
        return True

    def _upload(self, sha256: str, source: Path) -> bool:
        """Store a file; one of that name and size is taken for it, since names are digests and readers verify."""
        name = object_name(sha256)
        return self._size(name) == source.stat().st_size or self._write_from(self._path(name), source)

    def _write(self, name: str, content: bytes) -> bool:
        path = self._path(name)
        if isinstance(self.filesystem, fs.LocalFileSystem):
            durable.write_bytes(Path(path), content)
        else:
            with self.filesystem.open_output_stream(path) as stream:
                stream.write(content)
        return True

    def _write_from(self, path: str, source: Path) -> bool:
        with source.open("rb") as stream:
            if isinstance(self.filesystem, fs.LocalFileSystem):
                with durable.replacing(Path(path)) as temporary:
                    copy(stream, temporary)
                return True
            with self.filesystem.open_output_stream(path) as sink:
                while chunk := stream.read(_CHUNK):
                    sink.write(chunk)
            return True

    def _delete(self, name: str) -> None:
        if self._are_there(name):
            self.filesystem.delete_file(self._path(name))

    def _drop(self, damaged: _DamagedError) -> None:
        """Tell of a damaged file, and remove it where that is allowed, or no upload would ever replace it."""
        place = f"{without_password(self.url)}/{damaged.name}"
        self.notes.warn("shared damaged", f"{place}: a miss, since the file is damaged: {damaged}\nIts job runs again.")
        if self.may_write:
            self._tried(lambda: self._delete(damaged.name))

    def _path(self, name: str) -> str:
        return f"{self.prefix}/{name}"
