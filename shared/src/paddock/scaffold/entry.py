"""A file as it lies in a project: its content, whether it may be executed, or what a symbolic link names."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

_EXECUTABLE = 0o111
_CRLF, _LF = b"\r\n", b"\n"


@dataclass(frozen=True)
class Entry:
    """One file; of a symbolic link, `content` is the path that it names."""

    content: bytes
    is_executable: bool = False
    is_link: bool = False

    @property
    def is_text(self) -> bool:
        """Whether lines of it can be merged."""
        return not self.is_link and b"\0" not in self.content

    @property
    def has_crlf(self) -> bool:
        """Whether every line of the text ends as on Windows."""
        return self.is_text and _CRLF in self.content and _LF not in self.content.replace(_CRLF, b"")

    @property
    def plain(self) -> bytes:
        """The content with Unix line ends, where all are those of Windows."""
        return self.content.replace(_CRLF, _LF) if self.has_crlf else self.content

    def says(self, other: Entry | None) -> bool:
        """Whether both hold the same, whichever way their lines end."""
        return other is not None and self.is_link == other.is_link and self.plain == other.plain


@dataclass(frozen=True)
class Obstacle:
    """What lies in the place of a file, or in its way, in words; `at` is the path where it lies."""

    at: str
    words: str


def entry_at(folder: Path, path: str) -> Entry | Obstacle | None:
    """The file at `path` below `folder`; nothing where there is none; what is in its way instead of it."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        above = "/".join(parts[:count])
        if (folder / above).is_symlink():
            return Obstacle(above, f"{above} is a symbolic link")
        if (folder / above).is_file():
            return Obstacle(above, f"{above} is a file here")
    place = folder / path
    try:
        facts = place.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(facts.st_mode):
        return Entry(os.fsencode(place.readlink()), is_link=True)
    if stat.S_ISREG(facts.st_mode):
        return Entry(place.read_bytes(), bool(facts.st_mode & _EXECUTABLE))
    return Obstacle(path, "is a folder here" if stat.S_ISDIR(facts.st_mode) else "is no file here")


def entries_in(folder: Path) -> dict[str, Entry]:
    """All files below `folder`, by their paths."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    entries = ((path, entry_at(folder, path)) for path in sorted(found))
    return {path: entry for path, entry in entries if isinstance(entry, Entry)}


def write_entry(folder: Path, path: str, entry: Entry, mode: int | None = None) -> None:
    """Write a file that is not there yet; `mode` is that of the file in whose place it comes."""
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if entry.is_link:
        place.symlink_to(os.fsdecode(entry.content))
        return
    place.write_bytes(entry.content)
    before = stat.S_IMODE(place.stat().st_mode if mode is None else mode)
    # Who may read it may execute it, as git does it.
    wanted = before | (before & 0o444) >> 2 if entry.is_executable else before & ~_EXECUTABLE
    place.chmod(wanted)
