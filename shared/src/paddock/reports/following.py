"""The following of an execution: what the keeper and the process of a notebook left behind, made into its inputs."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paddock.kernels import servers
from paddock.kernels.opens import signature
from paddock.reports import fingerprint, variables
from paddock.reports.inputs import Inputs
from paddock.reports.published import published_of
from paddock.reports.surroundings import ignored

# A change so short before an opening could be followed by one that nothing tells.
_CLOSE = 10_000_000  # nanoseconds


class UnfollowedError(Exception):
    """Why the inputs of an execution are not known for certain."""


def begin(folder: Path) -> None:
    """Prepare the folder that the kernel's variable names."""
    folder.mkdir()
    (folder / "ignored").write_text("\n".join(ignored()), encoding="utf-8")


def gathered(folder: Path, key: bytes) -> tuple[Inputs, int]:
    """The inputs of what was followed into `folder`, and the memory it took at most; raises UnfollowedError."""
    opened, process = _left(folder, "opened.json"), _left(folder, "process.json")
    if opened["fault"]:
        raise UnfollowedError(opened["fault"])
    used = process["data"]
    if used.get("is_queried"):
        raise UnfollowedError("it reads a query, whose answer only the database knows")
    walk = _Walk(process["imports"], _own_places(used))
    # What it made comes first: that is no part of what a folder held.
    for path, facts in sorted(_sources(opened["files"]).items(), key=lambda item: item[1]["intent"] != "made"):
        walk.take(path, facts)
    for path, was_there in process["asked"].items():
        walk.take_link(path, was_there)
    reads_all = process["reads_all"] or opened["runs"] > 0
    inputs = Inputs(
        walk.files, walk.made, walk.folders, walk.modules, walk.asked,
        variables.kept([*process["variables"], *servers.names_read()], reads_all, key), published_of(used), walk.names,
    )  # fmt: skip
    return inputs, int(process["peak"])


def _left(folder: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnfollowedError("its kernel could not be followed to the end") from None
    return dict(found)


def _own_places(used: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, (f"{used['data']}/", used["serving"]))) if used else ()


def _sources(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The same with the source in the place of its compiled copy, which the import system compares with it."""
    found: dict[str, Mapping[str, Any]] = {}
    for path, facts in files.items():
        if "/__pycache__" not in path:
            found.setdefault(path, facts)
        elif path.endswith(".pyc") and facts["intent"] == "read" and facts["before"]:
            source = importlib.util.source_from_cache(path)
            known = files.get(source) or {"before": signature(source), "at": facts["at"]}
            if known["before"]:
                found[source] = {**known, "intent": "read"}
            else:
                found[path] = facts
    return found


@dataclass
class _Walk:
    """The inputs so far, by kind; `imports` is how often modules were looked for in a folder."""

    imports: Mapping[str, int]
    own: tuple[str, ...]
    files: dict[str, list[Any]] = field(default_factory=dict)
    made: dict[str, list[Any]] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    modules: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    def take(self, path: str, facts: Mapping[str, Any]) -> None:
        """Take one path; raises UnfollowedError where it is no longer what the notebook saw."""
        before, intent = facts["before"], facts["intent"]
        # Versions never change; which one is published is told by the pointers.
        if path.startswith(self.own) and not (path.endswith(".parquet") and intent == "read"):
            return
        kind = before[0] if before else ""
        if intent == "made":
            self._take_made(path)
        elif intent == "asked" or kind == "other":
            self._take_asked(path, kind)
        elif kind == "folder":
            self._take_folder(path, facts)
        else:
            self._take_file(path, facts)

    def take_link(self, path: str, was_there: bool) -> None:
        """Take a path that was asked for without following links; what was opened as well is known better."""
        is_known = any(path in found for found in (self.files, self.folders, self.modules, self.made))
        if not is_known and not path.startswith(ignored()):
            self._take_asked(path, fingerprint.kind(path) if was_there else "")

    def _take_made(self, path: str) -> None:
        kind = fingerprint.kind(path)
        if kind == "file":
            self.made[path] = fingerprint.noted(path, fingerprint.of_file(path))
        if kind:
            parent, _, name = path.rpartition("/")
            self.names.setdefault(parent, []).append(name)

    def _take_asked(self, path: str, kind: str) -> None:
        if path.endswith("/.paddock") or "/.paddock/" in path:
            return
        if fingerprint.kind(path) != kind:
            raise UnfollowedError(f"{path} came or went while it ran")
        self.asked[path] = kind

    def _take_folder(self, path: str, facts: Mapping[str, Any]) -> None:
        made, now = frozenset(self.names.get(path, ())), fingerprint.listed(path)
        if self.imports.get(path, 0) >= facts["listed"]:
            self.modules[path] = fingerprint.of_modules(path, now)
            return
        self.folders[path] = fingerprint.of_names(now, made)
        if fingerprint.of_names(facts["names"], made) != self.folders[path]:
            raise UnfollowedError(f"{path} got or lost files while it ran")

    def _take_file(self, path: str, facts: Mapping[str, Any]) -> None:
        before = facts["before"]
        found = fingerprint.of_file(path) if before else ""
        if signature(path) != before or (before and 0 <= facts["at"] - before[3] < _CLOSE):
            raise UnfollowedError(f"{path} changed while it ran")
        self.files[path] = fingerprint.noted(path, found)
