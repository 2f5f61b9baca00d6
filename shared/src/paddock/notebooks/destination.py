"""Where plain papermill wants its output: a local file, written durably, or a place that its own writers know."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from papermill.iorw import LocalHandler, papermill_io, write_ipynb

from paddock.notebooks import journal, secret
from paddock.notebooks.document import written
from paddock.notebooks.journal import Journal
from paddock.storage import durable


@dataclass(frozen=True)
class Destination:
    """The output as papermill was given it; with a journal where it is a local file."""

    given: str | None
    journal: Journal | None = None

    def write(self, notebook: Any) -> None:
        """Write the executed notebook without secrets, in one step where that is possible; it stays without them."""
        # In place: papermill itself writes it, too.
        notebook.update(self.journal.hide(notebook) if self.journal else secret.hide(notebook, os.environ))
        if self.journal is not None:
            self.journal.store(written(notebook), {})
        elif self.given is not None:
            write_ipynb(notebook, self.given)

    def take_over(self) -> None:
        """Let what papermill itself writes to the output at its end be written in one step, too."""
        if self.journal is not None and self.given is not None:
            papermill_io.register(self.given, _DurableHandler(self.given, self.journal.output))


class _DurableHandler:
    """Papermill's reader and writer of local files, except for one write of one file."""

    def __init__(self, given: str, path: Path) -> None:
        self.given, self.path = given, path
        self.local = papermill_io.get_handler(given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.local, name)

    def write(self, buf: str, path: str) -> None:
        if path != self.given:
            self.local.write(buf, path)
            return
        with contextlib.suppress(AttributeError, ValueError):
            papermill_io._handlers.remove((self.given, self))
        content = buf.encode("utf-8", "backslashreplace")
        if self.path.read_bytes() != content:
            durable.write_bytes(self.path, content)


@contextlib.contextmanager
def opened(given: str | None) -> Iterator[Destination]:
    """Give the destination of an execution; what a killed one left there is recovered first."""
    path = _local_file(given)
    if path is None:
        yield Destination(given)
        return
    with journal.begun(path) as kept:
        yield Destination(given, kept)


def _local_file(given: str | None) -> Path | None:
    """The file that papermill would write; None where it is no file of this machine, or a device."""
    handler = papermill_io.get_handler(given)
    if given is None or not isinstance(handler, LocalHandler | _DurableHandler):
        return None
    folder = handler.cwd(None)
    handler.cwd(folder)
    path = Path(folder or ".", given).resolve()
    if not path.parent.is_dir():
        # As papermill says it.
        raise FileNotFoundError(f"output folder {Path(given).parent} doesn't exist.")
    return path if path.is_file() or not path.exists() else None
