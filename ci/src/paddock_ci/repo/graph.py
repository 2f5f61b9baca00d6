"""Who mentions whom: the facts of each project's tree, kept between calls by the tree's id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from paddock_ci.repo import names
from paddock_ci.repo.names import Declared, Search
from paddock_ci.repo.objects import Entry, files, read
from paddock_ci.repo.snapshot import Snapshot

FILE = ".paddock/ci/graph.json"
MANIFESTS = ("pyproject.toml", "catalog.toml")
LARGEST = 32 << 20  # bytes of a file that is searched
_RANK = (names.PROSE, names.DATA, names.CODE)
_FEW = 100  # a hundredth of all trees may be new before what is kept is written again


class Facts(NamedTuple):
    """What is known of one project's tree.

    `mentions` holds, by project, the strongest way of mentioning it and the files that do so. `wide` says why it has
    to be taken to mention every project; `manifests` holds the ids of `pyproject.toml` and `catalog.toml`.
    """

    declared: Declared
    manifests: Mapping[str, str]
    mentions: Mapping[str, tuple[str, tuple[str, ...]]]
    wide: str = ""


# A project's name and the id of one of its trees.
Tree = tuple[str, str]


def load(root: Path, *snapshots: Snapshot) -> dict[Tree, Facts]:
    """The facts of every project of each state, searched for the names that are used in any of them."""
    wanted = {(name, entry.id) for state in snapshots for name, entry in state.projects.items() if is_folder(entry)}
    kept = _kept(root)
    declarations = {tree: kept.trees[tree].declared for tree in wanted & kept.trees.keys()}
    listed: dict[str, dict[str, Entry]] = {}
    if missing := wanted - declarations.keys():
        listed = files(root, {id for _, id in missing})
        declarations.update(_declarations(root, missing, listed))
    vocabulary = _digest(sorted({(project, *found[:2]) for (project, _), found in declarations.items()}))
    known = dict(kept.trees) if kept.vocabulary == vocabulary else {}
    if missing := wanted - known.keys():
        listed.update(files(root, {id for _, id in missing} - listed.keys()))
        known.update(_searched(root, missing, listed, declarations))
        if len(missing) > len(wanted) // _FEW:
            # To write all takes longer than to search a few trees again.
            _keep(root, vocabulary, {tree: known[tree] for tree in wanted})
    return {tree: known[tree] for tree in wanted}


def is_folder(entry: Entry) -> bool:
    """Whether an entry below `projects` is a folder, perhaps of another repository."""
    return entry.is_tree or entry.is_submodule


class _Kept(NamedTuple):
    """The facts of an earlier call, which hold for one vocabulary."""

    vocabulary: str
    trees: dict[Tree, Facts]


def _kept(root: Path) -> _Kept:
    """What an earlier call kept; nothing where there is none, it is damaged, or another scanner wrote it."""
    try:
        digest, _, text = (root / FILE).read_text(encoding="utf-8").partition("\n")
        if digest != _digest(text):
            return _Kept("", {})
        vocabulary, rows = json.loads(text)
    except (OSError, ValueError):
        return _Kept("", {})
    return _Kept(vocabulary, {(name, id): _facts(*row) for name, id, *row in rows})


def _facts(declared: Any, manifests: Any, mentions: Any, wide: str) -> Facts:
    *lists, fault, is_project = declared
    given, datasets, reads, dependencies = map(tuple, lists)
    return Facts(Declared(given, datasets, reads, dependencies, fault, is_project), manifests, mentions, wide)


def _keep(root: Path, vocabulary: str, known: Mapping[Tree, Facts]) -> None:
    from paddock.errors import ToolError
    from paddock.storage import durable

    text = json.dumps([vocabulary, [[*tree, *facts] for tree, facts in known.items()]], separators=(",", ":"))
    try:
        durable.write_text(root / FILE, f"{_digest(text)}\n{text}")
    except ToolError:
        # A disk that is full or read-only costs time in the next call, and nothing else.
        return


def _digest(value: object) -> str:
    """SHA-256 of a value and of this package's code, so that what another scanner found is not taken."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    digest.update(value.encode() if isinstance(value, str) else repr(value).encode())
    return digest.hexdigest()


def _declarations(
    root: Path, wanted: Iterable[Tree], listed: Mapping[str, Mapping[str, Entry]]
) -> dict[Tree, Declared]:
    ids = {listed[id][name].id for _, id in wanted for name in MANIFESTS if name in listed.get(id, {})}
    contents = {id: content for id, kind, content in read(root, sorted(ids))}
    found = {}
    for project, id in wanted:
        inside = listed.get(id)
        if not inside:
            fault = f"projects/{project}: is another repository, whose files git does not hold here"
            found[project, id] = Declared((names.normal(project),), fault=fault)
            continue
        manifest, catalog = (contents.get(inside[name].id, b"") if name in inside else b"" for name in MANIFESTS)
        found[project, id] = names.declared(project, inside, manifest, catalog)
    return found


def _searched(
    root: Path,
    wanted: Iterable[Tree],
    listed: Mapping[str, Mapping[str, Entry]],
    declarations: Mapping[Tree, Declared],
) -> dict[Tree, Facts]:
    """The facts of each tree; every content is read once, one after another, however many files have it."""
    search = Search(*_vocabulary(declarations))
    mentions: dict[Tree, dict[str, tuple[str, tuple[str, ...]]]] = {tree: {} for tree in wanted}
    wide: dict[Tree, str] = {}
    uses = _uses(wanted, listed)
    for places, (_, kind, content) in zip(uses.values(), read(root, uses), strict=True):
        why = _unsearchable(kind, content)
        named = frozenset() if why else search.named(content)
        for tree, path in places:
            if why:
                wide[tree] = f"projects/{tree[0]}/{path} is {why}, so it was not searched"
            for project, way in search.ways(named - {tree[0]}, path, content):
                mentions[tree][project] = _stronger(mentions[tree].get(project), way, path)
    return {
        tree: Facts(declarations[tree], _manifests(listed.get(tree[1], {})), mentions[tree], wide.get(tree, ""))
        for tree in wanted
    }


def _uses(wanted: Iterable[Tree], listed: Mapping[str, Mapping[str, Entry]]) -> dict[str, list[tuple[Tree, str]]]:
    """By the id of each content, the files that have it: tree and path."""
    uses: dict[str, list[tuple[Tree, str]]] = {}
    for tree in wanted:
        for path, entry in listed.get(tree[1], {}).items():
            uses.setdefault(entry.id, []).append((tree, path))
    return uses


def _unsearchable(kind: str, content: bytes) -> str:
    """Why an object cannot be searched; a submodule's commit may be here, but is no file."""
    if kind != "blob":
        return "another repository or missing here"
    return "too large" if len(content) > LARGEST else ""


def _vocabulary(declarations: Mapping[Tree, Declared]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    owners: dict[str, set[str]] = {}
    datasets: dict[str, set[str]] = {}
    for (project, _), found in declarations.items():
        for name in found.names:
            owners.setdefault(name, set()).add(project)
        datasets.setdefault(project, set()).update(found.datasets)
    return owners, datasets


def _stronger(found: tuple[str, tuple[str, ...]] | None, way: str, path: str) -> tuple[str, tuple[str, ...]]:
    """The stronger way of two, with all files that mention a project in that way."""
    if found is None or _RANK.index(way) > _RANK.index(found[0]):
        return way, (path,)
    return (way, (*found[1], path)) if way == found[0] else found


def _manifests(inside: Mapping[str, Entry]) -> dict[str, str]:
    return {name: inside[name].id for name in MANIFESTS if name in inside}
