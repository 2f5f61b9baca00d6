"""The stage of a job: a folder that holds exactly the files that its key names, and nothing else of the workspace."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from paddock_ci.engine.job import Job
from paddock_ci.engine.plan import Repo
from paddock_ci.repo import objects
from paddock_ci.repo.objects import Entry
from paddock_ci.repo.snapshot import LOCKS, PROJECTS

_LINK, _EXECUTABLE = "120000", "100755"


class Script(NamedTuple):
    """What a stage is made of: by its path, the entry of each folder and file of the workspace."""

    entries: Mapping[str, Entry]

    @property
    def digest(self) -> str:
        """SHA-256 of the paths, modes and ids."""
        lines = (f"{path}\0{entry.mode}\0{entry.id}\n" for path, entry in sorted(self.entries.items()))
        return hashlib.sha256("".join(lines).encode(errors="surrogateescape")).hexdigest()


class File(NamedTuple):
    """One file of a stage: its path there, its mode as git writes it, its content; of a link, where it leads."""

    path: str
    mode: str
    content: bytes


def script(repo: Repo, job: Job) -> Script:
    """The job's project, the projects whose files its code names, the declarations of those whose data it reads.

    And the files at the top of the workspace, but none of its folders, nor the locks: who uses a package that changed
    there is told by what is installed.
    """
    entries = {path: entry for path, entry in repo.state.others.items() if not entry.is_tree and path not in LOCKS}
    whole = (job.project, *repo.code(job.project))
    entries |= {f"{PROJECTS}/{name}": repo.entry(name) for name in whole}
    for name in {owner for reader in whole for owner in repo.upstream(reader)} - set(whole):
        for path, id in repo.facts[name].manifests.items():
            entries[f"{PROJECTS}/{name}/{path}"] = Entry("100644", id)
    return Script(entries)


def read(root: Path, made: Script) -> Iterator[File]:
    """The files of a script, one after another, from what git holds of the workspace at `root`."""
    trees = {entry.id for entry in made.entries.values() if entry.is_tree}
    inside = objects.files(root, trees) if trees else {}
    found = dict(_flat(made, inside))
    contents = objects.read(root, [entry.id for entry in found.values()])
    for (path, entry), (_, _, content) in zip(found.items(), contents, strict=True):
        yield File(path, entry.mode, content)


def write(files: Iterable[File], folder: Path) -> None:
    """Write files into `folder`, which holds none of them yet."""
    for path, mode, content in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if mode == _LINK:
            target.symlink_to(content.decode(errors="surrogateescape"))
        else:
            target.write_bytes(content)
            target.chmod(0o755 if mode == _EXECUTABLE else 0o644)


def _flat(made: Script, inside: Mapping[str, Mapping[str, Entry]]) -> Iterator[tuple[str, Entry]]:
    for path, entry in made.entries.items():
        below = (
            ((f"{path}/{name}", found) for name, found in inside[entry.id].items())
            if entry.is_tree
            else [(path, entry)]
        )
        yield from ((name, found) for name, found in below if not found.is_submodule)
