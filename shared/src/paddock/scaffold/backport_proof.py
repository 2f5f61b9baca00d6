"""The proof of a patch: the template that it makes is baked again, with the project's answers and with others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from paddock.errors import CodeError
from paddock.scaffold.backport_patch import SourceChange, remove
from paddock.scaffold.entry import Entry, Obstacle, entry_at, write_entry
from paddock.scaffold.merge import changed_lines
from paddock.scaffold.ownership import DERIVED
from paddock.scaffold.questions import Template
from paddock.scaffold.rendering import Templates

_BY_HAND = "Nothing was written. Make the change in the template by hand, then: paddock update"


@dataclass(frozen=True)
class Effect:
    """The files that come out otherwise for somebody with these answers, in words."""

    answers: str
    files: tuple[str, ...]


def patched(template: Template, changes: Sequence[SourceChange], folder: Path) -> Template:
    """A copy of `template` in `folder` with the changes, whose paths are those in the workspace."""
    copy = folder / template.name
    shutil.copytree(template.folder, copy, symlinks=True)
    for one in changes:
        path = one.path.removeprefix(f"templates/{template.name}/")
        remove(copy, path)
        if one.after:
            write_entry(copy, path, one.after)
    return replace(template, folder=copy)


def require_same(
    templates: Templates, then: Template, answers: Mapping[str, str], project: Path, files: Sequence[str]
) -> None:
    """Raise CodeError where the changed template makes one of the project's files otherwise than it is there.

    Line ends are the project's, as they are in an update.
    """
    made = _rendered(templates, then, answers, f"projects/{project.name}")
    for path in files:
        ours, theirs = entry_at(project, path), made.get(path)
        assert not isinstance(ours, Obstacle)
        if fault := _difference(ours, theirs):
            raise CodeError(f"projects/{project.name}/{path}: cannot be carried back: the template {fault}", _BY_HAND)


def effects(
    templates: Templates, now: Template, then: Template, answers: Mapping[str, str], files: Sequence[str]
) -> Iterator[Effect]:
    """What else the changed template makes otherwise: of the project, and of the default answers with each choice.

    `files` are those of the project that are meant to change. Raises CodeError for answers that it fails with.
    """
    for said, row in _rows(now, answers):
        before = templates.render(now, row)
        after = _rendered(templates, then, row, said)
        meant = {*DERIVED, *(files if row == answers else ())}
        changed = sorted(path for path in {*before, *after} - meant if before.get(path) != after.get(path))
        if changed:
            yield Effect(said, tuple(changed))


def _rendered(templates: Templates, template: Template, answers: Mapping[str, str], said: str) -> Mapping[str, Entry]:
    try:
        return templates.render(template, answers)
    except CodeError as error:
        place = f"{template.folder.parent}/"
        fault = error.message.replace(place, "templates/")
        raise CodeError(f"{said}: with the edit, the template would fail: {fault}", _BY_HAND) from error


def _rows(template: Template, answers: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "this project", answers
    asked = [(question.field, choice) for question in template.questions for choice in question.choices]
    if not asked:
        yield "the default answers", template.defaults
    for field, choice in asked:
        yield f"{field}={choice}", {**template.defaults, field: choice}


def _difference(ours: Entry | None, theirs: Entry | None) -> str:
    if ours is None or theirs is None:
        if ours is theirs:
            return ""
        return "still makes it, from another of its files" if ours is None else "does not make it"
    if not ours.says(theirs):
        lines = changed_lines(theirs.plain, ours.plain) if ours.is_text and theirs.is_text else ()
        return f"would make it otherwise: {', '.join(lines) or 'it is binary'}"
    rights = "may" if theirs.is_executable else "may not"
    return "" if ours.is_executable == theirs.is_executable else f"would make it so that it {rights} be executed"
