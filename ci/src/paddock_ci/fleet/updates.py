"""The updates of projects in the scratch copies, before the change and after it, and what differs."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from paddock.errors import PaddockError
from paddock.project import Workspace
from paddock.scaffold.answers import problem_of
from paddock.scaffold.baking import bake
from paddock.scaffold.decision import Conflict
from paddock.scaffold.outcome import Outcome, Request, Status
from paddock.scaffold.questions import load_template, template_names
from paddock.scaffold.record import FILE
from paddock.scaffold.update import update

from paddock_ci.fleet.change import Change
from paddock_ci.fleet.copy import told
from paddock_ci.fleet.effect import Effect, Hunk, Lines, Refusal, Verdict

_VERDICTS = {Status.REFUSED: Verdict.REFUSED, Status.CONFLICTS: Verdict.CONFLICTS}


def require_bakes(after: Workspace, names: Iterable[str]) -> None:
    """Raise where a changed template does not bake at all, as it would for every project that follows it."""
    folder = after.root / "templates"
    for name in names:
        if name in template_names(folder) or (folder / name).is_dir():
            with tempfile.TemporaryDirectory(dir=after.root.parent, prefix="bake-") as scratch:
                _bake(after, name, Path(scratch))


def _bake(after: Workspace, name: str, scratch: Path) -> None:
    try:
        template = load_template(after.root / "templates", name)
        if not problem_of(template.defaults, template.questions):
            bake(template, template.defaults, scratch, quick=True)
    except PaddockError as error:
        raise type(error)(_local(error.message, after), f"{error.remedy} No project was looked at.") from error


def followers(change: Change, states: Sequence[Workspace]) -> dict[str, str]:
    """The projects that the change concerns, each with its template: it changed, or the record cannot be read."""
    there = template_names(states[-1].root / "templates")
    formerly = {old: name for state in states for name in change.templates for old in _formerly(state, name)}
    renamed = {old: name for old, name in formerly.items() if old not in there}
    concerned = {**{name: name for name in change.templates}, **renamed, "": ""}
    found = {name: concerned[template] for name, template in change.followers.items() if template in concerned}
    return found | {name: change.followers[name] for name in change.moved if name not in found}


def _formerly(state: Workspace, name: str) -> tuple[str, ...]:
    try:
        return load_template(state.root / "templates", name).formerly
    except PaddockError:
        # Gone, or not there yet, or broken: who follows it is told so.
        return ()


def outcomes_of(
    workspace: Workspace, names: Sequence[str], today: date, is_dry: bool, on_done: Callable[[], None]
) -> dict[str, Outcome]:
    """What becomes of these projects of a copy when they follow their templates."""
    # One process: others look at the copy before the change meanwhile, and to start more costs more than it saves.
    with _temporary_files_below(workspace.root.parent):
        found = update(workspace, names, Request(today, is_dry, processes=1), lambda outcome: on_done())
    return {outcome.project: _at_home(outcome, workspace) for outcome in found}


@contextlib.contextmanager
def _temporary_files_below(folder: Path) -> Iterator[None]:
    """Let what an update renders lie in the scratch folder, so that it goes with it, even after a kill."""
    kept, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = kept


def _at_home(outcome: Outcome, workspace: Workspace) -> Outcome:
    """The outcome with the places of the user's workspace, which those of the copy would not help."""
    if error := outcome.error:
        return replace(outcome, error=type(error)(_local(error.message, workspace), _local(error.remedy, workspace)))
    return outcome


def lines_between(store: Path, before: str, after: str) -> dict[str, list[Lines]]:
    """By project, the files that differ between two trees of workspaces, but their records."""
    said = told(store, "diff-tree", "-r", "-z", "--numstat", "--no-renames", before, after, "--", "projects")
    found: dict[str, list[Lines]] = {}
    for fact in said.split("\0"):
        come, _, rest = fact.partition("\t")
        go, _, path = rest.partition("\t")
        _, _, inside = path.partition("/")
        project, _, name = inside.partition("/")
        if name and name != FILE:
            found.setdefault(project, []).append(Lines(name, _number(come), _number(go)))
    return found


def tree_after(after: Workspace, store: Path) -> str:
    """The tree of the copy as the updates left it, written into the repository `store`."""
    own = {"GIT_OBJECT_DIRECTORY": str(store / ".git/objects")}
    told(after.root, "add", "--all", "--", "projects", environment=own)
    return told(after.root, "write-tree", environment=own).strip()


def effect_of(after: Outcome, before: Outcome | None, template: str, moved: bool, files: Sequence[Lines]) -> Effect:
    """What the change does to a project, from what became of it after and before; new ones have no before."""
    verdict = _VERDICTS.get(after.status, Verdict.UPDATED if files else Verdict.STAYS)
    kept = [f"{one.path}: {one.words}" for one in after.changes if one.words and not one.entry and not one.is_deletion]
    return Effect(
        after.project,
        verdict,
        template,
        behind=before is not None and before.status in (Status.UPDATED, Status.CONFLICTS),
        moved=moved,
        files=tuple(files),
        hunks=tuple(_hunks(before.conflicts if before else (), after.conflicts)),
        refusal=_refusal(before, after),
        notes=(*after.notes, *kept),
    )


def _hunks(before: Sequence[Conflict], after: Sequence[Conflict]) -> Iterable[Hunk]:
    """Each hunk of the conflicts after the change; the lines are those of the same file of the project."""
    known = {(conflict.path, lines) for conflict in before for lines in conflict.lines or ("",)}
    for conflict in after:
        for lines in conflict.lines or ("",):
            yield Hunk(conflict.path, lines, conflict.reason, (conflict.path, lines) not in known)


def _refusal(before: Outcome | None, after: Outcome) -> Refusal | None:
    if after.error is None:
        return None
    is_new = before is None or before.status is not Status.REFUSED
    return Refusal(after.error.message, after.error.remedy, is_new)


def _number(text: str) -> int:
    """Of a binary file, git says a hyphen."""
    return int(text) if text.isdigit() else 0


def _local(text: str, workspace: Workspace) -> str:
    return text.replace(f"{workspace.root}{os.sep}", "")
