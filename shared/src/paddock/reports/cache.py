"""The cache of reports: entries that are whole or not there, each with all that its report depends on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paddock.errors import ToolError
from paddock.reports import inputs as inputs_
from paddock.reports.inputs import Inputs
from paddock.reports.result import Facts, facts_of
from paddock.storage import durable

_MOST_ENTRIES = 4  # of one notebook with the same parameters
_MOST_BYTES = 1_000_000_000
_FILES = {"executed": "executed.ipynb", "report": "report.html"}
_ENTRY = "entry.json"
_LETTERS = 24


@dataclass(frozen=True)
class Kept:
    """An entry: what it depends on by name of the part, its inputs, and what it holds."""

    parts: Mapping[str, str]
    inputs: Inputs
    facts: Facts
    executed: bytes
    report: bytes


@dataclass(frozen=True)
class Cache:
    """The entries below `folder`, of the workspace at `root`."""

    folder: Path
    root: Path

    @property
    def key(self) -> bytes:
        """The secret by which values of variables are coded; made once."""
        path = self.folder / "key"
        with contextlib.suppress(OSError):
            return path.read_bytes()
        # The draft is for its owner alone, and becomes the key in one step, unless somebody was faster.
        with durable.draft(path) as draft, contextlib.suppress(FileExistsError):
            draft.write_bytes(secrets.token_bytes(32))
            os.link(draft, path)
        return path.read_bytes()

    def find(self, address: str, parts: Mapping[str, str]) -> tuple[Kept | None, str]:
        """The entry in which nothing has changed; else None and why there is none."""
        why = ""
        for entry in self._entries(address):
            found = _read(entry)
            if found is None:
                why = why or "its kept report is damaged"
                continue
            changed = next((name for name, part in parts.items() if found.parts.get(name) != part), "")
            reason = f"{changed} changed" if changed else inputs_.change(found.inputs, self.root, self.key)
            if not reason:
                return found, ""
            why = why or reason
        return None, why or "new"

    def keep(self, address: str, kept: Kept) -> None:
        """Store an entry in one step and for good; raises ToolError where it cannot."""
        files = {"executed": kept.executed, "report": kept.report}
        body = {
            "parts": dict(kept.parts),
            "inputs": kept.inputs.as_json(),
            "facts": kept.facts.as_json(),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
        place = self._place(address) / f"{time.time_ns():020}-{secrets.token_hex(4)}"
        draft = place.with_name(f".{place.name}.tmp")
        try:
            draft.mkdir(parents=True)
            for name, content in files.items():
                (draft / _FILES[name]).write_bytes(content)
            (draft / _ENTRY).write_text(json.dumps({"sha256": _digest(body), "body": body}))
            durable.commit_folder(draft, place)
        except OSError as error:
            raise ToolError(f"{self.folder}: cannot write: {error.strerror or error}") from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        for old in self._entries(address)[_MOST_ENTRIES:]:
            _remove(old)

    def peak(self, address: str) -> int:
        """The memory in bytes that the newest execution took at most; 0 where none is known."""
        found = next(filter(None, map(_read, self._entries(address)[:1])), None)
        return found.facts.peak if found else 0

    def prune(self, most: int = _MOST_BYTES) -> None:
        """Remove the oldest entries until all together take at most `most` bytes."""
        entries = sorted((path for path in self.folder.glob("*/*") if path.is_dir()), key=lambda path: path.name)
        sizes = {path: sum(_size(file) for file in path.iterdir()) for path in entries}
        left = sum(sizes.values())
        for path in entries:
            if left <= most:
                return
            left -= sizes[path]
            _remove(path)

    def _entries(self, address: str) -> list[Path]:
        """The entries at an address, the newest first."""
        with contextlib.suppress(OSError):
            found = (path for path in self._place(address).iterdir() if not path.name.startswith("."))
            return sorted(found, reverse=True)
        return []

    def _place(self, address: str) -> Path:
        return self.folder / address[:_LETTERS]


def address_of(name: str, parameters: Mapping[str, str]) -> str:
    """Where the entries of a notebook with these parameters are."""
    return hashlib.sha256(json.dumps([name, dict(parameters)], sort_keys=True).encode()).hexdigest()


def _read(entry: Path) -> Kept | None:
    """An entry, unless anything of it is not as it was stored."""
    try:
        found = json.loads((entry / _ENTRY).read_text())
        body = found["body"]
        contents = {name: (entry / file).read_bytes() for name, file in _FILES.items()}
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        if found["sha256"] != _digest(body) or hashes != body["files"]:
            return None
        return Kept(body["parts"], inputs_.inputs_of(body["inputs"]), facts_of(body["facts"]), **contents)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _remove(entry: Path) -> None:
    """Remove an entry; whoever reads it meanwhile finds it damaged, and so no entry."""
    shutil.rmtree(entry, ignore_errors=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
