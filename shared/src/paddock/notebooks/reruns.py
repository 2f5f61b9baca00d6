"""The reruns of one notebook: each begins after the last cell up to which it is the same as an earlier run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.errors import ToolError
from paddock.kernels import traces
from paddock.kernels.lease import Lease
from paddock.kernels.snapshots import Branch, Snapshot, Snapshots
from paddock.notebooks import kernel
from paddock.notebooks.document import code_cells, tags
from paddock.notebooks.kernel import Kernel

_EDITED = 2  # at the end of a notebook, where it most likely grows


@dataclass
class Run:
    """What became of the cells of one run: how many code cells were executed, and why some were not kept for later.

    `known` is how many code cells are known from an earlier run, `keys` one for each code cell.
    """

    keys: tuple[str, ...]
    known: int = 0
    executed: int = 0
    refusals: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Reruns:
    """Snapshots with what was seen up to each; nothing of them is left when this is closed.

    To make a snapshot takes some hundredths of a second: after cells that took less than `worth` seconds there is none.
    """

    worth: float = 0.05
    snapshots: Snapshots = field(default_factory=Snapshots)
    last: Run = field(default_factory=lambda: Run(()))
    touched: dict[str, traces.State] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    _home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="paddock-kernel-")))
    _branch: Branch | None = None
    _count: int = 0
    _spent: float = 0.0

    @contextlib.contextmanager
    def running(self, notebook: Any, environment: Mapping[str, str], folder: Path) -> Iterator[Kernel]:
        """Give the kernel of the next run: it goes on where the notebook begins to differ, or it is a new one."""
        given = {**os.environ, **environment}
        self.last, self._spent = Run(_keys(notebook, given, folder)), 0.0
        self.snapshots.retain(self.last.keys)
        self.seen = {key: seen for key, seen in self.seen.items() if key in self.last.keys}
        connection = kernel.connection_file(self._folder())
        self._branch = self._resumed(connection) or self._started(connection, given, folder)
        try:
            yield Kernel(self._branch.lease, connection)
        finally:
            self._end(self._branch)

    def close(self) -> None:
        """End everything; on return no process is left."""
        self.snapshots.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def is_worth(self, ordinal: int, seconds: float) -> bool:
        """Whether a snapshot after this code cell, which took so long, saves more than it takes."""
        self._spent += seconds
        is_last = ordinal >= len(self.last.keys) - _EDITED
        return self.last.keys[ordinal] not in self.seen and (is_last or self._spent >= self.worth)

    def place(self) -> Path:
        """Where the next snapshot is to listen."""
        self._count += 1
        return self._home / f"s{self._count}"

    def keep(self, ordinal: int, place: Path, touched: Mapping[str, traces.State], seen: Any) -> None:
        """Keep the snapshot that was taken after a code cell, with what was seen up to there."""
        assert self._branch is not None
        key = self.last.keys[ordinal]
        self.snapshots.add(Snapshot(key, place, self._branch, dict(touched), self._spent))
        self.seen[key], self._spent = seen, 0.0
        alive = {snapshot.key for snapshot in self.snapshots.kept}
        self.seen = {key: seen for key, seen in self.seen.items() if key in alive}

    def _folder(self) -> Path:
        self._count += 1
        folder = self._home / f"k{self._count}"
        folder.mkdir()
        return folder

    def _resumed(self, connection: Path) -> Branch | None:
        while found := self.snapshots.nearest(self.last.keys):
            position, snapshot = found
            with contextlib.suppress(ToolError):
                branch = self.snapshots.resume(snapshot, connection)
                self.last.known = position + 1
                # What came after it did so with files that are others by now.
                self._forget(self.last.keys[position + 1 :])
                return branch
        self._forget(self.last.keys)
        return None

    def _started(self, connection: Path, environment: Mapping[str, str], folder: Path) -> Branch:
        return self.snapshots.start(connection, [kernel.HISTORY_OFF], environment, folder)

    def _forget(self, keys: tuple[str, ...]) -> None:
        self.snapshots.retain([key for key in self.last.keys if key not in keys])
        for key in keys:
            self.seen.pop(key, None)

    def _end(self, branch: Branch) -> None:
        _kill(branch.lease)
        self.snapshots.leave(branch)


def _kill(lease: Lease) -> None:
    """End the kernel, where it has not ended by itself."""
    if lease.poll() is None:
        lease.kill()
        lease.wait(1.0)


def _keys(notebook: Any, environment: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    """For each code cell a digest of all that was executed up to its end, in which environment."""
    digest = hashlib.sha256(json.dumps([sorted(environment.items()), str(folder)]).encode("utf-8", "surrogateescape"))
    keys = []
    for _, cell in code_cells(notebook):
        digest.update(json.dumps([cell.source, tags(cell)]).encode("utf-8", "surrogatepass"))
        keys.append(digest.hexdigest())
    return tuple(keys)
