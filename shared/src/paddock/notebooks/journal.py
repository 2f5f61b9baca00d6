"""The journal of an execution: what happened so far, beside the output that is written once, at the end.

JSON lines, each written in one piece when it happens. The first holds the notebook without outputs; then come cells
that started, their outputs, and how cells ended. Whoever executes holds a lock on the file, so that a journal without
a holder is one that a killed runner left: `recover` makes an executed notebook of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.errors import ToolError
from paddock.notebooks import recovery, secret
from paddock.notebooks.cause import Failure
from paddock.notebooks.document import written
from paddock.storage import artifact, durable

_ONLY_OURS = 0o600


@dataclass(frozen=True)
class Journal:
    """An open journal; `hide` takes out of a value what must never be stored, `is_artifact` gives a manifest."""

    output: Path
    file: int
    hide: Callable[[Any], Any]
    is_artifact: bool

    def note(self, **facts: Any) -> None:
        """Append one line; raises ToolError when the disk is full."""
        line = json.dumps(self.hide(facts), separators=(",", ":")).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self.file, line) :]
        except OSError as error:
            raise ToolError(
                f"{path_of(self.output)}: cannot write: {error.strerror or error}",
                "Free some space and run again. What was there before is intact.",
            ) from error

    def store(self, content: bytes, facts: Mapping[str, Any]) -> None:
        """Make `content` the output, durably; `facts` go into its manifest."""
        # Whoever finds the journal later can tell whether the output is the one that it led to.
        self.note(stored=hashlib.sha256(content).hexdigest(), facts=dict(facts))
        _store(self.output, content, facts, self.is_artifact)


def path_of(output: Path) -> Path:
    """Where the journal of an execution to `output` stands."""
    return output.with_name(f"{output.name}.journal")


@contextlib.contextmanager
def begun(output: Path, hide: Callable[[Any], Any] | None = None, is_artifact: bool = False) -> Iterator[Journal]:
    """Give the journal of an execution to `output`, which is gone at the end; only a killed runner leaves one.

    Without `hide`, secrets are hidden that this process has in its environment, and what looks like one. What a killed
    runner left is recovered first. Raises ToolError when somebody else executes to `output` now.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    file = _held(output, os.O_CREAT)
    if file is None:
        raise ToolError(
            f"{output}: another process executes a notebook to it now", "Wait for its end, or name another output."
        )
    try:
        hidden = hide or secret.hider(os.environ)
        _recover(output, file, hidden)
        os.ftruncate(file, 0)
        yield Journal(output, file, hidden, is_artifact)
    finally:
        path_of(output).unlink(missing_ok=True)
        os.close(file)


def recover(output: Path) -> Failure | None:
    """Make an executed notebook of what a killed runner left of its execution to `output`; why that one failed.

    None where no killed runner left anything: there is no journal, or its holder lives, or the output was complete.
    """
    if not path_of(output).exists() or (file := _held(output)) is None:
        return None
    try:
        failure = _recover(output, file, secret.hider(os.environ))
        path_of(output).unlink(missing_ok=True)
        return failure
    finally:
        os.close(file)


def _recover(output: Path, file: int, hide: Callable[[Any], Any]) -> Failure | None:
    lines = recovery.lines_of(os.pread(file, os.fstat(file).st_size, 0))
    if not lines or "notebook" not in lines[0]:
        return None
    is_artifact = bool(lines[0].get("artifact"))
    if "stored" in lines[-1] and (content := _content(output, lines[-1]["stored"])) is not None:
        if is_artifact and not artifact.is_complete(output):
            _store(output, content, lines[-1]["facts"], is_artifact)
        return None
    notebook, failure = recovery.rebuilt(lines)
    # Also what only together is a secret, which the journal has in pieces.
    _store(output, written(hide(notebook)), {"status": "failed"}, is_artifact)
    return failure


def _content(output: Path, sha256: str) -> bytes | None:
    """The bytes of the output, if they have this hash."""
    with contextlib.suppress(OSError):
        content = output.read_bytes()
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    return None


def _store(output: Path, content: bytes, facts: Mapping[str, Any], is_artifact: bool) -> None:
    if is_artifact:
        artifact.write_bytes(output, content, dict(facts))
    else:
        durable.write_bytes(output, content)


def _held(output: Path, flags: int = 0) -> int | None:
    """The journal's file, open and locked; None where another process has it. A lock ends with its holder."""
    path = path_of(output)
    while True:
        try:
            file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, _ONLY_OURS)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ToolError(
                f"{path}: cannot write: {error.strerror or error}", f"Make {path.parent} writable for this user."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        # Between opening and locking, its holder may have removed it.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        os.close(file)
