"""The store of entries in a folder of this machine."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from paddock.errors import ToolError
from paddock.storage import durable

from paddock_ci.cache.entry import MAX_BYTES, Entry, Fault, Rejected, read
from paddock_ci.cache.notes import Notes

_CHUNK = 1 << 20
_USUAL_BYTES = 1 << 16


def entry_name(key: str) -> str:
    """The path of an entry, relative to a store."""
    return f"entries/{key[:2]}/{key}"


def object_name(sha256: str) -> str:
    """The path of an object, relative to a store."""
    return f"objects/{sha256[:2]}/{sha256}"


def job_name(job: str) -> str:
    """The path, relative to a store, of the file that holds the last key of a job."""
    digest = hashlib.sha256(job.encode("utf-8", "surrogatepass")).hexdigest()
    return f"jobs/{digest[:2]}/{digest}"


@dataclass(frozen=True)
class Folder:
    """Entries and objects below `path`; what goes wrong is a miss and a note, never an error."""

    path: Path
    secret: bytes | None
    notes: Notes

    def find(self, key: str) -> Entry | None:
        """The entry of `key`, which counts as used from now on."""
        place = self._place(entry_name(key))
        content = self._content(place)
        found = None if content is None else read(content, key, self.secret)
        if isinstance(found, Rejected):
            self._tell(place, found)
            return None
        if found is not None:
            with contextlib.suppress(OSError):
                os.utime(place)
        return found

    def last_of(self, job: str) -> Entry | None:
        """The entry that was kept last for `job`, to say what changed since."""
        content = self._content(self._place(job_name(job)))
        key = (content or b"")[:64].decode("ascii", "replace")
        return self.find(key) if len(key) == 64 and key.isalnum() else None

    def has(self, sha256: str) -> bool:
        """Whether there is an object of that name; its bytes are verified when it is fetched."""
        try:
            return self.object_path(sha256).is_file()
        except OSError:
            return False

    def keep(self, entry: Entry, content: bytes, sources: Mapping[str, Path]) -> bool:
        """Store the files `sources`, each under its SHA-256, then `content`, the bytes of `entry`; whether all did."""
        try:
            for sha256, source in sources.items():
                self._copy_in(sha256, source)
            _write(self._place(entry_name(entry.key)), content)
            _write(self._place(job_name(entry.job)), entry.key.encode())
        except ToolError as error:
            self.notes.warn("folder", f"The cache does not keep results: {error}")
            return False
        return True

    def fetch(self, sha256: str, target: Path) -> bool:
        """Copy an object to `target`; False, with `target` as it was, when it is missing or damaged."""
        place = self.object_path(sha256)
        try:
            with place.open("rb") as stream, durable.draft(target) as temporary:
                if copy(stream, temporary) == sha256:
                    durable.commit(temporary, target)
                    return True
        except FileNotFoundError:
            return False
        except (OSError, ToolError) as error:
            self.notes.warn("fetch", f"{place}: the cached file cannot be restored: {error}")
            return False
        self.notes.warn("damaged", _damaged(place, "its bytes do not match its name"))
        with contextlib.suppress(OSError):
            place.unlink(missing_ok=True)
        return False

    def forget(self, key: str) -> None:
        """Remove the entry of `key`, if there is one."""
        with contextlib.suppress(OSError):
            self._place(entry_name(key)).unlink(missing_ok=True)

    def keep_object(self, sha256: str, source: Path) -> None:
        """Store one file under its SHA-256, or do without."""
        with contextlib.suppress(ToolError):
            self._copy_in(sha256, source)

    def object_path(self, sha256: str) -> Path:
        """Where the object of that name lies."""
        return self._place(object_name(sha256))

    def _copy_in(self, sha256: str, source: Path) -> None:
        place = self.object_path(sha256)
        with durable.draft(place) as temporary, source.open("rb") as stream:
            if copy(stream, temporary) != sha256:
                raise ToolError(f"{source}: changed while it was copied", "Run again while nothing else writes to it.")
            _rename(temporary, place)

    def _place(self, name: str) -> Path:
        return self.path / name

    def _content(self, place: Path) -> bytes | None:
        try:
            with place.open("rb") as stream:
                # Room for the largest entry is made only for one that is large: that is a third of a look-up.
                start = stream.read(_USUAL_BYTES)
                return start if len(start) < _USUAL_BYTES else start + stream.read(MAX_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.notes.warn(
                "read", f"{place}: the cache cannot be read: {error.strerror or error}\nMend or remove {self.path}."
            )
            return None

    def _tell(self, place: Path, rejected: Rejected) -> None:
        match rejected.fault:
            case Fault.DAMAGED:
                self.notes.warn("damaged", _damaged(place, rejected.reason))
            case Fault.TAMPERED:
                self.notes.alert(tampered(str(place), rejected.reason))
            # An entry of another release, or from before the secret was set, is an honest miss.
            case _:
                pass


def copy(stream: BinaryIO, target: Path) -> str:
    """Copy a stream to a file; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with target.open("wb") as sink:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            sink.write(chunk)
    return digest.hexdigest()


def tampered(place: str, reason: str) -> str:
    """The alert for an entry that no accident explains."""
    return (
        f"{place}: the cache entry was tampered with: {reason}\n"
        "It was not used. Find out who else writes there, remove the entry, and change PADDOCK_CACHE_SECRET."
    )


def _write(place: Path, content: bytes) -> None:
    with durable.draft(place) as temporary:
        temporary.write_bytes(content)
        _rename(temporary, place)


def _rename(temporary: Path, place: Path) -> None:
    """Give the draft its name in one step, without an fsync.

    A cache need not outlive a power failure: every reader verifies a checksum, so what the disk lost is a miss.
    """
    temporary.chmod(0o644)
    temporary.replace(place)


def _damaged(place: Path, reason: str) -> str:
    return f"{place}: a miss, since the file is damaged: {reason}\nIt is written anew when its job has passed again."
