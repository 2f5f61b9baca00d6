"""The files in which two trees of one project differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from paddock import git
from paddock.errors import ToolError

from paddock_ci.repo.objects import Entry

GONE = "000000"  # the mode of what is no longer there
# What git calls the tree without entries, by the length of its ids.
_EMPTY = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}


def changes(root: Path, trees: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, Entry]]:
    """By project, the paths that differ between its two trees, as they are in the second; "" is no tree."""
    wanted = {name: _or_empty(pair) for name, pair in trees.items() if any(pair)}
    given = "".join(f"{before} {after}\n" for before, after in wanted.values())
    answer = git.ask(root, "diff-tree", "--stdin", "-r", "-z", given=given.encode()) if wanted else b""
    if answer is None:
        raise ToolError(f"{root}: git cannot compare two trees", "See what `git fsck` says.")
    found = dict(_sections(answer))
    # A project that is no tree in either state is another repository, of which nothing is known.
    return {name: found.get(wanted[name], {}) if name in wanted else {} for name in trees}


def _or_empty(pair: tuple[str, str]) -> tuple[str, str]:
    empty = _EMPTY[max(map(len, pair))]
    return pair[0] or empty, pair[1] or empty


def _sections(answer: bytes) -> Iterator[tuple[tuple[str, str], dict[str, Entry]]]:
    """Pair by pair: a line with both ids, then `:mode mode id id status`, zero, path, zero for each file."""
    parts = iter(answer.split(b"\0"))
    found: dict[str, Entry] = {}
    for part in parts:
        head, newline, part = part.rpartition(b"\n")
        if newline:
            found = {}
            before, after = head.decode().split()
            yield (before, after), found
        if part:
            _, mode, _, id, _ = part.decode().split(" ")
            found[next(parts).decode(errors="surrogateescape")] = Entry(mode, id)
