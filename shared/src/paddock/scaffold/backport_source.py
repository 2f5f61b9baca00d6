"""The sources of a project: which file of its template each of its files is made from."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from paddock.errors import ConfigurationError
from paddock.scaffold.backport_pieces import Rendered, rendered
from paddock.scaffold.baking import VARIANTS, bake, inside, is_copied, language
from paddock.scaffold.entry import Entry, entries_in, entry_at
from paddock.scaffold.questions import Template

_TAG = re.compile(r"\{[{%#]")


@dataclass(frozen=True)
class Source:
    """A file of the template at `path` in its folder; `rendered` is nothing where it is copied, or hard to follow."""

    path: str
    entry: Entry
    is_copied: bool = False
    rendered: Rendered | None = None


@dataclass(frozen=True)
class Sources:
    """The files that a template makes of a project's answers, and the source of each that has one.

    `root` is the template's folder of the project, `variant` the one in it that the answers choose, `folders` those
    of the sources by what they are called in the project; `context` is what the template renders with.
    """

    files: Mapping[str, Entry]
    sources: Mapping[str, Source]
    root: str
    variant: str
    folders: Mapping[str, str]
    context: Mapping[str, Any]

    def would_copy(self, file: Path, path: str, is_common: bool) -> bool:
        """Whether the template would copy a file that is new in the project, tags and all, for its name or content."""
        return is_copied(file, self.place_for(path, is_common).partition("/")[2], self.context)

    def place_for(self, path: str, is_common: bool) -> str:
        """Where the template would have a file that is new in the project."""
        folder, name = path.rpartition("/")[::2]
        known = folder
        while known and known not in self.folders:
            known = known.rpartition("/")[0]
        rest = folder.removeprefix(known).strip("/")
        if _TAG.search(f"{rest}/{name}"):
            raise ConfigurationError(f"{path}: its name would be a tag of the template", "Rename it.")
        parts = (self.root, "" if is_common else self.variant, self.folders.get(known, ""), rest, name)
        return "/".join(part for part in parts if part)


def sources_of(template: Template, answers: Mapping[str, str], scratch: Path) -> Sources:
    """The sources of the project that `template` makes of legal `answers`; raises CodeError where it fails."""
    with tempfile.TemporaryDirectory(dir=scratch, prefix="sources-", ignore_cleanup_errors=True) as folder:
        files = entries_in(bake(template, answers, Path(folder), quick=True))
        environment, context = language(template, Path(folder))
    root = inside(template)
    chosen = [name for name in answers.values() if name and (root / VARIANTS / name).is_dir()]
    found: dict[str, Source] = {}
    folders: dict[str, str] = {}
    # What a variant has, comes in the place of what all have.
    for variant in ("", *(f"{VARIANTS}/{name}" for name in chosen)):
        for path in _paths(root, variant):
            made = environment.from_string(path).render(**context)
            found[made] = _source(root, "/".join(part for part in (variant, path) if part), environment, context)
            folders |= dict(_folders(path, made))
    return Sources(files, found, root.name, f"{VARIANTS}/{chosen[0]}" if chosen else "", folders, context)


def _paths(root: Path, variant: str) -> Iterator[str]:
    """The files below one variant, or those outside all of them."""
    for path in sorted((root / variant).rglob("*")):
        name = path.relative_to(root / variant).as_posix()
        if path.is_file() and (variant or not name.startswith(f"{VARIANTS}/")):
            yield name


def _source(root: Path, path: str, environment: Environment, context: Mapping[str, Any]) -> Source:
    entry = entry_at(root, path)
    assert isinstance(entry, Entry)
    place = f"{root.name}/{path}"
    if entry.is_link or is_copied(root / path, path, context):
        return Source(place, entry, is_copied=True)
    try:
        text = entry.content.decode()
    except UnicodeDecodeError:
        return Source(place, entry)
    return Source(place, entry, rendered=rendered(text, environment, context))


def _folders(path: str, made: str) -> Iterator[tuple[str, str]]:
    """The folders above a source, by what they are called in the project."""
    source, project = path.split("/")[:-1], made.split("/")[:-1]
    if len(source) == len(project):
        for count in range(1, len(source) + 1):
            yield "/".join(project[:count]), "/".join(source[:count])
