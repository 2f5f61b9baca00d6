"""The build of a site: read everything, make what changed, and let the new folder take the old one's place."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from paddock.errors import ConfigurationError, ToolError
from paddock.project import Workspace
from paddock.settings import Settings
from paddock.site import inventory, ledger, plan
from paddock.site.entry import Entry
from paddock.site.ledger import Ledger, Made
from paddock.storage import durable, exchange, lock

# Says what the folder is, and which files in it are ours.
MARK = "site.json"
_SYNCING = 16


@dataclass(frozen=True)
class Built:
    """What a build did: where the site is, how many files it wrote and kept, and what it could not read."""

    folder: Path
    projects: int
    runs: int
    datasets: int
    written: int
    kept: int
    faults: tuple[str, ...]

    @property
    def front(self) -> Path:
        """The page to open."""
        return self.folder / "index.html"


def build(
    workspace: Workspace, settings: Settings, output: Path, scores: Sequence[Path], now: datetime, docs: str = ""
) -> Built:
    """Build the site of `workspace` in the folder `output`; it changes in one step, or stays as it was.

    Its pages lead to the documentation at `docs`, a path from that folder, where there is one. Of two builds the second
    waits. Raises ConfigurationError where the folder holds anything but a site, and ToolError when the disk or another
    build stops it.
    """
    folder = output.resolve()
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:20]
    notes = workspace.state / "sites" / f"{name}.json"
    with lock.held(notes.with_suffix(".lock"), f"building the site {folder}", settings.lock_wait):
        with _as_tool_error(folder), _scratch(folder) as new:
            known = ledger.load(notes)
            _check_ours(folder)
            found = replace(inventory.take(workspace, settings, scores, now, known), docs=docs)
            made, wrote = _fill(new, folder, plan.entries(found, known), known)
            _take_place(new, folder, wrote)
        ledger.store(notes, made, known)
    files = {path for entry in made.values() for path in entry.files}
    return Built(
        folder=folder,
        projects=len(found.projects),
        runs=sum(len(portrait.runs) for portrait in found.projects),
        datasets=len(found.datasets),
        written=len(wrote),
        kept=len(files) + 1 - len(wrote),
        faults=found.faults,
    )


def _fill(new: Path, old: Path, entries: Iterable[Entry], known: Ledger) -> tuple[dict[str, Made], list[Path]]:
    """Fill the new folder: what would come out the same is the very same file. What was made, and what written."""
    made: dict[str, Made] = {}
    wrote: list[Path] = []
    folders: set[str] = set()
    for entry in entries:
        if known.is_kept(entry.name, entry.key, str(old)):
            made[entry.name] = known.entries[entry.name]
            for path in made[entry.name].files:
                _link(f"{old}/{path}", _place(new, path, folders))
            continue
        files = entry.make()
        for path, content in files.items():
            target = Path(_place(new, path, folders))
            # Files that are named by their content are made by whoever needs them first.
            if not target.exists():
                target.write_bytes(content)
                wrote.append(target)
        made[entry.name] = ledger.written(entry.key, new, files)
    wrote.append(_mark(new, made))
    return made, wrote


def _mark(new: Path, made: Mapping[str, Made]) -> Path:
    files = sorted({path for entry in made.values() for path in entry.files})
    content = {"generator": "paddock site", "schema": 1, "files": files}
    (new / MARK).write_text(json.dumps(content, indent=0), encoding="utf-8")
    return new / MARK


def _place(new: Path, path: str, folders: set[str]) -> str:
    folder = path.rpartition("/")[0]
    if folder not in folders:
        (new / folder).mkdir(parents=True, exist_ok=True)
        folders.add(folder)
    return f"{new}/{path}"


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        # A file system without links.
        shutil.copy2(source, target)


def _take_place(new: Path, folder: Path, wrote: Sequence[Path]) -> None:
    """Make what was written durable, all files at a time, and let the new folder be the site."""
    with ThreadPoolExecutor(_SYNCING) as pool:
        list(pool.map(durable.sync_file, wrote))
        list(pool.map(durable.sync_folder, (Path(inside) for inside, _, _ in os.walk(new))))
    if folder.exists():
        exchange.exchange(new, folder)
    else:
        new.rename(folder)
        durable.sync_folder(folder.parent)


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder beside the site; what a killed build left of its own is put back and removed first."""
    scratch = folder.parent / f".{folder.name}.building"
    _clear(scratch, folder)
    new = scratch / "site"
    new.mkdir(parents=True)
    try:
        yield new
    finally:
        with contextlib.suppress(OSError):
            _clear(scratch, folder)


def _clear(scratch: Path, folder: Path) -> None:
    exchange.put_back(scratch, folder)
    shutil.rmtree(scratch, ignore_errors=True)


def _check_ours(folder: Path) -> None:
    """Raise ConfigurationError when something in the folder would be lost."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: expected a folder, got a file", "Name another one: --output FOLDER")
    inside = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)  # noqa: PTH118
    strange = sorted({path[len(str(folder)) + 1 :] for path in inside} - _ours(folder))
    if strange:
        raise ConfigurationError(
            f"{folder}: holds {strange[0]}, which is not of a site that Paddock built, and would be lost",
            "Move it away, or name another folder: --output FOLDER",
        )


def _ours(folder: Path) -> set[str]:
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return {MARK, *map(str, mark["files"])} if mark["generator"] == "paddock site" else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


@contextlib.contextmanager
def _as_tool_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError(
            f"{folder}: the site cannot be built: {error.strerror or error}",
            "The site that was there is as it was. Free some disk space, or mend the folder, and run again.",
        ) from error
