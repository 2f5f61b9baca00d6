"""Departures: what is not as it was when a run was recorded, each with the command that brings it back."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from paddock import git
from paddock.data.session import Session
from paddock.errors import PaddockError
from paddock.project import Project
from paddock.runs.environment import LOCKS, surroundings
from paddock.runs.provenance import provenance
from paddock.runs.record import Record
from paddock.storage import artifact

_SHORT = 12
_SETUP = "make setup"


@dataclass(frozen=True)
class Departure:
    """One thing as the record has it and as it is now; `command` brings it back, empty where nothing can."""

    what: str
    recorded: str
    now: str
    command: str = ""


def departures(project: Project, record: Record, session: Session) -> list[Departure]:
    """What differs from the record: commit, changes, locks, packages, interpreter, machine, sources, files.

    What a record of schema 1 does not know is not compared.
    """
    return [
        *_of_code(project, record),
        *_of_environment(project, record),
        *_of_sources(record, session),
        *_of_files(project, record),
    ]


def _of_code(project: Project, record: Record) -> Iterator[Departure]:
    root = project.workspace.root
    now = provenance(root)
    if record.commit and record.commit != now.commit:
        if git.has_commit(root, record.commit):
            command = f"git checkout {record.commit}"
        else:
            command = f"git fetch origin {record.commit} && git checkout {record.commit}"
        yield Departure("commit", record.commit[:_SHORT], now.commit[:_SHORT] or "not in git", command)
    if record.schema_version == 1:
        return
    dirty = surroundings(project).dirty_hash
    if record.dirty_hash != dirty:
        # Changes of the run that nobody committed are in no place that a command could take them from.
        command = "git stash --include-untracked" if dirty and not record.dirty_hash else ""
        yield Departure("uncommitted changes", _changes(record.dirty_hash), _changes(dirty), command)


def _of_environment(project: Project, record: Record) -> Iterator[Departure]:
    root, now, code = project.workspace.root, surroundings(project), provenance(project.workspace.root)
    setup = _SETUP if (root / "Makefile").is_file() else "uv pip sync requirements.txt"
    if record.lock_hash and record.lock_hash != now.lock_hash:
        names = " ".join(name for name in LOCKS if (root / name).is_file())
        command = f"git checkout {record.commit} -- {names}" if record.commit and names else ""
        yield Departure("locked packages", record.lock_hash[:_SHORT], now.lock_hash[:_SHORT] or "none", command)
    if record.python != code.python:
        version = record.python
        command = f'uv python install {version} && rm -rf .venv && {_SETUP} PYTHON="$(uv python find {version})"'
        yield Departure("interpreter", version, code.python, command)
    elif record.interpreter and record.interpreter != now.interpreter:
        yield Departure("build of the interpreter", record.interpreter, now.interpreter)
    if record.packages_hash != code.packages_hash:
        yield Departure("installed packages", record.packages_hash[:_SHORT], code.packages_hash[:_SHORT], setup)
    if record.image != now.image:
        command = f"docker pull {shlex.quote(record.image)}" if "@sha256:" in record.image else ""
        yield Departure("image", record.image or "none", now.image or "none", command)
    if record.host and record.host.machine != now.machine:
        yield Departure("type of machine", record.host.machine, now.machine)


def _of_sources(record: Record, session: Session) -> Iterator[Departure]:
    for source in record.sources:
        try:
            now = session.source_hash(source.name)
        except PaddockError as error:
            yield Departure(f"source {source.name}", source.content_hash[:_SHORT], error.message)
            continue
        if now != source.content_hash:
            yield Departure(f"source {source.name}", source.content_hash[:_SHORT], now[:_SHORT])


def _of_files(project: Project, record: Record) -> Iterator[Departure]:
    root = project.workspace.root
    own = project.folder.relative_to(root)
    read = {fact.path: fact.content_hash for fact in record.files if fact.role == "read"}
    notebooks = {(own / fact.source).as_posix(): fact.source_hash for fact in record.notebooks}
    for name, known in sorted({**read, **notebooks}.items()):
        path = root / name if not name.startswith("~") else Path(name).expanduser()
        now = artifact.file_sha256(path) if path.is_file() else ""
        if known and now != known:
            yield Departure(
                f"file {name}", known[:_SHORT], now[:_SHORT] or "gone", _restoring(root, record, name, known)
            )


def _restoring(root: Path, record: Record, name: str, known: str) -> str:
    """The command that brings a file back, where its commit has it as the run saw it."""
    content = git.ask(root, "show", f"{record.commit}:{name}") if record.commit else None
    if content is None or hashlib.sha256(content).hexdigest() != known:
        return ""
    return f"git checkout {record.commit} -- {shlex.quote(name)}"


def _changes(found: str) -> str:
    return found[:_SHORT] or "none"
