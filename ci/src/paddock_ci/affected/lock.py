"""Whom a change of the lock concerns."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from paddock_ci.affected.selection import Users
from paddock_ci.repo.graph import Facts, Tree
from paddock_ci.repo.objects import read
from paddock_ci.repo.snapshot import LOCKS, Snapshot

# Whose packages every check runs on.
_HARNESS = ("pyproject.toml", "shared/pyproject.toml", "ci/pyproject.toml")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")

Packages = Mapping[str, list[dict[str, Any]]]


def users(root: Path, base: Snapshot, head: Snapshot, facts: Mapping[Tree, Facts]) -> Users:
    """Compare the locks of two states; what a package needs counts as used by whoever uses the package."""
    before, after = (_packages(_text(root, state)) for state in (base, head))
    if before is None or after is None:
        return Users((), f"{LOCKS[0]} changed and cannot be read in both states")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if not changed:
        return Users((), f"{LOCKS[1]} changed without {LOCKS[0]}")
    needs = _needs(before, after)
    shared = changed & _closure(_harness(root), needs)
    if shared:
        return Users((), f"{LOCKS[0]}: {min(shared)} changed, which every check runs on")
    manifests = {name: facts[name, head.projects[name].id].manifests for name, id in facts if _is_at(head, name, id)}
    ids = {name: found["pyproject.toml"] for name, found in manifests.items() if "pyproject.toml" in found}
    texts = zip(ids, read(root, ids.values()), strict=True)
    wanted = {name: _closure(_dependencies(content), needs) for name, (_, _, content) in texts}
    return Users(tuple(sorted(name for name, closure in wanted.items() if closure & changed)))


def _is_at(state: Snapshot, project: str, tree: str) -> bool:
    return project in state.projects and state.projects[project].id == tree


def _text(root: Path, state: Snapshot) -> bytes:
    if LOCKS[0] not in state.others:
        return b""
    [(_, _, content)] = read(root, [state.others[LOCKS[0]].id])
    return content


def _packages(text: bytes) -> Packages | None:
    """The tables of a lock by package; a package may have one for each platform."""
    try:
        tables = tomllib.loads(text.decode()).get("package", [])
        found: dict[str, list[dict[str, Any]]] = {}
        for table in tables:
            found.setdefault(canonicalize_name(table["name"]), []).append(table)
        return found
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return None


def _needs(*locks: Packages) -> dict[str, set[str]]:
    """What each package may need in any state, whatever the extra, platform or Python."""
    needs: dict[str, set[str]] = {}
    for lock in locks:
        for name, tables in lock.items():
            for table in tables:
                needs.setdefault(name, set()).update(map(canonicalize_name, table.get("dependencies", {})))
                for texts in table.get("extras", {}).values():
                    needs[name].update(_named(texts))
    return needs


def _closure(names: Iterable[str], needs: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += needs.get(name, ())
    return found


def _harness(root: Path) -> set[str]:
    """The packages that the workspace, its shared package and the harness name, the projects' own group left out."""
    found: set[str] = set()
    for path in _HARNESS:
        document = tomllib.loads((root / path).read_text(encoding="utf-8")) if (root / path).exists() else {}
        table, groups = document.get("project", {}), document.get("tool", {}).get("poetry", {}).get("group", {})
        found |= _named(table.get("dependencies", []))
        for texts in table.get("optional-dependencies", {}).values():
            found |= _named(texts)
        for group, content in groups.items():
            if group != "projects":
                found |= {canonicalize_name(name) for name in content.get("dependencies", {})}
    return found


def _dependencies(manifest: bytes) -> set[str]:
    return _named(tomllib.loads(manifest.decode()).get("project", {}).get("dependencies", []))


def _named(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(match[1]) for text in requirements if (match := _NAME.match(text))}
