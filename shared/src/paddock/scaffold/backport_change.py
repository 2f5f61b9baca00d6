"""The change of a template's file that makes one file of a project as it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from paddock.errors import ConfigurationError, nearest
from paddock.scaffold.backport_patch import SourceChange
from paddock.scaffold.backport_pieces import Rendered
from paddock.scaffold.backport_source import Source, Sources
from paddock.scaffold.backport_text import Carried, carried
from paddock.scaffold.backport_words import Words, words_of
from paddock.scaffold.entry import Entry, Obstacle, entry_at
from paddock.scaffold.merge import taken
from paddock.scaffold.ownership import DERIVED, Owner, owner_of

_BY_HAND = "Make the change in the template by hand, then: paddock update"
_EMPTY = Rendered("", (), ())


@dataclass(frozen=True)
class Ground:
    """What edits are carried back on: the project in `folder`, and its template in `templates/NAME` of `root`.

    `before` are the files that the template made when the project was made or last updated, `sources` what makes them
    now; `owners` say whose they are. New files come into the project's variant, or where they are common, beside them.
    """

    root: Path
    folder: Path
    template: str
    before: Mapping[str, Entry]
    sources: Sources
    owners: Mapping[str, Owner]
    is_common: bool = False

    @cached_property
    def words(self) -> Words:
        """What the template's tags are called in the project."""
        texts = (source.rendered for source in self.sources.sources.values())
        return words_of(text for text in texts if text)


def paths_of(ground: Ground, given: Sequence[str]) -> list[str]:
    """The files that people named, as paths in the project; raises ConfigurationError for what is none."""
    if not given:
        edited = [path for path in sorted({*ground.before, *ground.sources.files}) if _is_edited(ground, path)]
        said = f"Those that differ from the template: {', '.join(edited)}." if edited else "None differs."
        raise ConfigurationError(f"projects/{ground.folder.name}: expected files to carry back", said)
    return list(dict.fromkeys(_path(ground, one) for one in given))


def change_of(ground: Ground, path: str) -> SourceChange | None:
    """What the template's file has to become; nothing where it makes the project's as it is.

    Raises ConfigurationError for a file that cannot be carried back, and for one that the template changed meanwhile.
    """
    shown = f"projects/{ground.folder.name}/{path}"
    ours, now = entry_at(ground.folder, path), ground.sources.files.get(path)
    _require_file(ground, path, ours, now)
    assert not isinstance(ours, Obstacle)
    _require_merged(ground, path)
    if _is_same(ours, now):
        return None
    if now != ground.before.get(path):
        raise ConfigurationError(
            f"{shown}: the template changed this file since the project was made or updated",
            f"Take that first: paddock update {ground.folder.name}; then carry back what still differs.",
        )
    source = ground.sources.sources.get(path)
    if now is not None and source is None:
        raise ConfigurationError(f"{shown}: is made by the template's hook, from none of its files", _BY_HAND)
    return _changed(ground, path, ours, source)


def _changed(ground: Ground, path: str, ours: Entry | None, source: Source | None) -> SourceChange:
    place = source.path if source else ground.sources.place_for(path, ground.is_common)
    place = f"templates/{ground.template}/{place}"
    there = entry_at(ground.root, place)
    if isinstance(there, Obstacle) or (source is None and there is not None):
        said = there.words if isinstance(there, Obstacle) else "is there already"
        raise ConfigurationError(f"{place}: {said}, where the template would get the file", _BY_HAND)
    if ours is None:
        return SourceChange(path, place, there, None)
    after, notes = _made(ground, path, ours, source)
    if source and there:
        # The clone's own line ends.
        after = replace(taken(source.entry, there, after), is_executable=after.is_executable)
    return SourceChange(path, place, there, after, notes)


def _made(ground: Ground, path: str, ours: Entry, source: Source | None) -> tuple[Entry, tuple[str, ...]]:
    """The template's file for the project's, and what people have to look at."""
    now = ground.sources.files.get(path)
    if source and now and ours.says(now):
        return replace(source.entry, is_executable=ours.is_executable), ()
    is_new = source is None and ground.sources.would_copy(ground.folder / path, path, ground.is_common)
    if is_new or not ours.is_text or (source and source.is_copied):
        return ours, ()
    shown = f"projects/{ground.folder.name}/{path}"
    try:
        text = ours.plain.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{shown}: is no UTF-8 text: {error.reason}", _BY_HAND) from error
    made = carried(_rendered(shown, source, now), text, ground.words)
    has_crlf = b"\r\n" in (source.entry if source else ours).content
    content = made.text.encode()
    entry = Entry(content.replace(b"\n", b"\r\n") if has_crlf else content, ours.is_executable)
    return entry, tuple(_notes(made, ours, now))


def _rendered(shown: str, source: Source | None, now: Entry | None) -> Rendered:
    if source is None or now is None:
        return _EMPTY
    if source.rendered is None:
        fault = "its template has tags that do more than put text in places"
    elif source.rendered.text.encode() != now.plain:
        fault = "a hook of the template changes it after it is rendered"
    else:
        return source.rendered
    raise ConfigurationError(f"{shown}: {fault}", _BY_HAND)


def _notes(made: Carried, ours: Entry, now: Entry | None) -> list[str]:
    notes = [f"line {line}: {said}" for line, said in made.notes]
    if now and ours.has_crlf != now.has_crlf:
        notes.append("its line ends stay the project's own, as in an update")
    return notes


def _require_file(ground: Ground, path: str, ours: Entry | Obstacle | None, now: Entry | None) -> None:
    shown = f"projects/{ground.folder.name}/{path}"
    if isinstance(ours, Obstacle):
        raise ConfigurationError(f"{shown}: {ours.words}", "Name files, each by its path in the project.")
    if ours is None and now is None:
        names = (entry.relative_to(ground.folder).as_posix() for entry in ground.folder.rglob("*") if entry.is_file())
        raise ConfigurationError(f"{shown}: no such file", nearest(path, {*names, *ground.sources.files}))
    if (ours and ours.is_link) or (now and now.is_link):
        raise ConfigurationError(f"{shown}: is a symbolic link", _BY_HAND)


def _require_merged(ground: Ground, path: str) -> None:
    shown = f"projects/{ground.folder.name}/{path}"
    if path in DERIVED:
        raise ConfigurationError(f"{shown}: is made by tools, from other files", "Carry those back.")
    if owner_of(path, ground.owners) is Owner.OWNED:
        raise ConfigurationError(
            f"{shown}: is the project's own (owned, in _files of templates/{ground.template}/cookiecutter.json): no "
            "other project would ever get the edit",
            "Should new projects begin with it, change the template's example by hand; should all have it, make it "
            "merged there.",
        )


def _path(ground: Ground, given: str) -> str:
    path = Path(given)
    if path.is_absolute() and path.is_relative_to(ground.folder):
        path = path.relative_to(ground.folder)
    text = path.as_posix().removeprefix(f"projects/{ground.folder.name}/")
    if path.is_absolute() or ".." in path.parts or text == ".":
        raise ConfigurationError(f"{given}: is no file of projects/{ground.folder.name}", "Name it by its path there.")
    return text


def _is_edited(ground: Ground, path: str) -> bool:
    if path in DERIVED or owner_of(path, ground.owners) is Owner.OWNED:
        return False
    ours = entry_at(ground.folder, path)
    return not isinstance(ours, Obstacle) and not _is_same(ours, ground.sources.files.get(path))


def _is_same(ours: Entry | None, now: Entry | None) -> bool:
    if ours is None or now is None:
        return ours is now
    return ours.says(now) and ours.is_executable == now.is_executable
