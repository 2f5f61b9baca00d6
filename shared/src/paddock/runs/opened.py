"""The files that a run opened: by its notebooks, whoever opens them there, and by its tasks."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paddock
from paddock.kernels.opens import VARIABLE, signature
from paddock.storage import artifact

_MOST = 2_000  # files; more would make the record a list of files
_SYSTEM = ("/proc", "/sys", "/dev", "/run", "/lib", "/lib64", "/usr", "/etc", "/bin", "/sbin", "/opt")
_WRITES = os.O_WRONLY | os.O_RDWR


@dataclass(frozen=True)
class Opened:
    """One file: its path, SHA-256 of what it holds (empty where that is not known), and who read or wrote it."""

    path: str
    role: str
    content_hash: str
    by: tuple[str, ...]


@dataclass
class Openings:
    """What was opened so far, of a workspace at `root`; `fault` says why not all of it is known."""

    root: Path
    fault: str = ""
    _ignored: tuple[str, ...] = ()
    _found: dict[tuple[str, str], dict[str, list[Any] | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find out once which places say nothing; one that the workspace lies in does."""
        self._ignored = tuple(place for place in _ignored() if not f"{self.root}/".startswith(place))

    @contextlib.contextmanager
    def of_notebook(self, source: str) -> Iterator[dict[str, str]]:
        """The variables by which a kernel is followed; at the end, what was opened in it is noted."""
        with tempfile.TemporaryDirectory(prefix="paddock-run-") as scratch:
            folder = Path(scratch, "followed")
            folder.mkdir()
            (folder / "ignored").write_text("\n".join(self._ignored), encoding="utf-8")
            yield {VARIABLE: str(folder)}
            self._take(source, folder / "opened.json")

    @contextlib.contextmanager
    def of_tasks(self) -> Iterator[None]:
        """Note what Python opens in this process; compiled readers do not tell."""
        _install()
        _LISTENERS.append(self)
        try:
            yield
        finally:
            _LISTENERS.remove(self)

    def note(self, by: str, path: str, is_write: bool, before: list[Any] | None = None) -> None:
        """Note a file that was opened; what is of no interest is left out."""
        if path.endswith(".pyc"):
            path, before = _source(path), None
        if path and self._matters(path):
            self._found.setdefault((path, "written" if is_write else "read"), {}).setdefault(by, before)

    def found(self) -> tuple[Opened, ...]:
        """All files by path, hashed as they are now; a path outside of the workspace begins with `~` or `/`."""
        kept = sorted(self._found.items())
        if len(kept) > _MOST:
            self.fault = self.fault or f"{len(kept):,} files were opened; the first {_MOST:,} are listed"
        shown = (self._opened(path, role, by) for (path, role), by in kept[:_MOST] if os.path.isfile(path))  # noqa: PTH113
        return tuple(shown)

    def _opened(self, path: str, role: str, by: Mapping[str, list[Any] | None]) -> Opened:
        now = signature(path)
        # Changed since, it holds no longer what was read.
        is_same = role == "written" or all(before in (None, now) for before in by.values())
        content_hash = ""
        with contextlib.suppress(OSError):
            content_hash = artifact.file_sha256(Path(path)) if is_same else ""
        return Opened(self._shown(path), role, content_hash, tuple(sorted(by)))

    def _take(self, source: str, path: Path) -> None:
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.fault = self.fault or f"{source}: what it opened could not be followed to its end"
            return
        self.fault = self.fault or told["fault"]
        for name, facts in told["files"].items():
            if facts["intent"] != "asked" and (facts["intent"] == "made" or facts["before"]):
                self.note(source, name, facts["intent"] == "made", facts["before"])

    def _matters(self, path: str) -> bool:
        parts = path.removeprefix(f"{self.root}/").split("/")
        is_hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        return not is_hidden and not path.startswith(self._ignored)

    def _shown(self, path: str) -> str:
        if path.startswith(f"{self.root}/"):
            return path[len(str(self.root)) + 1 :]
        # The name of the home folder is mostly that of a user.
        home = str(Path.home())
        return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


_LISTENERS: list[Openings] = []
_INSTALLED: list[bool] = []
TASKS = "pipeline"


def _install() -> None:
    """Listen to what this process opens; a hook can never be taken away again, so there is one."""
    if not _INSTALLED:
        _INSTALLED.append(True)
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not _LISTENERS:
        return
    path, mode, flags = arguments
    if isinstance(path, str | bytes | os.PathLike):
        is_write = bool((flags or 0) & _WRITES) or any(letter in (mode or "") for letter in "wax+")
        # Whatever goes wrong here must not become the task's error.
        with contextlib.suppress(Exception):
            name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
            _LISTENERS[-1].note(TASKS, name, is_write)


def _source(compiled: str) -> str:
    """The source of compiled code, which alone is of interest."""
    try:
        return importlib.util.source_from_cache(compiled)
    except ValueError:
        return ""


def _ignored() -> tuple[str, ...]:
    """Beginnings of paths that say nothing: of the system, the interpreter, packages, our own, and scratch."""
    installed = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    installed += [os.path.realpath(path) for path in installed]
    own = [str(Path(paddock.__file__).parent), tempfile.gettempdir()]
    folders = [*_SYSTEM, sys.prefix, sys.base_prefix, *installed, *own]
    return tuple(f"{folder}/" for folder in dict.fromkeys(folders))
