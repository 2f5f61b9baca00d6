"""The store of verdicts that the harness asks: the folder first, then the shared store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paddock.errors import ToolError
from paddock.storage.artifact import file_sha256

from paddock_ci.cache import journal
from paddock_ci.cache.entry import Entry, to_bytes
from paddock_ci.cache.folder import Folder
from paddock_ci.cache.key import Difference, difference
from paddock_ci.cache.notes import Notes
from paddock_ci.cache.pruning import Pruned, prune

if TYPE_CHECKING:
    from paddock_ci.cache.shared import Shared

FOLDER = ".paddock/ci/cache"
"""Where the entries of a workspace lie."""


@dataclass(frozen=True)
class Found:
    """The entry of a job that need not run again, and whether it came from the `folder` or the `shared` store."""

    entry: Entry
    origin: str


def open_store(root: Path, url: str | None = None, secret: bytes | None = None, may_write: bool | None = None) -> Store:
    """The store of the workspace at `root`, with the shared one behind `url` if that can be trusted.

    What is None comes from PADDOCK_CACHE_URL, PADDOCK_CACHE_SECRET and PADDOCK_CACHE_WRITE (`1` allows writing to
    the shared store, which is read-only by default: forks must not fill it). Never raises: see `warnings`.
    """
    url = os.environ.get("PADDOCK_CACHE_URL", "") if url is None else url
    secret = os.fsencode(os.environ.get("PADDOCK_CACHE_SECRET", "")) if secret is None else secret
    may_write = os.environ.get("PADDOCK_CACHE_WRITE") == "1" if may_write is None else may_write
    notes = Notes()
    return Store(Folder(root / FOLDER, secret or None, notes), _shared(url, secret, may_write, notes), notes)


def _shared(url: str, secret: bytes, may_write: bool, notes: Notes) -> Shared | None:
    if not url:
        return None
    # Here, not above: Arrow takes longer to import than a thousand look-ups take.
    from paddock_ci.cache.shared import open_shared

    return open_shared(url, secret, may_write, notes)


@dataclass(frozen=True)
class Store:
    """What passed before. A fault of the cache is a miss with a note, never an error and never a wrong verdict."""

    folder: Folder
    shared: Shared | None
    notes: Notes

    @property
    def warnings(self) -> list[str]:
        """Why the cache did not help, one message for each kind of fault."""
        return list(self.notes.warned.values())

    @property
    def alerts(self) -> list[str]:
        """Where somebody tampered with it."""
        return list(self.notes.alerted)

    def find(self, key: str) -> Found | None:
        """The entry of `key` whose files are all there, unless its job failed since on the same inputs."""
        if journal.has(self.folder.path, key):
            return None
        entry = self.folder.find(key)
        if entry is not None:
            return Found(entry, "folder") if self._has_all(entry) else None
        read = self.shared.find(key) if self.shared else None
        if read is None or not self._has_all(read.entry):
            return None
        self.folder.keep(read.entry, read.content, {})
        return Found(read.entry, "shared")

    def fetch(self, found: Found, name: str, target: Path) -> bool:
        """Put the file `name` of an entry at `target`; False, with `target` as it was, is a miss: run the job."""
        sha256 = found.entry.outputs[name]
        if self.folder.fetch(sha256, target):
            return True
        try:
            if not (self.shared and self.shared.fetch(sha256, target)):
                return False
        except ToolError as error:
            self.notes.warn("fetch", str(error))
            return False
        self.folder.keep_object(sha256, target)
        return True

    def keep(self, entry: Entry, outputs: Mapping[str, Path]) -> bool:
        """Store a job that passed, with the files that it wrote; whether it can be found from now on.

        A job that failed before on the same inputs is flaky: it is not stored. Where `entry.outputs` names a digest,
        the file must still have it.
        """
        if self.failed_before(entry.key):
            return False
        try:
            digests = {name: file_sha256(path) for name, path in outputs.items()}
            changed = sorted(name for name, digest in entry.outputs.items() if digests.get(name) != digest)
            if changed:
                raise ValueError(f"{', '.join(changed)} changed since the job wrote it")
            entry = replace(entry, outputs=digests)
            content = to_bytes(entry, self.folder.secret)
        except (OSError, ValueError) as error:
            self.notes.warn("keep", f"{entry.job}: not cached: {error}\nIt runs again next time.")
            return False
        return self._keep(entry, content, {digests[name]: path for name, path in outputs.items()})

    def explain(self, job: str, inputs: Mapping[str, str]) -> Difference | None:
        """Which inputs changed since `job` was last kept on this machine; None when it never was."""
        last = self.folder.last_of(job)
        return None if last is None else difference(inputs, last.inputs)

    def failed_before(self, key: str) -> bool:
        """Whether the job failed on exactly these inputs, here or where the shared store is written."""
        return journal.has(self.folder.path, key) or bool(self.shared and self.shared.failed_before(key))

    def note_failure(self, key: str) -> None:
        """Remember that the job of `key` failed: passing on the same inputs, before or later, is luck."""
        self.folder.forget(key)
        try:
            journal.note(self.folder.path, key)
        except ToolError as error:
            self.notes.warn("folder", f"The cache does not remember failures: {error}")
        if self.shared:
            self.shared.note_failure(key)

    def prune(self, limit_bytes: int) -> Pruned:
        """Make the folder no larger than `limit_bytes`; see `pruning.prune`."""
        return prune(self.folder, limit_bytes)

    def _has_all(self, entry: Entry) -> bool:
        missing = [digest for digest in entry.outputs.values() if not self.folder.has(digest)]
        return not missing or bool(self.shared and self.shared.has(missing))

    def _keep(self, entry: Entry, content: bytes, sources: Mapping[str, Path]) -> bool:
        """Store in the folder, then in the shared store: from the folder's copies, which nobody edits meanwhile."""
        is_here = self.folder.keep(entry, content, sources)
        copies = {digest: self.folder.object_path(digest) for digest in sources} if is_here else sources
        is_shared = bool(self.shared and self.shared.keep(entry.key, content, copies))
        return is_here or is_shared
