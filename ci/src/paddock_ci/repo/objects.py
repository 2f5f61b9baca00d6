"""Trees and files as git stores them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from paddock import git
from paddock.errors import ToolError

_BATCH = 4000  # objects that are held at once
_TREE, _GITLINK = "40000", "160000"
_FACTS = 3  # of an object's header


# Named tuples here and in what `paddock affected` loads: dataclasses alone cost a tenth of its time.
class Entry(NamedTuple):
    """One name in a tree: its mode as git writes it, and the id of its content."""

    mode: str
    id: str

    @property
    def is_tree(self) -> bool:
        """Whether it is a folder."""
        return self.mode == _TREE

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository's commit, whose files this one does not hold."""
        return self.mode == _GITLINK


def trees(root: Path, names: Iterable[str]) -> dict[str, dict[str, Entry]]:
    """The entries of each tree that one of `names` names (an id, `HEAD:./projects`); what is no tree is left out."""
    wanted = list(names)
    found = zip(wanted, read(root, wanted), strict=True)
    return {name: parsed(content, len(id) // 2) for name, (id, kind, content) in found if kind == "tree"}


def files(root: Path, tree_ids: Iterable[str]) -> dict[str, dict[str, Entry]]:
    """All files below each tree, by their paths in it; one call of git for each level of folders."""
    wanted = set(tree_ids)
    known: dict[str, dict[str, Entry]] = {}
    level = wanted
    while level:
        known.update(trees(root, level))
        inside = {entry.id for id in level if id in known for entry in known[id].values() if entry.is_tree}
        level = inside - known.keys()
    return {id: dict(_below(id, known, "")) for id in wanted}


def read(root: Path, names: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    """Id, kind and content of each object that is named, in order; of what is missing, the kind `missing`.

    Raises ToolError where git fails.
    """
    wanted = list(names)
    for begin in range(0, len(wanted), _BATCH):
        given = "".join(f"{name}\n" for name in wanted[begin : begin + _BATCH]).encode(errors="surrogateescape")
        answer = git.ask(root, "cat-file", "--batch", "--buffer", given=given)
        if answer is None:
            raise ToolError(f"{root}: git cannot read its objects", "See what `git fsck` says.")
        yield from _objects(answer)


def _objects(answer: bytes) -> Iterator[tuple[str, str, bytes]]:
    """What follows each line `<id> <kind> <size>`: so many bytes and a newline; after `<name> missing`, nothing."""
    at = 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        facts = answer[at:end].split()
        at = end + 1
        if len(facts) != _FACTS:
            yield "", "missing", b""
            continue
        size = int(facts[2])
        yield facts[0].decode(), facts[1].decode(), answer[at : at + size]
        at += size + 1


def parsed(content: bytes, id_size: int) -> dict[str, Entry]:
    """The entries of a tree object: mode, space, name, zero byte, id of `id_size` bytes, again and again."""
    entries, at = {}, 0
    while at < len(content):
        zero = content.index(b"\0", at)
        mode, _, name = content[at:zero].partition(b" ")
        at = zero + 1 + id_size
        entries[name.decode(errors="surrogateescape")] = Entry(mode.decode(), content[zero + 1 : at].hex())
    return entries


def _below(id: str, known: Mapping[str, Mapping[str, Entry]], prefix: str) -> Iterator[tuple[str, Entry]]:
    for name, entry in known.get(id, {}).items():
        if entry.is_tree:
            yield from _below(entry.id, known, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", entry
