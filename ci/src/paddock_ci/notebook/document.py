"""A notebook file: its bytes read into cells, or the faults that make it unreadable."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from paddock_ci.notebook import kernel
from paddock_ci.notebook.calls import Call, calls_of, imports_of
from paddock_ci.notebook.code import CodeCell, code_cell
from paddock_ci.notebook.flow import Flow
from paddock_ci.notebook.openness import flow_of_cell
from paddock_ci.notebook.schema import Fault, faults_of

# git hosts refuse more than 100 MB, and half of that takes a second to read.
_LARGEST = 50_000_000
_CONFLICT = re.compile(r"^(<{7}|\|{7}|>{7})( |$)", re.MULTILINE)
_RESTORE = "Restore it from git, or open it in Jupyter and save it again."
_SAVE = "Save it as UTF-8 text without a byte-order mark."


class Cell(NamedTuple):
    """A cell: its number from 1 among all cells, its type, its tags, its source."""

    number: int
    kind: str
    tags: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class NotebookFile:
    """The notebook at `path`; `place` is its path relative to `root`. Its document is empty where it has faults."""

    path: Path
    root: Path
    size: int
    document: dict[str, Any]
    faults: tuple[Fault, ...] = ()

    @cached_property
    def place(self) -> str:
        """The path relative to the root, or as given where it lies elsewhere."""
        try:
            return self.path.resolve().relative_to(self.root.resolve()).as_posix()
        except (ValueError, OSError, RuntimeError):
            return self.path.as_posix()

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All cells in their order."""
        return tuple(_cell(number, cell) for number, cell in enumerate(self.document.get("cells", ()), 1))

    @cached_property
    def is_python(self) -> bool:
        """Whether its kernel runs Python."""
        return kernel.is_python(self.document.get("metadata", {}))

    @cached_property
    def code(self) -> tuple[CodeCell, ...]:
        """The code cells of a Python notebook, parsed; nothing where its language is another."""
        if not self.is_python:
            return ()
        raw = self.document.get("cells", ())
        newer = kernel.is_newer(self.document.get("metadata", {}))
        return tuple(
            code_cell(cell.number, cell.tags, cell.source, is_newer=newer)
            for cell in self.cells
            if cell.kind == "code" and kernel.is_python_cell(raw[cell.number - 1]["metadata"])
        )

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name stands for."""
        return imports_of(self.code)

    @cached_property
    def modules(self) -> set[str]:
        """The packages that the code imports, or something of them."""
        return {name.partition(".")[0] for cell in self.code for name in imports_of([cell], {}).values()}

    @cached_property
    def calls(self) -> dict[int, list[Call]]:
        """The calls of each code cell, in the order of the text."""
        return calls_of(self.code, self.imported)

    @cached_property
    def flows(self) -> dict[int, Flow]:
        """The flow of names through each code cell."""
        return {cell.number: flow_of_cell(cell) for cell in self.code}

    def at(self, number: int) -> str:
        """The place of a cell."""
        return f"{self.place} cell {number}"


def read_notebook(path: Path, root: Path) -> NotebookFile:
    """The notebook at `path`; what keeps it from being read is in its `faults`, nothing is raised."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            fault = Fault(f"has {size:,} bytes; expected at most {_LARGEST:,}", "Clear its outputs: nbstripout FILE")
            return NotebookFile(path, root, size, {}, (fault,))
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return NotebookFile(path, root, 0, {}, (Fault(f"cannot be read: {reason}", "Mend its path or its rights."),))
    return notebook_of(content, path, root)


def notebook_of(content: bytes, path: Path, root: Path) -> NotebookFile:
    """The notebook that has these bytes."""
    text, fault = _text(content)
    document: Any = None
    if fault is None:
        document, fault = _document(text)
    faults = (fault,) if fault else tuple(faults_of(document))
    return NotebookFile(path, root, len(content), {} if faults else document, faults)


def _text(content: bytes) -> tuple[str, Fault | None]:
    if not content.strip():
        return "", Fault("is empty; expected a notebook", _RESTORE)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:4]:
        return "", Fault("is UTF-16 or UTF-32 text; expected UTF-8", _SAVE, line=1)
    if content.startswith(b"\xef\xbb\xbf"):
        return "", Fault("begins with a byte-order mark; expected '{'", _SAVE, line=1)
    try:
        return content.decode(), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Fault(f"is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}", _SAVE, line=line)


def _document(text: str) -> tuple[Any, Fault | None]:
    twice: list[str] = []
    try:
        document = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, twice), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return None, _conflict(text) or Fault(f"is no JSON: {error.msg} (column {error.colno})", _RESTORE, error.lineno)
    except RecursionError:
        return None, Fault("is nested too deeply; expected a notebook", _RESTORE)
    except _NoJsonError as error:
        found = re.search(rf"(?<![\w\"]){re.escape(str(error))}(?![\w\"])", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        return None, Fault(f"is no JSON: expected a number, got {error}", "Write null, or a text.", line)
    except ValueError as error:
        return None, Fault(f"is no JSON: {str(error)[:120]}", _RESTORE)
    if twice:
        found = re.search(rf"{re.escape(json.dumps(twice[0]))}\s*:", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 0
        return None, Fault(f"the key {twice[0][:80]!r} stands twice in one object", "Remove one of them.", line)
    return document, None


class _NoJsonError(Exception):
    """NaN or Infinity, which Python's reader takes and JSON has not; no ValueError, which has other causes."""


def _refuse(text: str) -> None:
    raise _NoJsonError(text)


def _unique(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice.append(next(name for name in names if names.count(name) > 1))
    return found


def _conflict(text: str) -> Fault | None:
    found = _CONFLICT.search(text)
    if not found:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return Fault(f"holds a mark of a conflict: {found[1]}", "Resolve the conflict; nbdime merges notebooks.", line)


def _cell(number: int, cell: dict[str, Any]) -> Cell:
    tags = cell["metadata"].get("tags", ())
    return Cell(number, cell["cell_type"], tuple(tags), source_of(cell))


def source_of(cell: dict[str, Any]) -> str:
    """The source of a valid cell as one text."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)
