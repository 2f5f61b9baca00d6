"""The snapshots of one notebook: the processes that wait after its cells, and the leases below which they live."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from paddock.errors import ToolError
from paddock.kernels import traces
from paddock.kernels.forked import SNAPSHOTS
from paddock.kernels.lease import Lease
from paddock.kernels.starting import start

MOST = 8
_STARTUP = 60.0
_PATIENCE = 10.0


@dataclass(eq=False)
class Branch:
    """A kernel that may be copied, with its lease; `parent` is the branch of the snapshot that it came from."""

    lease: Lease
    parent: Branch | None = None
    is_running: bool = True
    is_ending: bool = False


@dataclass(eq=False)
class Snapshot:
    """A process that waits after a cell, at its socket; to make it again from the one before takes `seconds`."""

    key: str
    place: Path
    branch: Branch
    touched: Mapping[str, traces.State]
    seconds: float


@dataclass
class Snapshots:
    """All that live, at most `most`, in the order of their cells; nothing of them is left when this is closed."""

    most: int = MOST
    kept: list[Snapshot] = field(default_factory=list)
    _branches: list[Branch] = field(default_factory=list)

    def start(self, connection: Path, options: Sequence[str], environment: Mapping[str, str], folder: Path) -> Branch:
        """Start a kernel that can be copied. Raises ToolError when it cannot be started."""
        arguments = ["-f", str(connection), *options]
        command = [sys.executable, "-m", "ipykernel_launcher", *arguments]
        lease = start(command, {**environment, SNAPSHOTS: "1"}, folder)
        if lease.stock and sys.platform == "linux":
            # Started anew it can be copied as well.
            lease.close()
            lease = start([sys.executable, "-m", "paddock.kernels.snapshot", *arguments], environment, folder)
        return self._grown(Branch(lease))

    def resume(self, snapshot: Snapshot, connection: Path) -> Branch:
        """Have a kernel that goes on where the snapshot was taken. Raises ToolError where the snapshot is gone."""
        asked = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            asked.connect(str(snapshot.place))
            asked.sendall(json.dumps({"resume": str(connection)}).encode())
            lease = Lease(asked)
            lease.begin(_STARTUP)
        except (OSError, ToolError) as error:
            asked.close()
            self.discard(snapshot)
            raise ToolError(f"the snapshot after a cell is gone: {error}", "Run again.") from error
        return self._grown(Branch(lease, snapshot.branch))

    def nearest(self, keys: Sequence[str]) -> tuple[int, Snapshot] | None:
        """The last of these keys that has a snapshot whose files are as they were, with its position."""
        known = {snapshot.key: snapshot for snapshot in self.kept}
        for position in reversed(range(len(keys))):
            found = known.get(keys[position])
            if found is not None and traces.is_unchanged(found.touched):
                return position, found
        return None

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, in place of one of the same key."""
        for other in [other for other in self.kept if other.key == snapshot.key]:
            self.discard(other)
        self.kept.append(snapshot)
        while len(self.kept) > self.most:
            # The last two stay: they are where the next edit most likely is.
            self.discard(min(self.kept[:-2], key=lambda one: one.seconds))

    def discard(self, snapshot: Snapshot) -> None:
        """End a snapshot; what comes after it takes longer to make again by what it took."""
        if snapshot not in self.kept:
            return
        position = self.kept.index(snapshot)
        self.kept.remove(snapshot)
        if position < len(self.kept):
            self.kept[position].seconds += snapshot.seconds
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked, contextlib.suppress(OSError):
            asked.settimeout(_PATIENCE)
            asked.connect(str(snapshot.place))
            asked.sendall(b'{"end": true}')
        snapshot.place.unlink(missing_ok=True)
        self._prune()

    def retain(self, keys: Sequence[str]) -> None:
        """Discard all but those of these keys."""
        for snapshot in [snapshot for snapshot in self.kept if snapshot.key not in keys]:
            self.discard(snapshot)

    def leave(self, branch: Branch) -> None:
        """The run of this kernel is over: of its processes only its snapshots go on."""
        branch.is_running = False
        self._prune()

    def close(self) -> None:
        """End everything; on return no process is left."""
        for branch in reversed(self._branches):
            branch.lease.close()
        self._branches.clear()
        self.kept.clear()

    def _grown(self, branch: Branch) -> Branch:
        self._branches.append(branch)
        return branch

    def _prune(self) -> None:
        """End the leases below which nothing is of use any more."""
        for branch in reversed(list(self._branches)):
            is_needed = branch.is_running or any(one.branch is branch for one in self.kept)
            if branch.is_ending:
                branch.lease.close()
                self._branches.remove(branch)
            elif not is_needed and not any(other.parent is branch for other in self._branches):
                # Nobody waits for the end; the next one to end something meets it.
                branch.lease.release()
                branch.is_ending = True
